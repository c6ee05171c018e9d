import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./test/network.ts";

const run = promisify(execFile);

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bc-setup-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (file: string, value: unknown): void => writeFileSync(join(root, file), JSON.stringify(value));

/** A repository of setup.mjs and three packages of its own, so that no registry is needed. */
function makeRepository(): void {
  mkdirSync(join(root, "cli"));
  cpSync(join(ROOT, "cli", "setup.mjs"), join(root, "cli", "setup.mjs"));
  const kinds = { dependencies: "used", devDependencies: "tool", optionalDependencies: "binary" };
  const manifest = Object.fromEntries(Object.entries(kinds).map(([kind, name]) => [kind, { [name]: `file:${name}` }]));
  const packages: Record<string, object> = { "": { name: "whole", ...manifest } };
  for (const [kind, name] of Object.entries(kinds)) {
    mkdirSync(join(root, name));
    write(`${name}/package.json`, { name, version: "1.0.0" });
    const flag = { dependencies: {}, devDependencies: { dev: true }, optionalDependencies: { optional: true } }[kind];
    packages[name] = { version: "1.0.0", ...flag };
    packages[`node_modules/${name}`] = { resolved: name, link: true, ...flag };
  }
  write("package.json", { name: "whole", ...manifest });
  write("package-lock.json", { name: "whole", lockfileVersion: 3, requires: true, packages });
}

describe("setup.mjs", () => {
  it("installs what builds and tests need too, whatever NODE_ENV and npm's settings say, and only once", async () => {
    makeRepository();
    const env = { ...process.env, NODE_ENV: "production", npm_config_omit: "dev\n\noptional" };
    const { stdout } = await run(process.execPath, [join(root, "cli", "setup.mjs")], { env });
    expect(stdout).toContain("Installing packages");
    const installed = ["used", "tool", "binary"].filter((name) => existsSync(join(root, "node_modules", name)));
    expect(installed).toEqual(["used", "tool", "binary"]);
    const again = await run(process.execPath, [join(root, "cli", "setup.mjs")], { env });
    expect(again.stdout).not.toContain("Installing");
  }, 60_000);
});
