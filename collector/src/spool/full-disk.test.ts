import { execFileSync } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { silentLogger } from "#kernel/log.ts";
import { openSpool, type Spool } from "./spool.ts";

const openDir = (dir: string): Promise<Spool> => openSpool({ dir, logger: silentLogger });

/** Adds `count` records of `bytes` each, one sync each, and returns which are safe. */
async function add(spool: Spool, count: number, bytes: number): Promise<string[]> {
  const safe: string[] = [];
  for (let index = 0; index < count; index++) {
    const text = `${index}`.padEnd(bytes, ".");
    void spool.append(Buffer.from(text), 0).then(() => safe.push(text));
    await spool.flush();
  }
  return safe;
}

async function drain(spool: Spool): Promise<string[]> {
  const texts: string[] = [];
  for (let batch = await spool.read(1_000, 1e9); batch; batch = await spool.read(1_000, 1e9)) {
    texts.push(...batch.payloads.map(String));
    await spool.acknowledge(batch);
  }
  return texts;
}

type Write = (buffer: Buffer, offset: number, length: number, position: number) => Promise<{ bytesWritten: number }>;

/** Of every write the disk takes as much as `taken` says, as a full one does, or a signal. */
async function shortenWrites(dir: string, taken: (length: number, position: number) => number): Promise<void> {
  const handle = await open(dir, "r");
  const prototype = Object.getPrototypeOf(handle) as { write: Write };
  await handle.close();
  const { write } = prototype;
  jest.spyOn(prototype, "write").mockImplementation(async function (this: unknown, buffer, offset, length, position) {
    return write.call(this, buffer, offset, taken(length, position), position);
  });
}

/** A folder on a disk of 64 KB; where none may be mounted, one whose files end there. */
async function onSmallDisk(body: (dir: string) => Promise<void>): Promise<void> {
  const isMounted = mountSmallDisk(dir);
  try {
    if (!isMounted) {
      await shortenWrites(dir, (length, position) => {
        if (position >= 61_440) throw new Error("ENOSPC: no space left on device, write");
        return Math.min(length, 61_440 - position);
      });
    }
    await body(join(dir, "spool"));
  } finally {
    if (isMounted) execFileSync("umount", ["-l", dir]);
  }
}

function mountSmallDisk(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-spool-"));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(dir, { recursive: true });
});

describe("a write that the disk takes in part", () => {
  it("is carried on with where it stopped", async () => {
    const spool = await openDir(dir);
    await shortenWrites(dir, (length) => Math.min(length, 1_000));
    const safe = await add(spool, 5, 3_000);
    await spool.close();
    const again = await openDir(dir);
    expect(safe).toHaveLength(5);
    expect(await drain(again)).toEqual(safe);
    await again.close();
  });

  it("and then not at all is a refusal", async () => {
    const spool = await openDir(dir);
    await shortenWrites(dir, () => 0);
    expect(await add(spool, 2, 100)).toEqual([]);
    expect(spool.fault).toContain("no more");
    jest.restoreAllMocks();
    await spool.flush();
    expect(await drain(spool)).toHaveLength(2);
    await spool.close();
  });
});

describe("a disk that fills up", () => {
  it("keeps every record that was called safe over a restart", async () => {
    await onSmallDisk(async (folder) => {
      const spool = await openDir(folder);
      const safe = await add(spool, 30, 3_000);
      expect(spool.fault).toContain("ENOSPC");
      expect(safe.length).toBeGreaterThan(10);
      await spool.close();
      const again = await openDir(folder);
      const found = await drain(again);
      expect(found.slice(0, safe.length)).toEqual(safe);
      await again.close();
    });
  });

  it("takes what it refused once what is done has made room, though it is one file", async () => {
    await onSmallDisk(async (folder) => {
      const spool = await openDir(folder);
      await add(spool, 30, 3_000);
      const found: string[] = [];
      for (let round = 0; spool.recordCount > 0 && round < 10; round++) {
        found.push(...(await drain(spool)));
        await spool.flush();
      }
      expect(found.map((text) => Number(text.replaceAll(".", "")))).toEqual(Array.from({ length: 30 }, (_, i) => i));
      expect([spool.fault, spool.droppedRecords]).toEqual([undefined, 0]);
      await spool.close();
    });
  });
});
