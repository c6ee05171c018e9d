import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock, isProcessAlive } from "./lock.ts";
import { waitFor } from "./time.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bc-lock-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, "sub", "lock");

describe("acquireLock", () => {
  it("is held until it is released, and can be taken again then", () => {
    const release = acquireLock(path(), "folder x");
    expect(() => acquireLock(path(), "folder x")).toThrow(`folder x is in use by process ${process.pid}`);
    release();
    expect(existsSync(path())).toBe(false);
    acquireLock(path(), "folder x")();
  });

  it("takes over from a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    acquireLock(path(), "x")();
    writeFileSync(path(), JSON.stringify({ pid: child.pid, startedAt: "boot/1" }));
    const release = acquireLock(path(), "x");
    expect(JSON.parse(readFileSync(path(), "utf8"))).toMatchObject({ pid: process.pid });
    release();
  });

  it("is not fooled by another process that got the same id", () => {
    acquireLock(path(), "x")();
    writeFileSync(path(), JSON.stringify({ pid: process.pid, startedAt: "another-boot/1" }));
    expect(acquireLock(path(), "x")).not.toThrow();
  });

  it("takes over a file that is no lock", () => {
    acquireLock(path(), "x")();
    for (const text of ["", "garbage", "{}"]) {
      writeFileSync(path(), text);
      expect(acquireLock(path(), "x")).not.toThrow();
    }
  });

  it("leaves the takeover to the process that is at it", () => {
    acquireLock(path(), "x")();
    const stale = JSON.stringify({ pid: 4_194_000, startedAt: "gone/1" });
    writeFileSync(path(), stale);
    writeFileSync(`${path()}.takeover`, JSON.stringify({ pid: process.pid, startedAt: "" }));
    expect(() => acquireLock(path(), "x")).toThrow("taken by several processes at once");
    expect(readFileSync(path(), "utf8")).toBe(stale);
    writeFileSync(`${path()}.takeover`, stale);
    expect(() => acquireLock(path(), "x")).toThrow("process 4194000 has died while it took over");
  });

  it("releases only what it holds", () => {
    const release = acquireLock(path(), "x");
    release();
    const other = acquireLock(path(), "x");
    writeFileSync(path(), JSON.stringify({ pid: 1, startedAt: "" }));
    other();
    expect(existsSync(path())).toBe(true);
  });

  it("goes to one of many processes that want it at once", async () => {
    acquireLock(path(), "x")();
    writeFileSync(path(), JSON.stringify({ pid: 4_194_000, startedAt: "gone/1" }));
    const script = `
      import { acquireLock } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
      try { acquireLock(${JSON.stringify(path())}, "x"); process.stdout.write("won"); process.stdin.resume(); }
      catch (error) { process.stdout.write(error.code); }`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]),
    );
    const outputs = await Promise.all(
      children.map(async (child) => ((await once(child.stdout, "data")) as [Buffer])[0].toString()),
    );
    for (const child of children) child.stdin.end();
    expect(outputs.filter((output) => output === "won")).toHaveLength(1);
    expect(outputs.filter((output) => output === "LOCKED")).toHaveLength(5);
  });

  it("is held by one process at a time, however often they take and release it", async () => {
    const script = `
      import { mkdirSync, rmdirSync } from "node:fs";
      import { acquireLock } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
      const [path, witness] = ${JSON.stringify([path(), join(folder, "witness")])};
      let taken = 0;
      for (const until = Date.now() + 2500; Date.now() < until; ) {
        let release;
        try { release = acquireLock(path, "x"); } catch { continue; }
        mkdirSync(witness); // throws if another process is inside
        taken++;
        rmdirSync(witness);
        release();
      }
      process.stdout.write(String(taken));`;
    const outputs = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
        let output = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
        await once(child, "close");
        return output;
      }),
    );
    expect(outputs.filter((output) => !/^\d+$/.test(output))).toEqual([]);
    expect(outputs.reduce((sum, output) => sum + Number(output), 0)).toBeGreaterThan(100);
  });
});

describe("isProcessAlive", () => {
  it("is false for a process that has ended and that nobody has asked about", async () => {
    // the shell becomes a program that never asks after the child it was started with; only then does the child end
    const parent = spawn("/bin/sh", ["-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 60"]);
    const pid = Number(((await once(parent.stdout, "data")) as [Buffer])[0].toString());
    const reads = (path: string, text: string): Promise<true> =>
      waitFor(async () => (readFileSync(`/proc/${path}`, "utf8").includes(text) ? true : undefined), {
        timeoutMs: 60_000,
        onTimeout: () => new Error(`/proc/${path} never has ${text}`),
      });
    await reads(`${parent.pid}/comm`, "sleep");
    expect(isProcessAlive(pid)).toBe(true);
    parent.stdin.end();
    await reads(`${pid}/stat`, ") Z ");
    expect(isProcessAlive(pid)).toBe(false);
    expect(isProcessAlive(parent.pid ?? 0)).toBe(true);
    parent.kill();
  });
});
