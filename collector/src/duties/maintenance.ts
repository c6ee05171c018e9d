import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { SECOND_MS } from "#kernel/time.ts";
import type { Lease } from "./lease.ts";
import { judgeWorkers, readWorkerFacts, type WorkerFacts, type Workers } from "./workers.ts";

const RENEW_EVERY_MS = 30 * SECOND_MS;

/** What maintenance works with. */
export interface MaintenanceOptions {
  pool: Pool;
  lease: Lease;
  logger: Logger;
  /** told of each job that was run */
  onRun?: (isGood: boolean) => void;
  /** who could run the jobs; asks the database when left out */
  readFacts?: () => Promise<WorkerFacts>;
}

interface Job {
  job_id: number;
  proc_name: string;
  target: string;
}

/** The job that is due, those first whose results others are made of. */
const NEXT_JOB = `
  select j.job_id, j.proc_name, j.hypertable_schema || '.' || j.hypertable_name as target
  from timescaledb_information.jobs j left join telemetry.maintenance m using (job_id)
  where j.hypertable_schema = 'telemetry' and j.scheduled and coalesce(j.initial_start, '-infinity') <= now()
    and coalesce(m.ran_at + case when m.error is null then j.schedule_interval else j.retry_period end, '-infinity') <= now()
  order by (j.config ->> 'mat_hypertable_id')::int nulls last, j.job_id
  limit 1`;

/**
 * Runs TimescaleDB's refreshes, columnstore and retention jobs on our tables where the server has no workers to do it, and
 * leaves them alone where it has. One collector at a time does it.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #watchedSince = Date.now();
  #workers: Workers | undefined;
  /** jobs whose last run by us failed, with what was said */
  readonly #failed = new Map<number, string>();

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  /** Who runs the jobs and why, and what fails of ours; for people. */
  get detail(): Record<string, unknown> {
    if (!this.#workers) return { by: "not known yet" };
    const failed = [...this.#failed.values()];
    return { ...this.#workers, ...(failed.length > 0 ? { failed } : {}) };
  }

  /**
   * Looks who runs the jobs, and if it is us, runs those that are due, unless another collector does.
   *
   * @returns how many were run
   * @throws what the database says when it is away; a job that fails is noted and tried again after its retry period
   */
  async step(signal: AbortSignal): Promise<number> {
    const { pool, lease, readFacts = () => readWorkerFacts(pool) } = this.#options;
    let count = 0;
    while (!signal.aborted) {
      this.#take(judgeWorkers(await readFacts(), Date.now(), this.#watchedSince));
      if (this.#workers?.by !== "collector" || !(await lease.take())) return count;
      const { rows } = await pool.query<Job>(NEXT_JOB);
      const [job] = rows;
      if (!job) return count;
      await this.#run(job);
      count++;
    }
    return count;
  }

  #take(workers: Workers): void {
    const { logger } = this.#options;
    if (workers.by !== this.#workers?.by) {
      if (workers.by === "collector") logger.warn(workers, "running TimescaleDB's jobs, as nobody else does");
      else logger.info(workers, "leaving TimescaleDB's jobs to the database");
      this.#failed.clear();
    }
    this.#workers = workers;
  }

  async #run({ job_id: jobId, proc_name, target }: Job): Promise<void> {
    const { pool, lease, logger, onRun } = this.#options;
    const startedAt = Date.now();
    // A refresh after a long pause may outlast the lease.
    const renewing = setInterval(() => void lease.renew().catch(() => undefined), RENEW_EVERY_MS);
    let error: string | null = null;
    try {
      await pool.query(`call run_job(${jobId})`);
      this.#failed.delete(jobId);
    } catch (fault) {
      error = messageOf(fault);
      const what = `job ${jobId} (${proc_name}) of ${target} failed: ${error}`;
      if (this.#failed.get(jobId) !== what) logger.error({ err: fault, jobId, target }, "a job of TimescaleDB failed");
      this.#failed.set(jobId, what);
    } finally {
      clearInterval(renewing);
    }
    onRun?.(error === null);
    await pool.query(
      `insert into telemetry.maintenance (job_id, ran_at, took_ms, error) values ($1, now(), $2, $3)
       on conflict (job_id) do update set ran_at = excluded.ran_at, took_ms = excluded.took_ms, error = excluded.error`,
      [jobId, Date.now() - startedAt, error],
    );
  }
}
