import { BaseError, messageOf } from "#kernel/errors.ts";
import { SECOND_MS } from "#kernel/time.ts";
import { literal } from "../gateway/session.ts";
import type { TextRow } from "../wire/reply.ts";
import type { Chore, RunSql } from "./chore.ts";
import { SlicedRefresh, type RefreshConfig } from "./refresh.ts";

const LOOK_EVERY_MS = 2 * SECOND_MS;

/**
 * Jobs in the order in which they are run when several are due: an aggregate before those that are built on it.
 * `can_slice`: the refresh is of plain buckets of timestamptz, which `SlicedRefresh` knows.
 */
const JOBS = `
  select job_id, proc_name, config, coalesce(hypertable_schema || '.' || hypertable_name, proc_name) as target,
    extract(epoch from schedule_interval) as every, extract(epoch from retry_period) as retry,
    coalesce(b.bucket_fixed_width and b.bucket_origin is null and b.bucket_offset is null and b.bucket_timezone is null
      and d.column_type = 'timestamptz'::regtype, false) as can_slice
  from timescaledb_information.jobs j
  left join _timescaledb_catalog.continuous_agg c on c.mat_hypertable_id = (j.config ->> 'mat_hypertable_id')::int
  left join _timescaledb_catalog.continuous_aggs_bucket_function b on b.mat_hypertable_id = c.mat_hypertable_id
  left join _timescaledb_catalog.dimension d on d.hypertable_id = c.raw_hypertable_id and d.interval_length is not null
  where j.scheduled and (j.initial_start is null or j.initial_start <= now())
  order by c.mat_hypertable_id nulls last, j.job_id`;

/** What a columnstore policy changes. */
const COMPRESSED = `
  select count(compressed_chunk_id) || '/' || coalesce(sum(status), 0) as state from _timescaledb_catalog.chunk
  where hypertable_id = `;

/** Where a job stands. `config` tells a changed policy from the one begun. */
interface Progress {
  dueAtMs: number;
  config: string;
  refresh: SlicedRefresh | undefined;
}

/**
 * Runs TimescaleDB's jobs (refreshes, columnstore and retention policies, jobs of users) when they are due: the build has
 * no background workers and notes no runs. All are due at the start.
 */
export class TimescaleJobs implements Chore {
  readonly name = "jobs";
  readonly patienceMs = 5 * SECOND_MS;
  readonly #progress = new Map<string, Progress>();

  run(sql: RunSql, nowMs: number): number {
    const jobs = sql(JOBS);
    for (const job of jobs) {
      const progress = this.#progressOf(job);
      if (progress.dueAtMs > nowMs) continue;
      const startedAt = performance.now();
      try {
        const hasMore = runPart(sql, job, progress);
        if (!hasMore) progress.dueAtMs = nowMs + Number(job["every"]) * SECOND_MS;
      } catch (error) {
        progress.dueAtMs = nowMs + performance.now() - startedAt + Number(job["retry"]) * SECOND_MS;
        throw jobError(job, error);
      }
      return nowMs;
    }
    const due = jobs.map((job) => this.#progressOf(job).dueAtMs);
    return Math.min(nowMs + LOOK_EVERY_MS, ...due);
  }

  #progressOf(job: TextRow): Progress {
    const key = job["job_id"] ?? "";
    const config = job["config"] ?? "{}";
    const known = this.#progress.get(key);
    if (known?.config === config) return known;
    const isRefresh = job["proc_name"] === "policy_refresh_continuous_aggregate" && job["can_slice"] === "t";
    const refresh = isRefresh ? new SlicedRefresh(JSON.parse(config) as RefreshConfig) : undefined;
    const progress: Progress = { dueAtMs: 0, config, refresh };
    this.#progress.set(key, progress);
    return progress;
  }
}

/** Runs a part of a job; true if there is more to do at once. */
function runPart(sql: RunSql, { job_id, proc_name }: TextRow, { refresh, config }: Progress): boolean {
  if (refresh) return refresh.run(sql);
  if (proc_name === "policy_compression") return compressOne(sql, job_id ?? "", config);
  sql(`call run_job(${job_id})`);
  return false;
}

/** One chunk at a time: all of a backlog in one call would keep clients waiting for as long. */
function compressOne(sql: RunSql, jobId: string, config: string): boolean {
  const policy = JSON.parse(config) as { hypertable_id: number };
  const state = (): string | null | undefined => sql(COMPRESSED + policy.hypertable_id)[0]?.["state"];
  const before = state();
  const one = JSON.stringify({ ...policy, maxchunks_to_compress: 1 });
  sql(`call _timescaledb_functions.policy_compression(${jobId}, ${literal(one)}::jsonb)`);
  return state() !== before;
}

function jobError({ job_id, target, proc_name }: TextRow, cause: unknown): BaseError {
  return new BaseError("JOB_FAILED", `job ${job_id} (${proc_name}) of ${target} failed: ${messageOf(cause)}`, {
    cause,
    isRetryable: true,
  });
}
