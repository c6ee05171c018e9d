import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquireLock } from "./lock.ts";

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
      try { acquireLock(${JSON.stringify(path())}, "x"); process.stdout.write("won"); setTimeout(() => process.exit(0), 1500); }
      catch (error) { process.stdout.write(error.code); }`;
    const outputs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        await once(child, "close");
        return output;
      }),
    );
    expect(outputs.filter((output) => output === "won")).toHaveLength(1);
    expect(outputs.filter((output) => output === "LOCKED")).toHaveLength(5);
  }, 30_000);
});
