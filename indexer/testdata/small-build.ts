import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseError } from "#kernel/errors.ts";
import { loadManifest } from "../manifest/load.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { RUNTIME, mappingOf } from "./wasm.ts";

/** A build of one data source whose handler does nothing. */
export const SMALL_MANIFEST = `specVersion: 1.3.0
schema:
  file: ./schema.graphql
dataSources:
  - kind: ethereum/contract
    name: Source
    network: mainnet
    source:
      address: '0x5FbDB2315678afecb367f032d93F642f64180aa3'
      abi: Abi
      startBlock: 7
    mapping:
      kind: ethereum/events
      apiVersion: 0.0.9
      language: wasm/assemblyscript
      entities: [Thing]
      abis:
        - name: Abi
          file: ./abi.json
      eventHandlers:
        - event: Moved(indexed address,uint256)
          handler: handleMoved
          topic1: ['0xAA']
      file: ./mapping.wasm
`;

const parameter = (name: string, type: string, indexed?: boolean): object => ({
  name,
  type,
  ...(indexed && { indexed }),
});
const called = (name: string, ...types: string[]): object => ({
  type: "function",
  name,
  inputs: types.map((type, index) => parameter(`value${index}`, type)),
  outputs: [parameter("", "uint256")],
});

/** Its contract's ABI. */
export const SMALL_ABI: readonly object[] = [
  { type: "event", name: "Moved", inputs: [parameter("to", "address", true), parameter("n", "uint256")] },
  { type: "event", name: "Named", inputs: [parameter("name", "string", true), parameter("list", "uint8[]")] },
  called("balanceOf", "address"),
  called("small", "uint8"),
  called("hashed", "bytes32"),
  called("listed", "uint256[]"),
  called("pick", "address"),
  called("pick", "address", "uint256"),
  called("strange", "fixed128x18"),
];

/** A build in a folder of its own, to be spoiled. */
export interface SmallBuild {
  write(file: string, content: string | Uint8Array): void;
  remove(file: string): void;
  /** loads the build with its manifest edited */
  load(edit?: (text: string) => string): Promise<Manifest>;
  /** the error that loading ends with */
  faultOf(edit?: (text: string) => string): Promise<BaseError>;
  /** deletes the folder */
  close(): void;
}

/** Makes a build that loads. */
export function makeSmallBuild(): SmallBuild {
  const folder = mkdtempSync(join(tmpdir(), "bc-manifest-"));
  const write = (file: string, content: string | Uint8Array): void => writeFileSync(join(folder, file), content);
  write("schema.graphql", "type Thing @entity(immutable: false) { id: ID! }");
  write("mapping.wasm", mappingOf({ functions: [...RUNTIME, "handleMoved"] }));
  write("abi.json", JSON.stringify(SMALL_ABI));
  const load: SmallBuild["load"] = async (edit = (text) => text) => {
    write("subgraph.yaml", edit(SMALL_MANIFEST));
    return loadManifest(join(folder, "subgraph.yaml"));
  };
  return {
    write,
    load,
    remove: (file) => rmSync(join(folder, file)),
    faultOf: async (edit) => {
      const fault: unknown = await load(edit).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (fault instanceof BaseError) return fault;
      throw new Error(`expected a BaseError, got ${String(fault)}`);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
