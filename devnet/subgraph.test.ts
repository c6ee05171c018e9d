import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./binaries.ts";
import { buildAlone } from "./build-lock.ts";
import { listFiles } from "./files.ts";
import { buildSubgraph, compileSubgraph } from "./subgraph.ts";

describe("buildSubgraph", () => {
  it("can run twice at once, and never leaves its readers without a build", async () => {
    const build = await buildSubgraph();
    const manifest = join(build, "subgraph.yaml");
    let looks = 0;
    let missing = 0;
    const looking = setInterval(() => {
      looks++;
      if (!existsSync(manifest)) missing++;
    }, 1);
    // Where the committed build serves, one round is over in a few looks.
    while (looks <= 10) {
      rmSync(join(build, ".built-from")); // so that there is something to do
      expect(await Promise.all([buildSubgraph(), buildSubgraph()])).toEqual([build, build]);
    }
    clearInterval(looking);
    expect(missing).toBe(0);
    expect(existsSync(join(build, "OperatorRegistry", "OperatorRegistry.wasm"))).toBe(true);
    expect(readFileSync(manifest, "utf8")).toContain("file: OperatorRegistry/OperatorRegistry.wasm");
  }, 120_000);
});

describe("the committed build", () => {
  it("is what the sources give, to the last byte", async () => {
    const dir = join(ROOT, ".cache", "subgraph-compiled");
    await buildAlone("subgraph", () => compileSubgraph(dir)); // graph-cli writes beside the sources
    const read = (path: string): [string, string][] =>
      listFiles([relative(ROOT, path)]).map((file) => [
        relative(path, join(ROOT, file)),
        readFileSync(join(ROOT, file)).toString("base64"),
      ]);
    expect(read(join(ROOT, "subgraph/prebuilt"))).toEqual(read(dir));
    rmSync(dir, { recursive: true });
  }, 120_000);
});
