import type { Pool } from "#kernel/pg.ts";
import { MINUTE_MS } from "#kernel/time.ts";

/** What tells whether somebody runs TimescaleDB's jobs. */
export interface WorkerFacts {
  /** the database in this network's own process, whose scheduler runs them */
  isEmbedded: boolean;
  /** the server's setting; null where it doesn't say */
  maxWorkers: number | null;
  /** when a worker began one of our jobs, milliseconds since 1970; null if none ever did */
  lastRunAt: number | null;
  /** of our jobs the one that is due for the longest; null if none is */
  dueSince: number | null;
}

/** Who runs TimescaleDB's jobs. */
export interface Workers {
  by: "database" | "collector";
  /** in words */
  why: string;
}

/** A server with many databases may let a job wait for its workers, but hardly for so long. */
const PATIENCE_MS = 15 * MINUTE_MS;

/**
 * Who has to run the jobs. We do it only where workers can't (none are allowed), or haven't for a quarter of an hour
 * although a job was due all that time.
 *
 * @param watchedSince since when we have been looking, milliseconds since 1970: a server that has just started its first
 *   worker needs a moment
 */
export function judgeWorkers(facts: WorkerFacts, nowMs: number, watchedSince: number): Workers {
  const { isEmbedded, maxWorkers, lastRunAt, dueSince } = facts;
  if (isEmbedded) return { by: "database", why: "the embedded database's scheduler runs them" };
  if (maxWorkers === 0) {
    return { by: "collector", why: "timescaledb.max_background_workers is 0: the server starts no worker" };
  }
  const silentSince = Math.max(lastRunAt ?? watchedSince, dueSince ?? nowMs);
  if (nowMs - silentSince < PATIENCE_MS) return { by: "database", why: "background workers run them" };
  const minutes = Math.floor((nowMs - silentSince) / MINUTE_MS);
  return { by: "collector", why: `no background worker has run a job for ${minutes} minutes although some were due` };
}

/** Asks the database for what `judgeWorkers` wants to know. */
export async function readWorkerFacts(pool: Pool): Promise<WorkerFacts> {
  const { rows } = await pool.query<{
    is_embedded: boolean;
    max_workers: string | null;
    last_run_at: number | null;
    due_since: number | null;
  }>(
    `select version() ~* 'emscripten' as is_embedded,
       nullif(current_setting('timescaledb.max_background_workers', true), '') as max_workers,
       max(case when isfinite(s.last_run_started_at) then extract(epoch from s.last_run_started_at)::float8 * 1000 end) as last_run_at,
       extract(epoch from min(greatest(coalesce(s.next_start, '-infinity'), coalesce(j.initial_start, '-infinity'), $1::timestamptz))
         filter (where coalesce(s.next_start, j.initial_start, '-infinity') <= now()))::float8 * 1000 as due_since
     from timescaledb_information.jobs j left join timescaledb_information.job_stats s using (job_id)
     where j.hypertable_schema = 'telemetry' and j.scheduled`,
    [new Date(0)],
  );
  const [row] = rows;
  return {
    isEmbedded: row?.is_embedded ?? false,
    maxWorkers: (row?.max_workers ?? null) === null ? null : Number(row?.max_workers),
    lastRunAt: row?.last_run_at ?? null,
    dueSince: row?.due_since ?? null,
  };
}
