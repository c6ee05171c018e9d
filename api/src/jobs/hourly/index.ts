import type { Logger } from "#kernel/log.ts";
import type { Health, Registry } from "#kernel/metrics.ts";
import { createPool } from "#kernel/pg.ts";
import { connectNode, type Finality } from "../node.ts";
import { healthOf } from "./health.ts";
import type { HourlyJob, JobContext } from "./job.ts";
import { JobsMetrics } from "./metrics.ts";
import { JobRunner } from "./runner.ts";
import { lookAndWork, runSchedule, type Pulse } from "./schedule.ts";
import { Turn } from "./turn.ts";

export type { Hour, HourlyJob, JobContext } from "./job.ts";

/** What the hourly jobs run on. */
export interface HourlyOptions {
  databaseUrl: string;
  rpcUrl: string;
  finality: Finality;
  logger: Logger;
  registry: Registry;
  /** makes the jobs, in the order in which they take turns */
  jobs: readonly ((context: JobContext) => HourlyJob)[];
  /** between two looks when there is nothing to do */
  pollMs?: number;
}

/** The hourly jobs of one process. */
export interface HourlyJobs {
  /** Works until the signal is aborted; what fails is said in the health and tried again. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Works all hours that are complete, and no longer.
   *
   * @throws what a look or a job threw, once the other jobs are through
   */
  once(signal: AbortSignal): Promise<void>;
  health(): Health;
  close(): Promise<void>;
}

const POLL_MS = 5_000;
/** Transactions keep the embedded database's one backend: few connections do. A turn is renewed beside the work. */
const CONNECTIONS = 3;

/**
 * Opens the jobs that work each UTC hour once its facts are complete: chain final and indexed, telemetry drained. Each job
 * goes by itself, makes up for hours that were missed, and is done by one process at a time.
 */
export function openHourlyJobs(options: HourlyOptions): HourlyJobs {
  const { databaseUrl, rpcUrl, finality, logger, pollMs = POLL_MS } = options;
  const pool = createPool(databaseUrl, { name: "jobs", max: CONNECTIONS });
  const context: JobContext = { pool, node: connectNode(rpcUrl), logger };
  const metrics = new JobsMetrics(options.registry);
  const runners = options.jobs.map((make) => {
    const job = make(context);
    return new JobRunner(job, new Turn(pool, job.name), context, metrics);
  });
  const pulse: Pulse = { startedAt: Date.now() };
  const free = (): Promise<unknown> => Promise.all(runners.map((runner) => runner.free()));
  return {
    run: async (signal) => {
      await runSchedule(context, runners, { finality, pollMs }, pulse, signal);
      await free();
    },
    once: async (signal) => {
      while (!signal.aborted && (await lookAndWork(context, runners, { finality }, signal)));
      await free();
      const failed = runners.find(({ status }) => status.error !== undefined);
      if (failed) throw failed.status.error;
    },
    health: () => healthOf(runners, pulse),
    close: () => pool.end(),
  };
}
