import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { backoffMs } from "#kernel/time.ts";
import { toDatabaseFault } from "../../sources/snapshot.ts";
import { hasBlock, toNodeFault } from "../node.ts";
import { DAY, HOUR, timeText, type Hour, type HourlyJob, type JobContext } from "./job.ts";
import type { JobsMetrics } from "./metrics.ts";
import type { Ready } from "./ready.ts";
import type { Turn } from "./turn.ts";

/** After an error, the longest pause of a job. */
const MAX_PAUSE_MS = 60_000;
/** What was missed of a day is done at once if the day has been over for so long; what is younger is done hour by hour. */
const DAY_AFTER = 6 * HOUR;

/** Where a job stands. */
export interface JobStatus {
  /** seconds since 1970; undefined: it was never done, or nobody knows yet */
  doneThrough?: number;
  waitsFor?: string;
  error?: unknown;
}

/** One job under its turn: does its next hour, and keeps its failures from the other jobs. */
export class JobRunner {
  readonly job: HourlyJob;
  readonly status: JobStatus = {};
  readonly #turn: Turn;
  readonly #context: JobContext;
  readonly #metrics: JobsMetrics;
  #failures = 0;
  #retryAt = 0;

  constructor(job: HourlyJob, turn: Turn, context: JobContext, metrics: JobsMetrics) {
    this.job = job;
    this.#turn = turn;
    this.#context = context;
    this.#metrics = metrics;
  }

  /** Does the job's next hour or day if it is complete: true if there may be more. Never throws. */
  async step(ready: Ready, signal: AbortSignal): Promise<boolean> {
    if (Date.now() < this.#retryAt) return false;
    try {
      const isDone = await this.#step(ready, signal);
      this.#failures = 0;
      delete this.status.error;
      return isDone;
    } catch (thrown) {
      if (signal.aborted) return false;
      await this.#fail(toDatabaseFault(toNodeFault(thrown)));
      return false;
    }
  }

  /** Lets others have the job. */
  async free(): Promise<void> {
    await this.#turn.free().catch(() => undefined); // it expires by itself
  }

  async #step(ready: Ready, signal: AbortSignal): Promise<boolean> {
    if (!(await this.#turn.take())) return this.#wait("as another process does it");
    const stands = await this.job.standsThrough?.((block) => hasBlock(this.#context.node, block));
    const noted = await this.#turn.doneThrough();
    const done = Math.min(noted ?? Infinity, stands ?? Infinity);
    const start = Number.isFinite(done) ? Math.max(done, ready.firstHour ?? done) : ready.firstHour;
    if (start === undefined) return this.#wait("for the first operator");
    if (noted !== undefined) this.#see(start, ready);
    if (start + HOUR > ready.through) return this.#wait(ready.waitsFor);
    const span = this.#spanFrom(start, ready);
    const startedAt = performance.now();
    await this.#turn.keep(signal, (held) => this.#work(span, held));
    if (!(await this.#turn.note(span.end))) return this.#wait("as another process has taken it over");
    this.#metrics.ran(this.job.name, (performance.now() - startedAt) / 1_000);
    this.#see(span.end, ready);
    return true;
  }

  #spanFrom(start: number, { through, block, sampledThrough }: Ready): Hour {
    const midnight = (Math.floor(start / DAY) + 1) * DAY;
    const isDay = this.job.runDay !== undefined && midnight + DAY_AFTER <= through;
    return { start, end: isDay ? midnight : start + HOUR, block, sampledThrough };
  }

  async #work(span: Hour, signal: AbortSignal): Promise<void> {
    if (span.end - span.start > HOUR) await this.job.runDay?.(span, signal);
    else await this.job.run(span, signal);
    signal.throwIfAborted();
  }

  #see(doneThrough: number, { through }: Ready): void {
    this.status.doneThrough = doneThrough;
    delete this.status.waitsFor;
    this.#metrics.stands(this.job.name, doneThrough, Math.max(0, (through - doneThrough) / HOUR));
  }

  #wait(waitsFor: string): false {
    this.status.waitsFor = waitsFor;
    return false;
  }

  async #fail(error: unknown): Promise<void> {
    const { name } = this.job;
    const isNews = this.status.error === undefined || messageOf(this.status.error) !== messageOf(error);
    const logger: Logger = this.#context.logger;
    const at = this.status.doneThrough === undefined ? "its first hour" : timeText(this.status.doneThrough);
    if (isNews) logger.error({ err: error, job: name, at }, "an hour failed: trying again");
    this.status.error = error;
    this.#metrics.failed(name);
    this.#retryAt = Date.now() + backoffMs(this.#failures++, 1_000, MAX_PAUSE_MS);
    await this.#turn.note(undefined, messageOf(error)).catch(() => undefined); // the database may be what failed
    await this.free();
  }
}
