import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "#kernel/time.ts";
import { LogFolder } from "./log-folder.ts";

let dir: string;
let troubles: string[];
let logs: LogFolder;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-logs-"));
  troubles = [];
  logs = new LogFolder(join(dir, "logs"), (text) => troubles.push(text));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const troubled = () =>
  waitFor(async () => troubles[0], { timeoutMs: 5_000, onTimeout: () => new Error("nothing was told") });

describe("LogFolder", () => {
  it("keeps what each role prints in a file of its own", async () => {
    logs.write("index", "one");
    logs.logger("market", "info").info("two");
    logs.write("index", "three");
    await logs.close();
    expect(readFileSync(join(dir, "logs", "index.log"), "utf8")).toBe("one\nthree\n");
    expect(readFileSync(join(dir, "logs", "market.log"), "utf8")).toMatch(/^\{.*"name":"market","msg":"two"\}\n$/);
    expect(troubles).toEqual([]);
  });

  it("tells once of a file that can't be written, and writes again when it can", async () => {
    mkdirSync(join(dir, "logs", "index.log"), { recursive: true });
    logs.write("index", "lost");
    expect(await troubled()).toMatch(/logs\/index\.log can't be written: .*EISDIR/);
    logs.write("index", "lost too");
    logs.write("serve", "kept");
    await new Promise((resolve) => setTimeout(resolve, 100));
    rmdirSync(join(dir, "logs", "index.log"));
    logs.write("index", "found");
    await logs.close();
    expect(troubles).toHaveLength(1);
    expect(readFileSync(join(dir, "logs", "index.log"), "utf8")).toBe("found\n");
    expect(readFileSync(join(dir, "logs", "serve.log"), "utf8")).toBe("kept\n");
  });

  it("can be closed while a file fails, and where there can be no folder", async () => {
    mkdirSync(join(dir, "logs", "index.log"), { recursive: true });
    logs.write("index", "lost");
    await logs.close();
    expect(await troubled()).toMatch(/EISDIR/);
    writeFileSync(join(dir, "file"), "");
    const nowhere = new LogFolder(join(dir, "file", "logs"), (text) => troubles.push(text));
    nowhere.write("index", "lost");
    await nowhere.close();
    expect(troubles[1]).toMatch(/file\/logs\/index\.log can't be written: .*ENOTDIR/);
  });
});
