import type { ContractAbi } from "../abi/functions.ts";
import type { EntityCache } from "../entities/cache.ts";
import type { ContextValue } from "../manifest/manifest.ts";
import type { Heap, Pointer } from "./heap.ts";
import type { Reader } from "./reader.ts";

/** A data source that handlers run for, or that they ask to be made. */
export interface DataSourceParameters {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly context: ReadonlyMap<string, ContextValue> | undefined;
}

/** What a handler wrote with `log.*`. */
export interface LogLine {
  readonly level: "error" | "warn" | "info" | "debug" | "fatal";
  readonly text: string;
}

/**
 * The chain's state at the block that is handled. What isn't known yet is thrown as a `Miss`: it is asked for, and the
 * handler runs again.
 */
export interface ChainState {
  /** what a call gives, as hex with `0x`; null when it reverts */
  call(address: string, data: string): string | null;
  balance(address: string): bigint;
  hasCode(address: string): boolean;
}

/** One run of one handler. */
export interface Invocation {
  /** of the data source the handler runs for; `undefined` when it matches any contract */
  readonly address: string | undefined;
  readonly network: string;
  readonly context: ReadonlyMap<string, ContextValue> | undefined;
  /** its data source's ABIs by name */
  readonly abis: ReadonlyMap<string, ContractAbi>;
  readonly state: ChainState;
  /** data sources it asked for */
  readonly created: DataSourceParameters[];
  readonly logs: LogLine[];
}

/** What host functions work on. */
export interface HostContext {
  readonly heap: Heap;
  readonly reader: Reader;
  readonly cache: EntityCache;
  /** the running handler */
  readonly invocation: Invocation;
  /** since apiVersion 0.0.8 undefined fields are refused; before, they were dropped */
  readonly refusesUndefinedFields: boolean;
  /** since apiVersion 0.0.9 handlers may ask for balances and code */
  readonly hasBalances: boolean;
  readonly templateNames: ReadonlySet<string>;
  /** a string, permanent if it is one of the constants */
  text(text: string): Pointer;
}
