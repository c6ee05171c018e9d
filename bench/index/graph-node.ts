import { launchGraphNode } from "#indexer/testdata/graph-node.ts";
import type { Side } from "./run.ts";
import { SUBGRAPH_LAYOUT } from "./sides.ts";
import { buildBenchSubgraph, kindOf, type Prune } from "./subgraph.ts";

/** Real graph-node from npm with the same compiled subgraph, on the chain's first part. */
export function graphNode(prune: Prune, until: number): Side {
  let manifest = "";
  return {
    name: `part: graph-node ${kindOf(prune)}`,
    layout: SUBGRAPH_LAYOUT,
    isPart: true,
    prepare: async () => {
      manifest = await buildBenchSubgraph(prune, until);
    },
    start: ({ rpcUrl, databaseUrl }) => launchGraphNode({ manifests: [manifest], rpcUrl, databaseUrl }),
    isDone: async ({ until: last }, pool) => {
      const { rows } = await pool.query<{ number: number | null }>("select block_number as number from subgraphs.head");
      return (rows[0]?.number ?? -1) >= (last ?? Infinity);
    },
  };
}
