import { decodeCheckpoint, encodeCheckpoint } from "../checkpoint.ts";
import { mayContain, mayMatch } from "./bloom.ts";
import { AdaptiveRange } from "./ranges.ts";
import { RpcError } from "./rpc.ts";

const HASH = `0x${"ab".repeat(32)}`;
const ADDRESS = "0x00000000000000000000000000000000000000aa";

describe("a checkpoint", () => {
  it("sorts as text as blocks do as numbers", () => {
    const numbers = [0, 9, 10, 99, 100_000, 2_000_000_000];
    const texts = numbers.map((number) => encodeCheckpoint({ number, hash: HASH }));
    expect([...texts].sort()).toEqual(texts);
    expect(texts.map((text) => decodeCheckpoint(text).number)).toEqual(numbers);
    expect(decodeCheckpoint(texts[1] ?? "").hash).toBe(HASH);
  });
});

describe("a bloom", () => {
  it("of zeros holds nothing", () => {
    const bloom = `0x${"0".repeat(512)}`;
    expect(mayContain(bloom, ADDRESS)).toBe(false);
    expect(mayMatch(bloom, { addresses: undefined, topics: [[HASH]] })).toBe(false);
  });

  it("of ones may hold anything", () => {
    expect(mayMatch(`0x${"f".repeat(512)}`, { addresses: [ADDRESS], topics: [[HASH]] })).toBe(true);
  });
});

describe("ranges", () => {
  it("grow tenfold over empty blocks, and shrink to what holds about 4,000 logs", () => {
    const range = new AdaptiveRange();
    expect(range.end(1, 1_000_000)).toBe(10);
    range.note(10, 0);
    expect(range.end(11, 1_000_000)).toBe(110);
    range.note(100, 40_000);
    expect(range.end(111, 1_000_000)).toBe(120);
    expect(range.end(111, 115)).toBe(115);
  });

  it("halve when the node refuses one, but only for the node's own errors", () => {
    const range = new AdaptiveRange();
    const refusal = new RpcError({ method: "eth_getLogs", params: [] }, -32_005, "too many");
    expect(range.shrink(100, refusal)).toBe(true);
    expect(range.end(1, 1_000)).toBe(50);
    expect(range.shrink(1, refusal)).toBe(false);
    expect(range.shrink(50, new Error("bug"))).toBe(false);
  });

  it("grow again once a node that refused answers well for long", () => {
    const range = new AdaptiveRange();
    const refusal = new RpcError({ method: "eth_getLogs", params: [] }, -32_005, "busy");
    for (let blocks = 10; range.shrink(blocks, refusal);) blocks = range.end(1, 1_000_000);
    expect(range.end(1, 1_000_000)).toBe(1);
    for (let answer = 0; answer < 31; answer++) range.note(1, 0);
    expect(range.end(1, 1_000_000)).toBe(1);
    range.note(1, 0);
    expect(range.end(1, 1_000_000)).toBe(2);
    // 14 more doublings lead from 2 to 20,000 and no further
    for (let answer = 0; answer < 15 * 32; answer++) range.note(range.end(1, 1_000_000), 0);
    expect(range.end(1, 1_000_000)).toBe(20_000);
    expect(range.shrink(20_000, refusal)).toBe(true);
    expect(range.end(1, 1_000_000)).toBe(10_000);
  });
});
