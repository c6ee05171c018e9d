import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./test/network.ts";

const run = promisify(execFile);

let root: string;

/** A repository of `bc` and a command of two rooms. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bc-bundle-"));
  for (const folder of ["cli", "room"]) mkdirSync(join(root, folder));
  for (const file of ["cli/bc.mjs", "cli/bundle.mjs", "tsconfig.json"]) cpSync(join(ROOT, file), join(root, file));
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  write("package.json", JSON.stringify({ type: "module", imports: { "#room/*": "./room/*" } }));
  write("cli/main.ts", `import { say } from "#room/say.ts";\nsay(process.argv[2] as string);\n`);
  say("said");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
const say = (word: string): void =>
  write("room/say.ts", `export const say = (it: string): void => console.log("${word}", it, import.meta.url);\n`);
const bc = async (): Promise<string> => (await run(process.execPath, [join(root, "cli/bc.mjs"), "it"])).stdout;
const bundles = (): string[] => readdirSync(join(root, ".cache/bc")).filter((name) => name.startsWith("build-"));

describe("bc", () => {
  it("is bundled once, with each source's own place kept", async () => {
    expect(await bc()).toBe(`said it file://${root}/room/say.ts\n`);
    await bc();
    expect(bundles()).toHaveLength(1);
  });

  it("is bundled anew when a source has changed, also one of the same size", async () => {
    await bc();
    say("told");
    expect(await bc()).toContain("told it");
    expect(bundles()).toHaveLength(2);
  });

  it("is bundled anew when the bundle is gone, is half there or can't be read", async () => {
    await bc();
    for (const name of bundles()) rmSync(join(root, ".cache/bc", name), { recursive: true });
    expect(await bc()).toContain("said it");
    write(".cache/bc/newest.json", `{"dir":`);
    expect(await bc()).toContain("said it");
  });

  it("is bundled by each of several that start at once, and works for all", async () => {
    const all = await Promise.all([bc(), bc(), bc()]);
    expect(new Set(all).size).toBe(1);
    expect(await bc()).toBe(all[0]);
  });

  it("clears away what is a day old", async () => {
    await bc();
    const yesterday = Date.now() / 1_000 - 86_401;
    for (const name of bundles()) utimesSync(join(root, ".cache/bc", name), yesterday, yesterday);
    say("told");
    await bc();
    expect(bundles()).toHaveLength(1);
  });

  it("tells a fault by its place in the source", async () => {
    write("room/say.ts", `\n\nexport const say = (): void => {\n  throw new Error("no voice");\n};\n`);
    await expect(bc()).rejects.toMatchObject({ stderr: expect.stringMatching(/room\/say\.ts:4:9/) });
  });

  it("runs from the sources where nothing can be written", async () => {
    write(".cache", ""); // a file in the folder's place: root may write anywhere else
    expect(await bc()).toContain("said it");
  });
});
