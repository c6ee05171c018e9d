/** Which logs to ask the node for: of these addresses, with one of these topics at each place. */
export interface LogQuery {
  /** lower case; `undefined` asks for any contract */
  readonly addresses: readonly string[] | undefined;
  /** the first topic's values, then those of further ones; `undefined` allows any */
  readonly topics: readonly [readonly string[], ...(readonly string[] | undefined)[]];
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
  topics: readonly (readonly string[] | null)[];
} {
  const isNamed = addresses !== undefined && addresses.length <= MAX_ADDRESSES;
  const places = topics.map((values) => values ?? null);
  return isNamed ? { address: addresses, topics: places } : { topics: places };
}
