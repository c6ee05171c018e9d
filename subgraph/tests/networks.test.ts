import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { binaryPath, ROOT } from "#devnet/binaries.ts";
import { run } from "#devnet/run.ts";

interface Manifest {
  dataSources: {
    name: string;
    network: string;
    source: object;
    mapping: { file: string; eventHandlers: { handler: string }[] };
  }[];
}

const NETWORKS = JSON.parse(readFileSync(join(ROOT, "subgraph/networks.json"), "utf8")) as Record<
  string,
  Record<string, { address: string; startBlock: number }>
>;

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-networks-"));
  mkdirSync(join(dir, "subgraph"));
  for (const part of ["subgraph/schema.graphql", "subgraph/networks.json", "contracts/abi"]) {
    cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  // Handlers that do nothing compile at once: what graph-cli makes of the networks is in question here.
  const manifest = parse(readFileSync(join(ROOT, "subgraph/subgraph.yaml"), "utf8")) as Manifest;
  const handlers = manifest.dataSources.flatMap(({ mapping }) => mapping.eventHandlers.map(({ handler }) => handler));
  const text = handlers.map((handler) => `export function ${handler}(): void {}\n`).join("");
  writeFileSync(join(dir, "subgraph/handlers.ts"), text);
  for (const source of manifest.dataSources) source.mapping.file = "./handlers.ts";
  writeFileSync(join(dir, "subgraph/subgraph.yaml"), stringify(manifest));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("graph build --network", () => {
  it.each(Object.keys(NETWORKS))(
    "builds for %s with its addresses and start blocks, with no network at hand",
    async (network) => {
      const args = ["build", "subgraph.yaml", "--network", network, "--output-dir", "build"];
      await run(binaryPath("graph"), args, { cwd: join(dir, "subgraph") });
      const built = parse(readFileSync(join(dir, "subgraph/build/subgraph.yaml"), "utf8")) as Manifest;
      expect(built.dataSources.length).toBeGreaterThan(0);
      for (const source of built.dataSources) {
        expect(source.network).toBe(network);
        expect(source.source).toEqual({ abi: source.name, ...NETWORKS[network]?.[source.name] });
      }
    },
    60_000,
  );
});
