import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { copyFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { silentLogger } from "#kernel/log.ts";
import { keyOf, RangeCache, type RangeCacheOptions, type StoredRange } from "./range-cache.ts";
import type { Header, Log } from "./types.ts";

const CHAIN = { chainId: "31337", genesisHash: `0x0123456789${"0".repeat(54)}` };
const KEY = keyOf([{ addresses: undefined, topics: [["0x01"]] }]);
const HOUR_SECONDS = 3_600;

let folder: string;
let outcomes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bc-ranges-"));
  outcomes = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(overrides: Partial<RangeCacheOptions> = {}): RangeCache {
  return new RangeCache({
    folder,
    chain: CHAIN,
    maxBytes: 2 ** 30,
    logger: silentLogger,
    onLookup: (outcome) => outcomes.push(outcome),
    ...overrides,
  });
}

const hashOf = (number: number): string => `0x${number.toString(16).padStart(64, "0")}`;
/** A range whose blocks all have a log. */
function rangeOf(from: number, to: number, data = "0x"): StoredRange {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const headers = numbers.map((number) => ({ number: `0x${number.toString(16)}`, hash: hashOf(number) }) as Header);
  const logs = numbers.map((number) => ({ blockHash: hashOf(number), data }) as Log);
  return { from, to, parentHash: hashOf(from - 1), headers, logs };
}

const always = (): boolean => true;
const pathOf = (from: number, to: number, key = KEY): string =>
  join(folder, "31337-01234567", `${key}-${from}-${to}.br`);
const namesThere = (): string[] => readdirSync(join(folder, "31337-01234567")).sort();

/** Keeps ranges, as a process does that ends. */
async function keep(...ranges: StoredRange[]): Promise<void> {
  const cache = open();
  for (const range of ranges) cache.put(KEY, range);
  await cache.idle();
}

describe("a range that was kept", () => {
  it("comes back in another process as it was", async () => {
    await keep(rangeOf(10, 20));
    expect(await open().find(KEY, { from: 10, most: 100 }, always)).toEqual(rangeOf(10, 20));
    expect(outcomes).toEqual(["hit"]);
  });

  it("is the longest that may be asked for, and at least as long as it must be", async () => {
    await keep(rangeOf(10, 20), rangeOf(10, 30), rangeOf(10, 15), rangeOf(11, 40));
    const found = async (least: number, most: number): Promise<number | undefined> =>
      (await open().find(KEY, { from: 10, least, most }, always))?.to;
    expect(await found(10, 29)).toBe(20);
    expect(await found(10, 30)).toBe(30);
    expect(await found(10, 14)).toBeUndefined();
    expect(await found(29, 29)).toBeUndefined();
    expect(open().next(KEY, 10)).toBeUndefined(); // it hasn't looked yet
    const cache = open();
    await cache.find(KEY, { from: 10, most: 14 }, always);
    expect([9, 10, 11].map((from) => cache.next(KEY, from))).toEqual([10, 11, undefined]);
  });

  it("isn't found by other queries, nor on another chain", async () => {
    await keep(rangeOf(10, 20));
    const other = keyOf([{ addresses: [hashOf(1)], topics: [["0x01"]] }]);
    expect(await open().find(other, { from: 10, most: 100 }, always)).toBeUndefined();
    for (const chain of [
      { ...CHAIN, chainId: "1" },
      { ...CHAIN, genesisHash: hashOf(1) },
    ])
      expect(await open({ chain }).find(KEY, { from: 10, most: 100 }, always)).toBeUndefined();
    expect(outcomes).toEqual(["miss", "miss", "miss"]);
  });

  it("is deleted when its last block has left the chain, and stays when the node can't be asked", async () => {
    await keep(rangeOf(10, 20));
    const cache = open();
    const find = (isOnChain: (last: Header) => boolean): Promise<StoredRange | undefined> =>
      cache.find(KEY, { from: 10, most: 100 }, isOnChain);
    const noAnswer = (): never => {
      throw new Error("no answer");
    };
    await expect(find(noAnswer)).rejects.toThrow("no answer");
    expect(existsSync(pathOf(10, 20))).toBe(true);
    expect(await find(({ hash }) => hash !== hashOf(20))).toBeUndefined();
    expect(existsSync(pathOf(10, 20))).toBe(false);
    expect(outcomes).toEqual(["stale"]);
    expect(cache.next(KEY, 9)).toBeUndefined();
  });

  it("is a miss when another process has deleted it", async () => {
    await keep(rangeOf(10, 20));
    const cache = open();
    await cache.find(KEY, { from: 1, most: 100 }, always);
    rmSync(pathOf(10, 20));
    expect(await cache.find(KEY, { from: 10, most: 100 }, always)).toBeUndefined();
    expect(cache.next(KEY, 9)).toBeUndefined();
  });
});

describe("a file that isn't whole is a miss and deleted:", () => {
  const flip = (path: string, place: (length: number) => number): void => {
    const content = readFileSync(path);
    const at = place(content.length);
    content.writeUInt8((content[at] ?? 0) ^ 1, at);
    writeFileSync(path, content);
  };
  const SPOILED: Record<string, (path: string) => void> = {
    "an empty one": (path) => truncateSync(path, 0),
    "one with a checksum alone": (path) => truncateSync(path, 4),
    "one cut off": (path) => truncateSync(path, readFileSync(path).length - 1),
    garbage: (path) => writeFileSync(path, "garbage"),
    "one bit flipped at its beginning": (path) => flip(path, () => 0),
    "one bit flipped in the middle": (path) => flip(path, (length) => length >> 1),
    "one bit flipped at its end": (path) => flip(path, (length) => length - 1),
    "another range's": (path) => copyFileSync(pathOf(30, 40), path),
    "another query's": (path) => copyFileSync(pathOf(10, 20, "0".repeat(16)), path),
  };

  it.each(Object.entries(SPOILED))("%s", async (_, spoil) => {
    const writer = open();
    for (const key of [KEY, "0".repeat(16)]) writer.put(key, rangeOf(10, 20, `0x${"5a".repeat(2_000)}`));
    writer.put(KEY, rangeOf(30, 40));
    await writer.idle();
    spoil(pathOf(10, 20));
    const cache = open();
    expect(await cache.find(KEY, { from: 10, most: 100 }, always)).toBeUndefined();
    expect(existsSync(pathOf(10, 20))).toBe(false);
    cache.put(KEY, rangeOf(10, 20));
    await cache.idle();
    expect(await cache.find(KEY, { from: 10, most: 100 }, always)).toEqual(rangeOf(10, 20));
    expect(outcomes).toEqual(["miss", "hit"]);
  });
});

describe("the folder", () => {
  it("holds no more than its bytes: the oldest files go, of other chains too, and nothing else does", async () => {
    // a file takes one block of 4 KiB, so ten fit and an eleventh leaves eight
    const maxBytes = 10 * 4_096;
    await keep(...[0, 1, 2, 3].map((n) => rangeOf(n * 10 + 1, n * 10 + 9)));
    const other = open({ chain: { ...CHAIN, chainId: "1" } });
    for (let n = 0; n < 6; n++) other.put(KEY, rangeOf(n * 10 + 1, n * 10 + 9));
    await other.idle();
    const strangers = ["notes.txt", "31337-01234567/mine.br", "elsewhere/0000000000000000-1-2.br"];
    mkdirSync(join(folder, "elsewhere"));
    for (const name of strangers) writeFileSync(join(folder, name), "x".repeat(100_000));
    for (const [age, path] of [
      [9, pathOf(11, 19)],
      [8, join(folder, "1-01234567", `${KEY}-1-9.br`)],
      [7, pathOf(21, 29)],
      [6, pathOf(1, 9)],
    ] as const)
      utimesSync(path, Date.now() / 1_000 - age, Date.now() / 1_000 - age);
    const cache = open({ maxBytes });
    cache.put(KEY, rangeOf(41, 49));
    await cache.idle();
    expect(namesThere()).toEqual(
      [1, 31, 41]
        .map((from) => `${KEY}-${from}-${from + 8}.br`)
        .concat("mine.br")
        .sort(),
    );
    expect(readdirSync(join(folder, "1-01234567"))).toHaveLength(5);
    expect(strangers.every((name) => existsSync(join(folder, name)))).toBe(true);
    expect([0, 1, 31, 41].map((from) => cache.next(KEY, from))).toEqual([1, 31, 41, undefined]);
  });

  it("loses what a killed process has left unfinished, but not what another is writing", async () => {
    await keep(rangeOf(1, 9));
    const [old, fresh] = [`${pathOf(11, 19)}.${"a".repeat(16)}`, `${pathOf(21, 29)}.${"b".repeat(16)}`];
    for (const path of [old, fresh]) writeFileSync(path, "half");
    utimesSync(old, 0, Date.now() / 1_000 - HOUR_SECONDS - 1);
    expect(await open().find(KEY, { from: 11, most: 100 }, always)).toBeUndefined();
    await keep(rangeOf(31, 39));
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
  });

  it("that can't be used is told of once, and nothing is kept or stopped", async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const use of [
      async (cache: RangeCache) => cache.find(KEY, { from: 1, most: 9 }, always),
      async (cache: RangeCache) => {
        cache.put(KEY, rangeOf(1, 9));
        await cache.idle();
      },
    ]) {
      lines.length = 0;
      const cache = open({ folder: file, logger });
      for (let again = 0; again < 2; again++) await use(cache);
      expect(await cache.find(KEY, { from: 1, most: 9 }, always)).toBeUndefined();
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain("ENOTDIR");
    }
  });

  it("that fails in the middle of a run is told of once", async () => {
    const lines: string[] = [];
    const cache = open({ logger: pino({}, { write: (line: string) => void lines.push(line) }) });
    for (const from of [1, 11]) cache.put(KEY, rangeOf(from, from + 8));
    await cache.idle();
    expect(await cache.find(KEY, { from: 1, most: 9 }, always)).toBeDefined();
    rmSync(pathOf(11, 19));
    mkdirSync(pathOf(11, 19)); // reading it fails, as a broken disk's file does
    expect(await cache.find(KEY, { from: 11, most: 19 }, always)).toBeUndefined();
    expect(await cache.find(KEY, { from: 1, most: 9 }, always)).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(outcomes).toEqual(["hit", "miss", "miss"]);
  });

  it("serves processes that write the same at the same time", async () => {
    const caches = [open(), open(), open()];
    for (let from = 1; from < 200; from += 10) for (const cache of caches) cache.put(KEY, rangeOf(from, from + 9));
    await Promise.all(caches.map((cache) => cache.idle()));
    expect(namesThere()).toHaveLength(20);
    for (let from = 1; from < 200; from += 10)
      expect(await open().find(KEY, { from, most: 1_000 }, always)).toEqual(rangeOf(from, from + 9));
  });
});
