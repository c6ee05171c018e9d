import type { ContractAbi, FunctionFragment } from "../abi/functions.ts";
import type { EventFragment } from "../abi/events.ts";
import type { Schema } from "../schema/schema.ts";

/** An event and the exported function that handles it. */
export interface EventHandler {
  readonly kind: "event";
  readonly handler: string;
  readonly event: EventFragment;
  readonly topic0: string;
  /** allowed values of topics 1 to 3, padded to 32 bytes; `undefined` allows any */
  readonly topics: readonly (readonly string[] | undefined)[];
  readonly hasReceipt: boolean;
  /** calls that are made before the handlers of its block run */
  readonly calls: readonly DeclaredCall[];
}

/** A call that the manifest declares for an event: `label: Contract[address].function(arguments)`. */
export interface DeclaredCall {
  readonly label: string;
  readonly address: CallArgument;
  readonly function: FunctionFragment;
  readonly inputs: readonly CallArgument[];
}

/** Where a declared call takes an argument from. */
export type CallArgument =
  | { readonly kind: "constant"; readonly address: string }
  | { readonly kind: "address" }
  /** the event's parameter by its position */
  | { readonly kind: "parameter"; readonly index: number };

/** When a block handler runs. */
export type BlockFilter =
  { readonly kind: "every" } | { readonly kind: "once" } | { readonly kind: "polling"; readonly every: number };

/** A block handler. */
export interface BlockHandler {
  readonly kind: "block";
  readonly handler: string;
  readonly filter: BlockFilter;
}

/** A data source of the manifest, or a template for ones made by handlers. */
export interface DataSourceDefinition {
  readonly name: string;
  readonly network: string;
  /** in lower case; `undefined` matches any contract, and in templates is filled at creation */
  readonly address: string | undefined;
  readonly startBlock: number;
  readonly endBlock: number | undefined;
  readonly isTemplate: boolean;
  /** its number in `data_sources$`: data sources first, then templates */
  readonly manifestIndex: number;
  /** absolute path of the compiled mapping */
  readonly wasmFile: string;
  readonly abis: ReadonlyMap<string, ContractAbi>;
  readonly eventHandlers: readonly EventHandler[];
  readonly blockHandlers: readonly BlockHandler[];
  readonly context: ReadonlyMap<string, ContextValue> | undefined;
}

/** A value of a data source's context as graph-node stores it. */
export interface ContextValue {
  readonly type: string;
  readonly data: unknown;
}

/** `historyBlocks` of a subgraph that keeps every version: graph-node's number for it. */
export const ALL_HISTORY = 2_147_483_647;

/** A built subgraph, read and checked. */
export interface Manifest {
  /** content hash: a changed subgraph is another deployment */
  readonly id: string;
  readonly specVersion: string;
  readonly apiVersion: string;
  readonly network: string;
  readonly features: readonly string[];
  readonly description: string | undefined;
  readonly schema: Schema;
  readonly dataSources: readonly DataSourceDefinition[];
  readonly templates: readonly DataSourceDefinition[];
  /** versions kept behind the head: a number, or all */
  readonly historyBlocks: number;
  readonly raw: string;
}

/** `a` ≥ `b` for versions of three numbers. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
