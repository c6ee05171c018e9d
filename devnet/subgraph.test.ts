import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSubgraph } from "./subgraph.ts";

describe("buildSubgraph", () => {
  it("can run twice at once, and never leaves its readers without a build", async () => {
    const build = await buildSubgraph();
    const manifest = join(build, "subgraph.yaml");
    rmSync(join(build, ".built-from")); // so that there is something to do
    let looks = 0;
    let missing = 0;
    const looking = setInterval(() => {
      looks++;
      if (!existsSync(manifest)) missing++;
    }, 5);
    const built = await Promise.all([buildSubgraph(), buildSubgraph()]);
    clearInterval(looking);
    expect(built).toEqual([build, build]);
    expect(looks).toBeGreaterThan(10);
    expect(missing).toBe(0);
    expect(existsSync(join(build, "OperatorRegistry", "OperatorRegistry.wasm"))).toBe(true);
    expect(readFileSync(manifest, "utf8")).toContain("file: OperatorRegistry/OperatorRegistry.wasm");
  }, 120_000);
});
