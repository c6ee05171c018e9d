import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brokenPromises, lastRelease, releasedFile } from "./released-schema.ts";
import { ROOT } from "./stage.ts";

const BEFORE = `
type Query { gpu(id: ID!): Gpu  gpus(first: Int = 50): [Gpu!]! }
type Gpu { id: ID!  utilization: Float  powerWatts: Float!  status: Status! }
enum Status { ACTIVE RETIRED }
`;
const released = { file: "schema-0.1.0.graphql", version: "0.1.0", text: BEFORE };
const broken = (from: string | RegExp, to: string, version = "0.1.1"): string[] =>
  brokenPromises(released, BEFORE.replace(from, to), version);

describe("the promise of the last release", () => {
  it("is kept by what is added: fields, types, arguments that may be left out", () => {
    expect(broken("powerWatts: Float!", "powerWatts: Float!  memoryBytes: String")).toEqual([]);
    expect(brokenPromises(released, `${BEFORE} type Slot { id: ID! }`, "0.1.0")).toEqual([]);
    expect(broken("gpu(id: ID!)", "gpu(id: ID!, atBlock: Int)")).toEqual([]);
  });

  it("is broken by a field that is gone, by name", () => {
    expect(broken("powerWatts: Float!", "")).toEqual(["Gpu.powerWatts was removed. (since 0.1.0)"]);
  });

  it("is broken by a field that may be null now, by an argument that must be given, and by a value that is gone", () => {
    expect(broken("powerWatts: Float!", "powerWatts: Float")).toEqual([
      "Gpu.powerWatts changed type from Float! to Float. (since 0.1.0)",
    ]);
    expect(broken("gpu(id: ID!)", "gpu(id: ID!, atBlock: Int!)")).toEqual([
      "A required arg atBlock on Query.gpu was added. (since 0.1.0)",
    ]);
    expect(broken(/ RETIRED/, "")).toEqual(["RETIRED was removed from enum type Status. (since 0.1.0)"]);
  });

  it("ends with a version that says so: a minor one while the major is 0, else a major one", () => {
    expect(broken("powerWatts: Float!", "", "0.2.0")).toEqual([]);
    const stable = { ...released, version: "1.4.0" };
    const without = BEFORE.replace("powerWatts: Float!", "");
    expect(brokenPromises(stable, without, "1.5.0")).toHaveLength(1);
    expect(brokenPromises(stable, without, "2.0.0")).toEqual([]);
  });

  it("is that of the newest release by number, whatever else lies beside it", () => {
    const dir = mkdtempSync(join(tmpdir(), "bc-released-"));
    try {
      expect(lastRelease(dir)).toBeUndefined();
      for (const name of ["schema-0.9.0.graphql", "schema-0.10.0.graphql", "schema-next.graphql", "README.md"])
        writeFileSync(join(dir, name), name);
      expect(lastRelease(dir)).toEqual({
        file: releasedFile("0.10.0"),
        version: "0.10.0",
        text: "schema-0.10.0.graphql",
      });
      expect(lastRelease(join(dir, "none"))).toBeUndefined();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("is kept by the schema of this tree", () => {
    const last = lastRelease(join(ROOT, "api/released"));
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(last).toBeDefined();
    expect(last && brokenPromises(last, readFileSync(join(ROOT, "schema.graphql"), "utf8"), version)).toEqual([]);
  });
});
