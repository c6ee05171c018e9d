import { silentLogger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { runIndexer } from "../index.ts";
import { createDatabase, namespaceOf, runGraphNode } from "./graph-node.ts";
import { dump, lookInto } from "./indexing.ts";

const TIMEOUT_MS = 90_000;

/** What one of the two made of a manifest. */
export interface Outcome {
  /** every row of every table as text, block ranges and vids included */
  readonly rows: readonly string[];
  /** definitions of all indexes */
  readonly indexes: readonly string[];
  /** where it stands, whether it failed and at what */
  readonly status: unknown;
}

/** Both engines' outcomes. */
export interface Comparison {
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

/** What to compare on. */
export interface Contest {
  /** for the databases' names; lower case */
  readonly name: string;
  readonly serverUrl: string;
  readonly rpcUrl: string;
  readonly until: number;
  readonly manifests: readonly string[];
  /** the network that the manifests name */
  readonly network?: string;
}

/** Runs graph-node once and the engine per manifest over the same chain, and gives what each made of each manifest. */
export async function compare(contest: Contest): Promise<Comparison[]> {
  const { name, serverUrl, rpcUrl, until, manifests, network } = contest;
  const theirsUrl = await createDatabase(serverUrl, `${name}_gnd`);
  await runGraphNode({
    manifests,
    rpcUrl,
    databaseUrl: theirsUrl,
    until,
    ...(network === undefined ? {} : { network }),
  });
  const found: Comparison[] = [];
  const pool = lookInto(theirsUrl);
  try {
    for (const [place, manifestPath] of manifests.entries()) {
      const databaseUrl = await createDatabase(serverUrl, `${name}_ours_${place}`);
      await runOurs(manifestPath, rpcUrl, databaseUrl, until);
      const own = lookInto(databaseUrl);
      try {
        const [theirs, ours] = [await outcome(pool, await namespaceOf(pool, manifestPath)), await outcome(own, "sgd1")];
        found.push({ theirs, ours });
      } finally {
        await own.end();
      }
    }
  } finally {
    await pool.end();
  }
  return found;
}

/** Until the block, or until a failure, which may be one that is tried again and again: what it says is in its tables. */
async function runOurs(manifestPath: string, rpcUrl: string, databaseUrl: string, until: number): Promise<void> {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const pool = lookInto(databaseUrl);
  const watch = setInterval(() => {
    void hasFailed(pool).then((failed) => failed && controller.abort());
  }, 200);
  const options = { manifestPath, rpcUrl, databaseUrl, until, signal, logger: silentLogger };
  try {
    // the window of npm's graph-node: buckets are filled at the next block that it looks into, and before the window
    // it passes over those without a trigger
    await runIndexer({ ...options, reorgWindow: 10 });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "SUBGRAPH_FAILED") throw error;
  } finally {
    clearInterval(watch);
    await pool.end();
  }
}

async function hasFailed(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query("select from subgraphs.deployment where failed").catch(() => ({ rows: [] }));
  return rows.length > 0;
}

async function outcome(pool: Pool, namespace: string): Promise<Outcome> {
  // proofs of indexing are left out here
  const rows = (await dump(pool, namespace)).filter((line) => !line.startsWith("poi2$"));
  const { rows: indexes } = await pool.query<{ definition: string }>(
    `select replace(indexdef, $1 || '.', '') as definition from pg_indexes
      where schemaname = $1 and tablename <> 'poi2$' order by 1`,
    [namespace],
  );
  return { rows, indexes: indexes.map(({ definition }) => definition), status: await status(pool, namespace) };
}

/**
 * What of graph-node's metadata says how a deployment went; its ids and times of the clock are its own. Of non-fatal
 * errors its `deployment` lists the last batch's, so that only whether there are any can be compared, and equal ones of a
 * transaction are kept once, where equal means its own wording.
 */
async function status(pool: Pool, namespace: string): Promise<unknown> {
  const { rows: deployments } = await pool.query<Record<string, unknown>>(
    `select d.health::text, d.failed, d.fatal_error is not null as is_fatal,
            cardinality(d.non_fatal_errors) > 0 as has_non_fatal, d.earliest_block_number as earliest,
            h.block_number as number, '0x' || encode(h.block_hash, 'hex') as hash
       from public.deployment_schemas s join subgraphs.deployment d on d.id = s.id
       join subgraphs.head h on h.id = s.id where s.name = $1`,
    [namespace],
  );
  const { rows: errors } = await pool.query<Record<string, unknown>>(
    `select distinct e.handler, e.deterministic, e.block_range::text as range, '0x' || encode(e.block_hash, 'hex') as hash
       from subgraphs.subgraph_error e join subgraphs.deployment d on d.subgraph = e.subgraph_id
       join public.deployment_schemas s on s.id = d.id where s.name = $1 order by 3, 1, 4`,
    [namespace],
  );
  return { ...deployments[0], errors };
}
