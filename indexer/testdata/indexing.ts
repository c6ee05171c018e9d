import { createPool, type Pool } from "#kernel/pg.ts";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { createIndexer, runIndexer, type IndexedStep, type IndexerOptions, type IndexerResult } from "../index.ts";
import type { Health } from "#kernel/metrics.ts";

/** What differs from a test's usual options. */
export type Overrides = Partial<Omit<IndexerOptions, "signal" | "manifestPath" | "rpcUrl" | "databaseUrl">>;

/** The build, chain and database of a test. */
export interface Setting {
  readonly manifestPath: string;
  readonly rpcUrl: string;
  readonly databaseUrl: string;
}

/** Indexes up to a block. */
export async function indexUntil(setting: Setting, until: number, overrides: Overrides = {}): Promise<IndexerResult> {
  const signal = new AbortController().signal;
  return runIndexer({ ...setting, until, signal, logger: silentLogger, ...overrides });
}

/** An indexer that follows the chain in the background. */
export interface Follower {
  readonly steps: IndexedStep[];
  health(): Health;
  /** waits until this very block is the last one in the database */
  reach(hash: string): Promise<void>;
  /** waits until health is red, and gives the reason */
  fail(): Promise<string>;
  stop(): Promise<IndexerResult>;
}

const TIMEOUT_MS = 60_000;

/** Starts following a chain. */
export function follow(setting: Setting, pool: Pool, overrides: Overrides = {}): Follower {
  const controller = new AbortController();
  const steps: IndexedStep[] = [];
  const indexer = createIndexer({
    ...setting,
    signal: controller.signal,
    logger: silentLogger,
    pollMs: 50,
    onStep: (step) => steps.push(step),
    ...overrides,
  });
  const done = indexer.run();
  done.catch(() => undefined);
  const timeout = (what: string) => (): Error =>
    new Error(`${what}; health: ${JSON.stringify(indexer.health().detail)}`);
  return {
    steps,
    health: () => indexer.health(),
    reach: async (hash) => {
      await waitFor(async () => ((await headHash(pool)) === hash ? true : undefined), {
        timeoutMs: TIMEOUT_MS,
        onTimeout: timeout(`block ${hash} was not reached`),
      });
    },
    fail: async () =>
      waitFor(
        async () => {
          const { isHealthy, detail } = indexer.health();
          return isHealthy ? undefined : String(detail["reason"]);
        },
        { timeoutMs: TIMEOUT_MS, onTimeout: timeout("health stayed green") },
      ),
    stop: async () => {
      controller.abort();
      return done;
    },
  };
}

async function headHash(pool: Pool): Promise<string | undefined> {
  try {
    const { rows } = await pool.query<{ hash: string | null }>(
      "select '0x' || encode(block_hash, 'hex') as hash from subgraphs.head order by id desc limit 1",
    );
    return rows[0]?.hash ?? undefined;
  } catch {
    return undefined; // not created yet
  }
}

/** Removes what indexers made of a database, and what was said of them. */
export async function wipe(pool: Pool): Promise<void> {
  await pool.query("drop schema if exists sgd1, subgraphs, chain1 cascade");
  await pool.query("drop table if exists public.deployment_schemas, public.chains cascade");
}

/** A small pool for looking into a database. */
export function lookInto(databaseUrl: string): Pool {
  return createPool(databaseUrl, { name: "test", max: 1 });
}

/**
 * Everything a deployment holds, as one line of text per row, with vids and block ranges; only serial vids are left
 * out, which count attempts.
 */
export async function dump(pool: Pool, namespace = "sgd1"): Promise<string[]> {
  const { rows: columns } = await pool.query<{ table: string; names: string[] }>(
    `select table_name as table, array_agg(column_name::text order by ordinal_position) as names
       from information_schema.columns
      where table_schema = $1 and not (column_name = 'vid' and (column_default is not null or is_identity = 'YES'))
      group by 1 order by 1`,
    [namespace],
  );
  const lines: string[] = [];
  for (const { table, names } of columns) {
    const shown = names.map((name) => `"${name}"::text`);
    const { rows } = await pool.query<{ line: string }>(
      `select array[${shown.map((name) => `coalesce(${name}, '∅')`).join(", ")}]::text as line from ${namespace}."${table}"`,
    );
    lines.push(...rows.map(({ line }) => `${table} ${line}`));
  }
  return lines.sort();
}
