import { Counter, Gauge, Histogram, type Registry } from "#kernel/metrics.ts";

/** What the hourly jobs tell Prometheus. */
export class JobsMetrics {
  readonly #runs: Counter<"job" | "outcome">;
  readonly #seconds: Histogram<"job">;
  readonly #doneThrough: Gauge<"job">;
  readonly #behind: Gauge<"job">;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#runs = new Counter({
      name: "bc_jobs_runs_total",
      help: "Hours (or whole days that were missed) worked, by job and outcome",
      labelNames: ["job", "outcome"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "bc_jobs_run_seconds",
      help: "Time that an hour took, by job",
      labelNames: ["job"],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.#doneThrough = new Gauge({
      name: "bc_jobs_done_through_seconds",
      help: "Up to which time a job is done, seconds since 1970",
      labelNames: ["job"],
      registers,
    });
    this.#behind = new Gauge({
      name: "bc_jobs_behind_hours",
      help: "Hours whose facts are complete and that a job hasn't done",
      labelNames: ["job"],
      registers,
    });
  }

  /** An hour went through. */
  ran(job: string, seconds: number): void {
    this.#runs.inc({ job, outcome: "ok" });
    this.#seconds.observe({ job }, seconds);
  }

  /** An hour failed. */
  failed(job: string): void {
    this.#runs.inc({ job, outcome: "failed" });
  }

  /** How far a job is. */
  stands(job: string, doneThrough: number, behindHours: number): void {
    this.#doneThrough.set({ job }, doneThrough);
    this.#behind.set({ job }, behindHours);
  }
}
