import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { waitFor } from "#kernel/time.ts";
import { previousPath, statePath } from "./chain-state.ts";
import { startChain, type Chain } from "./chain.ts";
import { rpcCall } from "./rpc.ts";
import { freePorts } from "./testing.ts";

interface Block {
  number: string;
  hash: string;
  timestamp: string;
}

let dir: string;
let port: number;

beforeEach(async () => {
  dir = mkdtempSync(`${tmpdir()}/bc-chain-`);
  [port = 0] = await freePorts(1);
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const start = (blockSeconds: number, onTrouble: (text: string) => void = () => undefined): Promise<Chain> =>
  startChain({ dir, host: "127.0.0.1", port, blockSeconds, onTrouble });
const block = (chain: Chain, tag: string): Promise<Block> =>
  rpcCall(chain.rpcUrl, "eth_getBlockByNumber", [tag, false]);
const heightOf = async (chain: Chain): Promise<number> => Number((await block(chain, "latest")).number);

async function mine(chain: Chain, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await rpcCall(chain.rpcUrl, "evm_mine");
}

describe("the local chain", () => {
  it("goes on from its state: same genesis, same blocks, time never going back", async () => {
    const seen: Block[][] = [];
    for (let round = 1; round <= 4; round++) {
      const chain = await start(0);
      await mine(chain, 3);
      seen.push(await Promise.all(["0x0", "0x3", "latest"].map((tag) => block(chain, tag))));
      await chain.stop();
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // another second, so another genesis if it weren't kept
    }
    expect(new Set(seen.map(([genesis]) => genesis?.hash)).size).toBe(1);
    expect(new Set(seen.map(([, third]) => third?.hash)).size).toBe(1);
    expect(seen.map(([, , latest]) => Number(latest?.number))).toEqual([3, 6, 9, 12]);
    const times = seen.map(([, , latest]) => Number(latest?.timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.abs(times[3]! - Date.now() / 1_000)).toBeLessThan(10);
  });

  it("makes a block at the latest every so many seconds", async () => {
    const chain = await start(1);
    const before = await heightOf(chain);
    const after = await waitFor(
      async () => {
        const height = await heightOf(chain);
        return height >= before + 3 ? height : undefined;
      },
      { timeoutMs: 20_000, onTimeout: () => new Error("no three blocks in 20 s") },
    );
    const numbers = Array.from({ length: 3 }, (_, place) => after - 2 + place);
    const blocks = await Promise.all(numbers.map((number) => block(chain, `0x${number.toString(16)}`)));
    const times = blocks.map(({ timestamp }) => Number(timestamp));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1); // not a flood of them
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(1);
    expect(Math.abs(times[2]! - Date.now() / 1_000)).toBeLessThan(10);
    await chain.stop();
  });

  it("goes back to its last whole state when the newest was cut off, and says so", async () => {
    const first = await start(0);
    await mine(first, 3);
    const third = await block(first, "0x3");
    await first.stop();
    const second = await start(0);
    await waitFor(async () => (existsSync(previousPath(dir)) ? true : undefined), {
      timeoutMs: 20_000,
      onTimeout: () => new Error("no copy of the state in 20 s"),
    });
    await mine(second, 2);
    await second.stop();
    truncateSync(statePath(dir), Math.floor(readFileSync(statePath(dir)).length / 2));
    const troubles: string[] = [];
    const chain = await start(0, (text) => troubles.push(text));
    expect(await block(chain, "latest")).toMatchObject({ number: "0x3", hash: third.hash });
    expect(troubles).toEqual([expect.stringMatching(/state was cut off: it goes back to its copy of 20\d\d-/)]);
    await mine(chain, 1);
    expect(await heightOf(chain)).toBe(4);
    await chain.stop();
  });

  it("waits in its past, a second a block, until it goes live; nothing of that is lost to a kill -9", async () => {
    const past = { dir, host: "127.0.0.1", port, blockSeconds: 0, beginsAt: 1_795_150_800 };
    const first = await startChain(past);
    expect(first.isInPast).toBe(true);
    await mine(first, 3);
    const third = await block(first, "0x3");
    expect(Number(third.timestamp)).toBe(1_795_150_803);
    await first.goLive();
    await mine(first, 1);
    expect(Math.abs(Number((await block(first, "latest")).timestamp) - Date.now() / 1_000)).toBeLessThan(10);
    copyFileSync(statePath(dir), `${dir}/at-live.json`); // anvil writes its own when it is stopped
    await first.stop();
    copyFileSync(`${dir}/at-live.json`, statePath(dir));
    const second = await startChain(past);
    expect(second.isInPast).toBe(false);
    expect(await block(second, "0x3")).toMatchObject({ hash: third.hash });
    expect(await heightOf(second)).toBe(3);
    await second.stop();
  });

  it("begins anew, and says so, when it was cut off in its past", async () => {
    const troubles: string[] = [];
    const onTrouble = (text: string): void => void troubles.push(text);
    const past = { dir, host: "127.0.0.1", port, blockSeconds: 0, beginsAt: 1_795_150_800, onTrouble };
    const first = await startChain(past);
    await mine(first, 3);
    await first.stop();
    const second = await startChain(past);
    expect(troubles).toEqual([expect.stringContaining("begins anew")]);
    expect(second.isInPast).toBe(true);
    expect(await heightOf(second)).toBe(0);
    await second.stop();
  });

  it("refuses a taken port, naming the setting", async () => {
    const chain = await start(0);
    await expect(start(0)).rejects.toMatchObject({
      code: "PORT_TAKEN",
      hints: [expect.stringContaining("CHAIN_PORT")],
    });
    await chain.stop();
  });
});
