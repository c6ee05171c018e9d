import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { silentLogger } from "#kernel/log.ts";
import { openSpool, type Spool, type SpoolOptions } from "./spool.ts";

let dir: string;
let spool: Spool;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-spool-"));
  spool = await openDir();
});
afterEach(async () => {
  await spool.close();
  await rm(dir, { recursive: true });
});

const openDir = (options: Partial<SpoolOptions> = {}): Promise<Spool> =>
  openSpool({ dir, logger: silentLogger, segmentBytes: 1_000, ...options });

async function reopen(options: Partial<SpoolOptions> = {}): Promise<void> {
  await spool.close();
  spool = await openDir(options);
}

/** Adds texts, and returns those that are safe. */
async function add(...texts: string[]): Promise<string[]> {
  const safe: string[] = [];
  for (const text of texts) void spool.append(Buffer.from(text), 0).then(() => safe.push(text));
  await spool.flush();
  return safe;
}

/** Takes out all there is, by batches of `size`. */
async function drain(size = 1_000): Promise<string[]> {
  const texts: string[] = [];
  for (let batch = await spool.read(size, 1e9); batch; batch = await spool.read(size, 1e9)) {
    texts.push(...batch.payloads.map(String));
    await spool.acknowledge(batch);
  }
  return texts;
}

const segments = async (): Promise<string[]> => (await readdir(dir)).filter((name) => name.endsWith(".spool")).sort();

describe("a spool", () => {
  it("hands out what was added, in order, once it is acknowledged no more", async () => {
    await add("a", "b", "c");
    expect((await spool.read(2, 1e9))?.payloads.map(String)).toEqual(["a", "b"]);
    expect(await drain(2)).toEqual(["a", "b", "c"]);
    expect(spool.recordCount).toBe(0);
    expect(await drain()).toEqual([]);
  });

  it("hands out nothing that isn't on the disk yet", async () => {
    const added = spool.append(Buffer.from("a"), 7);
    expect(await spool.read(1, 1e9)).toBeUndefined();
    expect([spool.recordCount, spool.pendingSince]).toEqual([1, 7]);
    await spool.flush();
    await added;
    expect(await drain()).toEqual(["a"]);
  });

  it("goes on after a restart where it was, and deletes what is done", async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${index}`.padEnd(100, "."));
    for (const text of texts) await add(text);
    expect((await segments()).length).toBeGreaterThan(3);
    const batch = await spool.read(5, 1e9);
    if (batch) await spool.acknowledge(batch);
    await reopen();
    expect(spool.recordCount).toBe(35);
    expect(await drain(7)).toEqual(texts.slice(5));
    await reopen();
    expect(spool.recordCount).toBe(0);
    expect(await segments()).toEqual([]);
  });

  it("knows the time before which nothing is left in it", async () => {
    expect(spool.pendingSince).toBeUndefined();
    for (const low of [10, 20, 30]) void spool.append(Buffer.alloc(600), low);
    await spool.flush();
    const pending: (number | undefined)[] = [spool.pendingSince];
    for (let batch = await spool.read(1, 1e9); batch; batch = await spool.read(1, 1e9)) {
      await spool.acknowledge(batch);
      pending.push(spool.pendingSince);
    }
    expect(pending).toEqual([10, 20, 30, undefined]);
  });

  it("drops the oldest at its cap, counts them, and remembers the count", async () => {
    await reopen({ maxBytes: 4_000, segmentBytes: 1_000 });
    const texts = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(200, "."));
    for (const text of texts) await add(text);
    expect(spool.bytes).toBeLessThanOrEqual(4_000);
    const { droppedRecords } = spool;
    const left = await drain();
    expect(droppedRecords).toBeGreaterThan(50);
    expect(left).toEqual(texts.slice(droppedRecords));
    await reopen();
    expect(spool.droppedRecords).toBe(droppedRecords);
  });

  it("takes an acknowledgement of what was dropped meanwhile for nothing", async () => {
    await reopen({ maxBytes: 4_000 });
    await add("old".padEnd(900, "."), "old".padEnd(900, "."));
    const batch = await spool.read(1, 1e9);
    for (let index = 0; index < 10; index++) await add(`${index}`.padEnd(900, "."));
    if (batch) await spool.acknowledge(batch);
    // A file takes two of these records, and two files fit below the cap.
    expect((await drain()).map((text) => text.slice(0, 1))).toEqual(["6", "7", "8", "9"]);
  });

  it("acknowledges nothing once it is closed, when its folder may be another's", async () => {
    await add("a", "b");
    const batch = await spool.read(2, 1e9);
    await spool.close();
    const next = await openDir();
    expect(next.recordCount).toBe(2);
    await expect(batch && spool.acknowledge(batch)).rejects.toMatchObject({ code: "SPOOL_CLOSED" });
    await next.close();
    spool = await openDir();
    expect(await drain()).toEqual(["a", "b"]);
  });

  it("refuses a second user of its folder", async () => {
    await expect(openDir()).rejects.toMatchObject({ code: "LOCKED", message: expect.stringContaining(dir) as unknown });
  });

  it("says so when its folder can't be one", async () => {
    const path = join(dir, "file");
    await writeFile(path, "");
    await expect(openDir({ dir: path })).rejects.toMatchObject({ code: "SPOOL_UNUSABLE" });
  });
});

describe("damage", () => {
  async function damage(change: (bytes: Buffer) => Buffer): Promise<void> {
    await add("a".repeat(50), "b".repeat(50), "c".repeat(50));
    await spool.close();
    const [name = ""] = await segments();
    await writeFile(join(dir, name), change(await readFile(join(dir, name))));
    spool = await openDir();
  }

  it("of the end, as kill -9 leaves it, costs the torn record alone", async () => {
    await damage((bytes) => bytes.subarray(0, bytes.length - 1));
    await add("d");
    expect((await drain()).map((text) => text[0])).toEqual(["a", "b", "d"]);
    expect(spool.droppedRecords).toBe(0);
  });

  it("of a byte costs that record alone, and is counted", async () => {
    await damage((bytes) => {
      bytes.writeUInt8(0xff, 100);
      return bytes;
    });
    await add("d");
    expect((await drain()).map((text) => text[0])).toEqual(["a", "c", "d"]);
    expect(spool.droppedRecords).toBe(1);
  });

  it("of what was done already costs nothing that wasn't, however often it is read", async () => {
    await add(..."abcd".split("").map((letter) => letter.repeat(50)));
    const done = await spool.read(2, 1e9);
    if (done) await spool.acknowledge(done);
    await spool.close();
    const [name = ""] = await segments();
    const bytes = await readFile(join(dir, name));
    for (const letter of "ac") bytes.fill(0xff, bytes.indexOf(letter), bytes.indexOf(letter) + 1);
    await writeFile(join(dir, name), bytes);
    spool = await openDir();
    for (let time = 0; time < 3; time++) await spool.read(10, 1e9);
    expect((await drain()).map((text) => text[0])).toEqual(["d"]);
    expect(spool.droppedRecords).toBe(1);
  });

  it("in the middle of several files costs no other file", async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`.padEnd(400, "."));
    for (const text of texts) await add(text);
    await spool.close();
    const names = await segments();
    const middle = join(dir, names[2] ?? "");
    const bytes = await readFile(middle);
    await writeFile(middle, bytes.fill(0xff, 8));
    spool = await openDir();
    // A file takes three of these records.
    expect(names.length).toBe(4);
    expect(await drain()).toEqual([...texts.slice(0, 6), ...texts.slice(9)]);
    expect(spool.droppedRecords).toBe(1);
  });

  it("of a whole file, or of the cursor, costs no more than what is in it", async () => {
    await writeFile(join(dir, "cursor.json"), "{");
    await damage(() => Buffer.from("not a spool"));
    await add("d");
    expect(await drain()).toEqual(["d"]);
  });

  it("of a length field isn't taken for a record of gigabytes", async () => {
    await damage((bytes) => {
      bytes.writeUInt32LE(0xffffffff, 8);
      return bytes;
    });
    expect(await drain()).toEqual([]);
  });
});

it("a disk that refuses is told, and what waits is written when it takes it again", async () => {
  await add("a");
  const [name = ""] = await segments();
  // A folder in the place of the next file: no file can be opened there.
  const next = join(dir, `${String(Number(name.slice(0, 10)) + 1).padStart(10, "0")}.spool`);
  await add("b".repeat(1_000));
  await mkdir(next);
  expect(await add("c")).toEqual([]);
  expect(spool.fault).toContain("EISDIR");
  expect(spool.recordCount).toBe(3);
  await rm(next, { recursive: true });
  await spool.flush();
  expect(spool.fault).toBeUndefined();
  expect((await drain()).map((text) => text[0])).toEqual(["a", "b", "c"]);
});

it("a file that can't be deleted is told, and what comes after it is written all the same", async () => {
  await reopen({ maxBytes: 4_000 });
  await add("a".repeat(1_000));
  const [name = ""] = await segments();
  // A folder in its place: it can't be deleted as a file.
  await rm(join(dir, name));
  await mkdir(join(dir, name));
  const texts = Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(1_000, "."));
  const faults: (string | undefined)[] = [];
  for (const text of texts) {
    expect(await add(text)).toEqual([text]);
    faults.push(spool.fault);
  }
  expect(faults.filter((fault) => fault !== undefined)).toHaveLength(1);
  expect(await drain()).toEqual(texts.slice(spool.droppedRecords - 1));
  await rm(join(dir, name), { recursive: true });
});

it("a folder that can't be read is left free for the next try", async () => {
  await spool.close();
  await mkdir(join(dir, "0000000001.spool"));
  await expect(openDir()).rejects.toMatchObject({ code: "SPOOL_UNUSABLE" });
  await rm(join(dir, "0000000001.spool"), { recursive: true });
  spool = await openDir();
  expect(spool.recordCount).toBe(0);
});

type Step = { kind: "add"; sizes: number[] } | { kind: "take"; count: number } | { kind: "restart"; tornBytes: number };

it("hands out what was safe, in order and without a gap, whatever happens in between", async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), sizes: fc.array(fc.nat(700), { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("take" as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("restart" as const), tornBytes: fc.nat(3) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await spool.close();
      await rm(dir, { recursive: true });
      spool = await openDir();
      const safe: string[] = [];
      const taken: string[] = [];
      for (const one of steps) {
        if (one.kind === "add")
          safe.push(...(await add(...one.sizes.map((size, index) => `${safe.length + index}`.padEnd(size, ".")))));
        else if (one.kind === "take") {
          const batch = await spool.read(one.count, 1e9);
          taken.push(...(batch?.payloads.map(String) ?? []));
          if (batch) await spool.acknowledge(batch);
        } else {
          await spool.close();
          await tear(one.tornBytes);
          spool = await openDir();
        }
      }
      expect([...taken, ...(await drain())]).toEqual(safe);
    }),
    { numRuns: 60 },
  );
});

/** Adds to the newest file the beginning of a record that was never finished. */
async function tear(bytes: number): Promise<void> {
  const name = (await segments()).at(-1);
  if (name === undefined || bytes === 0) return;
  const file = await open(join(dir, name), "r+");
  const { size } = await stat(join(dir, name));
  await file.write(Buffer.alloc(bytes, 1), 0, bytes, size);
  await file.close();
}
