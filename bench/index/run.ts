import type { Child } from "#kernel/child.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { sleep, waitFor } from "#kernel/time.ts";
import type { NativePostgres } from "#indexer/testdata/native-postgres.ts";
import { createDatabase } from "#indexer/testdata/graph-node.ts";
import { cpuOfEndedChildren, cpuOfTree, peakMemoryOfTree } from "./proc.ts";
import { digestOf, hasFirstRow, type Layout } from "./tables.ts";

/** What a side is given. */
export interface Job {
  readonly rpcUrl: string;
  readonly databaseUrl: string;
  /** the last block to index; without it the side follows the chain */
  readonly until?: number;
  /** a folder for V8's profile, if one is wanted */
  readonly profile?: string;
}

/** One way to index the chain. */
export interface Side {
  readonly name: string;
  readonly layout: Layout;
  /** whether it is too slow for the whole chain */
  readonly isPart: boolean;
  /** installs and builds what it needs; not measured */
  prepare?(): Promise<void>;
  /** starts its process, the only one that is measured */
  start(job: Job): Promise<Child>;
  /** whether it has indexed everything, for one that doesn't end by itself */
  isDone?(job: Job, pool: Pool): Promise<boolean>;
}

/** What one run took. */
export interface Measured {
  readonly events: number;
  readonly indexerCpu: number;
  readonly databaseCpu: number;
  readonly wallSeconds: number;
  readonly firstRowSeconds: number;
  readonly peakBytes: number;
  /** what the database grew by */
  readonly databaseBytes: number;
  /** rows and digests of all tables: equal for sides that did the same */
  readonly digest: string;
}

const LOOK_MS = 50;
const GIVE_UP_MS = 900_000;

/** Lets one side index the chain on an empty database, and measures it from start to end. */
export async function measure(
  side: Side,
  server: NativePostgres,
  job: Omit<Job, "databaseUrl">,
  events: number,
): Promise<Measured> {
  const databaseUrl = await createDatabase(server.url, "bench");
  const pool = createPool(databaseUrl, { name: "bench", max: 1 });
  try {
    await pool.query("checkpoint");
    if (job.profile !== undefined) await pool.query("select pg_stat_statements_reset()");
    const emptyBytes = await databaseSize();
    const [endedBefore, serverBefore, startedAt] = [cpuOfEndedChildren(), cpuOfTree(server.pid), performance.now()];
    const watched = await watch(side, { ...job, databaseUrl }, pool);
    const indexerCpu = cpuOfEndedChildren() - endedBefore;
    await othersGone(pool);
    const databaseCpu = cpuOfTree(server.pid) - serverBefore;
    if (job.profile !== undefined) process.stdout.write(await slowestStatements(pool));
    await pool.query("checkpoint");
    return {
      events,
      indexerCpu,
      databaseCpu,
      wallSeconds: (watched.doneAt - startedAt) / 1_000,
      firstRowSeconds: (watched.firstRowAt - startedAt) / 1_000,
      peakBytes: watched.peakBytes,
      databaseBytes: (await databaseSize()) - emptyBytes,
      digest: await digestOf(pool, side.layout),
    };
  } finally {
    await pool.end();
  }
  async function databaseSize(): Promise<number> {
    const { rows } = await pool.query<{ size: bigint }>("select pg_database_size(current_database()) as size");
    return Number(rows[0]?.size ?? 0n);
  }
}

/** Waits until the server has let go of everyone else's connections: only then is their time counted to the end. */
async function othersGone(pool: Pool): Promise<void> {
  const gone = async (): Promise<true | undefined> => {
    const { rows } = await pool.query(
      "select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    );
    return rows.length === 0 ? true : undefined;
  };
  await waitFor(gone, { timeoutMs: 60_000, onTimeout: () => new Error("connections were left behind") });
}

/** Starts a side and looks at it until it is done. */
async function watch(
  side: Side,
  job: Job,
  pool: Pool,
): Promise<{ doneAt: number; firstRowAt: number; peakBytes: number }> {
  const startedAt = performance.now();
  const child = await side.start(job);
  let [firstRowAt, peakBytes] = [Infinity, 0];
  let end: Awaited<Child["ended"]> | undefined;
  void child.ended.then((how) => (end = how));
  try {
    while (!end) {
      peakBytes = Math.max(peakBytes, peakMemoryOfTree(child.pid));
      if (firstRowAt === Infinity && (await hasFirstRow(pool, side.layout))) firstRowAt = performance.now();
      if (firstRowAt < Infinity && (await side.isDone?.(job, pool)) === true) break;
      if (performance.now() - startedAt > GIVE_UP_MS) throw new Error(`${side.name} did not get there`);
      await Promise.race([sleep(LOOK_MS), child.ended]);
    }
    if (end && end.code !== 0) throw new Error(`${side.name} ended with ${end.signal ?? `code ${end.code ?? "?"}`}`);
    return { doneAt: performance.now(), firstRowAt, peakBytes };
  } finally {
    await child.stop();
  }
}

/** Where the server's time went, statement by statement. */
async function slowestStatements(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ line: string }>(
    `select format('%s ms %s calls %s', lpad(round(total_exec_time)::text, 8), lpad(calls::text, 7),
                   left(regexp_replace(query, '\\s+', ' ', 'g'), 120)) as line
       from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
      order by total_exec_time desc limit 12`,
  );
  return rows.map(({ line }) => `${line}\n`).join("");
}
