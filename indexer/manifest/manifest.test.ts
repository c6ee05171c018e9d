import { SMALL_MANIFEST, makeSmallBuild, type SmallBuild } from "../testdata/small-build.ts";
import { RUNTIME, mappingOf } from "../testdata/wasm.ts";

let build: SmallBuild;

beforeEach(() => {
  build = makeSmallBuild();
});

afterEach(() => build.close());

const load: SmallBuild["load"] = (edit) => build.load(edit);
const faultOf: SmallBuild["faultOf"] = (edit) => build.faultOf(edit);

describe("a manifest", () => {
  it("gives data sources with their events", async () => {
    const { dataSources, network } = await load();
    expect(network).toBe("mainnet");
    const [source] = dataSources;
    expect(source).toMatchObject({
      address: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
      startBlock: 7,
      manifestIndex: 0,
    });
    const [handler] = source?.eventHandlers ?? [];
    // keccak256("Moved(address,uint256)"), from cast
    expect(handler?.topic0).toBe("0x5f8c326f855a74f7f47586fc81870663692268d15d98e8f20c0ab3847641a6e7");
    expect(handler?.topics).toEqual([[`0x${"aa".padStart(64, "0")}`], undefined, undefined]);
  });

  it("has an id of its contents alone", async () => {
    const { id } = await load();
    expect(id).toMatch(/^Qm[1-9A-HJ-NP-Za-km-z]{44}$/);
    expect((await load()).id).toBe(id);
    expect((await load((text) => text.replace("startBlock: 7", "startBlock: 8"))).id).not.toBe(id);
    build.write("mapping.wasm", mappingOf({ functions: [...RUNTIME, "handleMoved", "another"] }));
    expect((await load()).id).not.toBe(id);
  });

  it.each([
    [
      "a newer specVersion",
      "specVersion: 1.3.0",
      "specVersion: 1.4.0",
      "specVersion 1.4.0 (0.0.4 to 1.3.0 are supported) (manifest line 1)",
    ],
    [
      "an older apiVersion",
      "apiVersion: 0.0.9",
      "apiVersion: 0.0.5",
      "apiVersion 0.0.5 (0.0.6 to 0.0.9 are supported) (manifest line 14)",
    ],
    [
      "a file data source",
      "kind: ethereum/contract",
      "kind: file/ipfs",
      "data source Source of kind file/ipfs (manifest line 5)",
    ],
    [
      "a subgraph data source",
      "kind: ethereum/contract",
      "kind: subgraph",
      "data source Source of kind subgraph (manifest line 5)",
    ],
    ["grafting", "schema:\n", "graft:\n  base: Qm\n  block: 1\nschema:\n", "grafting"],
    [
      "full text search",
      "schema:\n",
      "features: [fullTextSearch]\nschema:\n",
      "feature fullTextSearch (manifest line 2)",
    ],
    [
      "call handlers",
      "      eventHandlers:",
      "      callHandlers:\n        - function: f()\n          handler: h\n      eventHandlers:",
      "call handlers (manifest line 21)",
    ],
    [
      "call filters",
      "      eventHandlers:",
      "      blockHandlers:\n        - handler: h\n          filter:\n            kind: call\n      eventHandlers:",
      "block handlers with filter call (manifest line 23)",
    ],
  ])("with %s is refused, naming the line", async (_, from, to, message) => {
    const fault = await faultOf((text) => text.replace(from, to));
    expect(fault.code).toBe("UNSUPPORTED_FEATURE");
    expect(fault.message).toContain(message);
  });

  it("tells every unsupported feature at once", async () => {
    const fault = await faultOf((text) =>
      text.replace("specVersion: 1.3.0", "specVersion: 2.0.0").replace("ethereum/contract", "file/ipfs"),
    );
    expect(fault.message).toMatch(/specVersion 2\.0\.0 .*; data source Source of kind file\/ipfs/);
  });

  it("with an event that the ABI lacks is refused, naming those it has", async () => {
    const fault = await faultOf((text) => text.replace("Moved(", "Gone("));
    expect(fault.message).toContain("ABI Abi has no event Gone(indexed address,uint256)");
    expect(fault.hints[0]).toContain("Moved");
  });

  it("with a faulty field is refused, naming its place and line", async () => {
    const fault = await faultOf((text) =>
      text.replace("startBlock: 7", "startBlock: soon").replace("handler: handleMoved", "handler: 5"),
    );
    expect(fault.code).toBe("BAD_MANIFEST");
    expect(fault.hints.join("\n")).toMatch(
      /dataSources\.0\.source\.startBlock \(line 11\).*\n.*eventHandlers\.0\.handler \(line 22\)/s,
    );
  });

  it("with a data source on a second network is refused", async () => {
    const second = SMALL_MANIFEST.slice(SMALL_MANIFEST.indexOf("  - kind"))
      .replace("mainnet", "base")
      .replace("name: Source", "name: Second");
    expect((await faultOf((text) => text + second)).message).toBe(
      "Second is on base, others on mainnet (manifest line 27)",
    );
  });
});
