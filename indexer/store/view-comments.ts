import { parseDocument } from "../schema/documents.ts";
import { describeViews, type ViewDescription } from "../schema/describe.ts";
import type { PoolClient } from "#kernel/pg.ts";

/** What the view `head` shows, which is the same over every deployment. */
export const HEAD: ViewDescription = {
  text: "What the views beside it show: one row, none before a deployment is there.",
  columns: new Map([
    ["block_number", "The last indexed block; rows are as of its end. Null before the first."],
    ["block_hash", "Its hash, 0x and 64 hex digits. Null before the first."],
    ["block_timestamp", "Its time, seconds since 1970. Null before the first."],
    ["deployment", "The identity of the subgraph's build."],
    ["is_synced", "Whether it has ever been at the chain's head; how far it is now, `block_timestamp` tells."],
    ["has_errors", "Whether a handler has failed: rows may be wrong, or no longer follow the chain."],
  ]),
};

/**
 * What is to be told of a deployment's views, by name, from the schema in its manifest. Nothing of them where that can't
 * be read: it is another engine's, and views come first.
 */
export async function describeDeployment(
  client: PoolClient,
  deploymentId: number,
): Promise<ReadonlyMap<string, ViewDescription>> {
  const { rows } = await client.query<{ schema: string }>(
    "select schema from subgraphs.subgraph_manifest where id = $1",
    [deploymentId],
  );
  return new Map([...described(rows[0]?.schema ?? ""), ["head", HEAD]]);
}

function described(schema: string): ReadonlyMap<string, ViewDescription> {
  try {
    return describeViews(parseDocument(schema));
  } catch {
    return new Map();
  }
}
