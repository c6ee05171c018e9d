import type { BaseError } from "#kernel/errors.ts";
import { SMALL_ABI, SMALL_MANIFEST, makeSmallBuild, type SmallBuild } from "../testdata/small-build.ts";
import { RUNTIME, mappingOf } from "../testdata/wasm.ts";

let build: SmallBuild;

beforeEach(() => {
  build = makeSmallBuild();
});

afterEach(() => build.close());

/** Expects one error with this code and message, and something to do about it. */
function expectFault(fault: BaseError, code: string, message: string | RegExp): void {
  expect(fault.code).toBe(code);
  if (typeof message === "string") expect(fault.message).toBe(message);
  else expect(fault.message).toMatch(message);
  expect(fault.hints.length).toBeGreaterThan(0);
}

/** Adds a declared call to the event handler; its line is 25. */
const declaring =
  (expression: string, event = "Moved(indexed address,uint256)") =>
  (text: string): string =>
    text
      .replace("Moved(indexed address,uint256)", event)
      .replace("topic1: ['0xAA']\n", `receipt: true\n          calls:\n            label: ${expression}\n`);

describe("a file of the build", () => {
  it.each([
    ["schema.graphql", 3],
    ["abi.json", 19],
    ["mapping.wasm", 24],
  ])("that is missing is named with its line: %s", async (file, line) => {
    build.remove(file);
    expectFault(
      await build.faultOf(),
      "FILE_MISSING",
      new RegExp(`^cannot read /.*/${file} \\(manifest line ${line}\\)$`),
    );
  });

  it.each<[string, string, RegExp]>([
    ["no JSON", "{", /^\.\/abi\.json is no ABI: .*JSON.* \(manifest line 19\)$/],
    ["JSON of another kind", '{"abi":{}}', /^\.\/abi\.json is no ABI: it is neither a list .* \(manifest line 19\)$/],
    ["a list of something else", "[1]", /^\.\/abi\.json is no ABI: it is neither a list/],
    ["an entry without a type", '[{"name":"x"}]', /^\.\/abi\.json is no ABI: it is neither a list/],
  ])("that should be an ABI and is %s is refused", async (_, content, message) => {
    build.write("abi.json", content);
    expectFault(await build.faultOf(), "BAD_ABI", message);
  });

  it("may be a compiler's artifact, and hold what no handler needs", async () => {
    build.write("abi.json", JSON.stringify({ abi: SMALL_ABI, bytecode: "0x" }));
    await expect(build.load()).resolves.toMatchObject({ network: "mainnet" });
  });

  const whole = mappingOf({ functions: [...RUNTIME, "handleMoved"] });

  it.each<[string, Uint8Array, RegExp]>([
    ["empty", new Uint8Array(0), /^\.\/mapping\.wasm is no WebAssembly: .* \(manifest line 24\)$/],
    ["text", Buffer.from("(module)"), /is no WebAssembly/],
    ["cut off", whole.slice(0, -3), /is no WebAssembly/],
    [
      "without memory",
      mappingOf({ functions: [...RUNTIME, "handleMoved"], hasMemory: false }),
      /^\.\/mapping\.wasm is no mapping: it doesn't export memory \(manifest line 24\)$/,
    ],
    ["another program", mappingOf({ functions: ["main"] }), /it doesn't export allocate, id_of_type, _start/],
    [
      "without the handler",
      mappingOf(),
      /^\.\/mapping\.wasm doesn't export the handler handleMoved \(manifest line 22\)$/,
    ],
  ])("that should be a mapping and is %s is refused", async (_, content, message) => {
    build.write("mapping.wasm", content);
    expectFault(await build.faultOf(), "BAD_MAPPING", message);
  });
});

describe("a mapping that calls the host", () => {
  const importing = (...imports: string[]): void =>
    build.write("mapping.wasm", mappingOf({ imports, functions: [...RUNTIME, "handleMoved"] }));

  it("may do so where the engine has the function", async () => {
    importing("store.set", "ethereum.call", "ethereum.getBalance", "ethereum.hasCode", "abort");
    await expect(build.load()).resolves.toBeDefined();
  });

  it("for what this engine lacks is refused at start, all of it at once", async () => {
    importing("store.set", "ipfs.cat", "ens.nameByHash", "ipfs.cat");
    const fault = await build.faultOf();
    expectFault(
      fault,
      "UNSUPPORTED_FEATURE",
      "./mapping.wasm calls what this engine lacks: ens.nameByHash, ipfs.cat (manifest line 24)",
    );
    expect(fault.hints.join()).not.toContain("newer");
  });

  it("for what nobody knows was built for a newer engine", async () => {
    importing("quantum.entangle");
    const fault = await build.faultOf();
    expectFault(fault, "UNSUPPORTED_FEATURE", /calls what this engine lacks: quantum\.entangle/);
    expect(fault.hints[0]).toContain("built for a newer engine");
  });
});

describe("a manifest that doesn't fit", () => {
  const second = SMALL_MANIFEST.slice(SMALL_MANIFEST.indexOf("  - kind")).replace("name: Source", "name: Second");

  it.each<[string, (text: string) => string, string]>([
    [
      "its ABI's events",
      (text) => text.replace("Moved(", "Gone("),
      "ABI Abi has no event Gone(indexed address,uint256) (manifest line 21)",
    ],
    [
      "the names of its ABIs",
      (text) => text.replace("abi: Abi", "abi: Other"),
      "Source has no ABI named Other (manifest line 10)",
    ],
    [
      "itself, with several apiVersions",
      (text) => text + second.replace("0.0.9", "0.0.8"),
      "Second has apiVersion 0.0.8, others 0.0.9 (manifest line 34)",
    ],
    [
      "itself, with block handlers that exclude each other",
      (text) =>
        text.replace(
          "      eventHandlers:",
          "      blockHandlers:\n        - handler: handleMoved\n        - handler: handleMoved\n      eventHandlers:",
        ),
      "the block handlers of Source exclude each other (manifest line 21)",
    ],
  ])("%s is refused", async (_, edit, message) => {
    expectFault(await build.faultOf(edit), "BAD_MANIFEST", message);
  });
});

describe("a declared call", () => {
  const AT = "Abi[event.address]";

  it("takes addresses, and parameters that fit whatever their value", async () => {
    const { dataSources } = await build.load(declaring(" Abi[ event.params.to ] . pick( event.address ) "));
    expect(dataSources[0]?.eventHandlers[0]?.calls).toMatchObject([
      {
        label: "label",
        address: { kind: "parameter", index: 0 },
        // selector of pick(address), from cast
        function: { signature: "pick(address):(uint256)" },
        inputs: [{ kind: "address" }],
      },
    ]);
    const constant = "Abi[0x5FbDB2315678afecb367f032d93F642f64180aa3].balanceOf(event.params.to)";
    await expect(build.load(declaring(constant))).resolves.toBeDefined();
    await expect(
      build.load(declaring(`${AT}.hashed(event.params.name)`, "Named(indexed string,uint8[])")),
    ).resolves.toBeDefined();
    await expect(
      build.load(declaring(`${AT}.listed(event.params.list)`, "Named(indexed string,uint8[])")),
    ).resolves.toBeDefined();
  });

  it.each([
    ["no call", "balance", "declared call label is no call: balance"],
    ["of an unknown ABI", "Token[event.address].f()", "no ABI is named Token"],
    ["of an unknown function", `${AT}.gone()`, "ABI Abi has no function gone"],
    [
      "of a type that doesn't exist",
      `${AT}.strange(event.params.n)`,
      "function strange of ABI Abi can't be called: unknown type fixed128x18",
    ],
    [
      "with too few arguments",
      `${AT}.balanceOf()`,
      "declared call label has 0 arguments, but balanceOf(address):(uint256) takes 1",
    ],
    [
      "of a second overload",
      `${AT}.pick(event.address, event.params.n)`,
      "declared call label has 2 arguments, but pick(address):(uint256) takes 1",
    ],
    [
      "with an unknown parameter",
      `${AT}.balanceOf(event.params.who)`,
      "event Moved(indexed address,uint256) has no parameter who",
    ],
    ["with a wider number", `${AT}.small(event.params.n)`, "event.params.n is no value for uint8"],
    ["with another type", `${AT}.balanceOf(event.params.n)`, "event.params.n is no value for address"],
    ["at no address", "Abi[event.params.n].balanceOf(event.address)", "event.params.n is no value for address"],
    [
      "with a field of a struct",
      `${AT}.balanceOf(event.params.to.x)`,
      "fields of structs in declared calls (event.params.to.x) need specVersion 1.4.0",
    ],
    ["with something else", `${AT}.balanceOf(block.number)`, "a declared call's argument can't be block.number"],
    ["with an empty argument", `${AT}.pick(event.address,)`, "declared call label has 2 arguments"],
  ])("%s is refused with its line", async (_, expression, message) => {
    const fault = await build.faultOf(declaring(expression));
    expect(fault.code).toBe("BAD_MANIFEST");
    expect(fault.message).toContain(message);
    expect(fault.message).toMatch(/ \(manifest line 25\)$/);
    expect(fault.hints.length).toBeGreaterThan(0);
  });

  it("is refused before specVersion 1.2.0", async () => {
    const fault = await build.faultOf((text) =>
      declaring(`${AT}.balanceOf(event.params.to)`)(text).replace("specVersion: 1.3.0", "specVersion: 1.1.0"),
    );
    expectFault(fault, "BAD_MANIFEST", "declared calls need specVersion 1.2.0, this is 1.1.0 (manifest line 25)");
  });
});
