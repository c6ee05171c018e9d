/** Which logs to ask the node for: an address if any are given, and a first topic. */
export interface LogQuery {
  /** lower case; `undefined` asks for any contract */
  readonly addresses: readonly string[] | undefined;
  readonly topics: readonly string[];
}

/** What the subgraph wants of the chain. It grows while blocks are handled, as templates are instantiated. */
export interface SourceFilter {
  /** changes when the filter grows */
  readonly version: number;
  logQueries(): readonly LogQuery[];
  /** numbers in `from`…`to` of blocks wanted even without logs, ascending */
  wantedBlocks(from: number, to: number): readonly number[];
}

/** More addresses than this aren't named: the node is asked by topic and the rest is left out here. */
export const MAX_ADDRESSES = 500;

/** The `eth_getLogs` filter of a query, without its blocks. */
export function toRpcFilter({ addresses, topics }: LogQuery): {
  address?: readonly string[];
  topics: readonly (readonly string[])[];
} {
  const isNamed = addresses !== undefined && addresses.length <= MAX_ADDRESSES;
  return isNamed ? { address: addresses, topics: [topics] } : { topics: [topics] };
}
