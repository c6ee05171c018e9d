import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ABIS = join(ROOT, "contracts/abi");

/** Events that no handler needs, and why. */
const EXEMPT: Record<string, string> = {
  Approval: "a right to move tokens moves none; the exchange looks at it when a token is listed",
  ApprovalForAll: "as Approval",
  AuthorityUpdated: "names the access manager, which holds who may administer and is no contract of the market",
  EIP712DomainChanged: "never emitted: the token's domain is fixed",
  MetadataUpdate: "tells wallets to read tokenURI again; what changed is told by an event of its own",
  BatchMetadataUpdate: "never emitted: in the ABI for ERC-4906",
};

interface Input {
  type: string;
  indexed?: boolean;
  components?: Input[];
}

interface Source {
  name: string;
  source: { abi: string };
  mapping: {
    file: string;
    abis: { name: string; file: string }[];
    eventHandlers: { event: string; handler: string }[];
  };
}

const { dataSources } = parse(readFileSync(join(ROOT, "subgraph/subgraph.yaml"), "utf8")) as { dataSources: Source[] };
const abiOf = (contract: string) =>
  JSON.parse(readFileSync(join(ABIS, `${contract}.json`), "utf8")) as { type: string; name: string; inputs: Input[] }[];
const typeOf = ({ type, components }: Input): string =>
  components === undefined ? type : type.replace("tuple", `(${components.map(typeOf).join(",")})`);
/** An event as manifests write it. */
const signatureOf = ({ name, inputs }: { name: string; inputs: Input[] }): string =>
  `${name}(${inputs.map((input) => (input.indexed === true ? "indexed " : "") + typeOf(input)).join(",")})`;
const CONTRACTS = readdirSync(ABIS)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.replace(".json", ""));

describe("the manifest", () => {
  it("has a data source for every contract whose ABI is committed", () => {
    expect(dataSources.map(({ name }) => name).sort()).toEqual(CONTRACTS.sort());
    expect(dataSources.map(({ mapping }) => mapping.abis[0]?.file).sort()).toEqual(
      CONTRACTS.map((name) => `../contracts/abi/${name}.json`),
    );
  });

  it.each(CONTRACTS)("has a handler for every event of %s, unless there is a reason for none", (contract) => {
    const handled = dataSources.find(({ name }) => name === contract)?.mapping.eventHandlers.map(({ event }) => event);
    const told = abiOf(contract).filter(({ type, name }) => type === "event" && !(name in EXEMPT));
    expect([...(handled ?? [])].sort()).toEqual(told.map(signatureOf).sort());
  });

  it("excuses no event that isn't there", () => {
    const all = new Set(CONTRACTS.flatMap(abiOf).flatMap(({ type, name }) => (type === "event" ? [name] : [])));
    expect(Object.keys(EXEMPT).filter((name) => !all.has(name))).toEqual([]);
  });
});

describe("the mappings", () => {
  it("call no contract and read no clock", () => {
    const folder = join(ROOT, "subgraph/src");
    const sources = ["mappings", "store"].flatMap((part) =>
      readdirSync(join(folder, part)).map((file) => readFileSync(join(folder, part, file), "utf8")),
    );
    expect(
      sources.filter((text) => /\.(try_|bind\()|\bDate\b|BigDecimal|ethereum\.call|getBalance|hasCode/.test(text)),
    ).toEqual([]);
  });
});
