import { Counter, Gauge, Histogram, type Registry } from "#kernel/metrics.ts";

/** What a collector counts about itself. */
export interface Instruments {
  scrapes: Counter<"result">;
  scrapeSeconds: Histogram;
  samples: Counter;
  rejects: Counter<"reason">;
  writtenRows: Counter;
  conflicts: Counter;
  doubles: Counter;
  lostRecords: Counter;
  writeFailures: Counter;
  jobs: Counter<"result">;
}

/** Figures that are read when somebody asks. */
export interface Readings {
  targetCount: () => number;
  /** none for what has no lists of targets */
  targetFaults?: () => number;
  targetWarnings?: () => number;
  lateScrapes: () => number;
  spoolBytes: () => number;
  spoolRecords: () => number;
  droppedRecords: () => number;
  lagSeconds: () => number;
}

/** Registers the collector's Prometheus metrics. */
export function createInstruments(registry: Registry, readings: Readings): Instruments {
  const registers = [registry];
  const none = (): number => 0;
  const gauge = (name: string, help: string, read: () => number): void =>
    void new Gauge({
      name: `bc_collector_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("targets", "targets listed", readings.targetCount);
  gauge(
    "target_faults",
    "lists of targets, secrets and certificates that can't be read now",
    readings.targetFaults ?? none,
  );
  gauge("target_warnings", "targets that stand in several jobs", readings.targetWarnings ?? none);
  gauge("late_scrapes", "scrapes left out because the one before was still under way", readings.lateScrapes);
  gauge("spool_bytes", "bytes in the spool", readings.spoolBytes);
  gauge("spool_records", "records in the spool that are not yet in the database", readings.spoolRecords);
  gauge("spool_dropped_records", "scrapes lost because the spool was full, in its life", readings.droppedRecords);
  gauge("lag_seconds", "age of the watermark", readings.lagSeconds);
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `bc_collector_${name}`, help, registers, labelNames });
  return {
    scrapes: counter("scrapes_total", "scrapes, by result: up, or the reason of the failure", ["result"]),
    scrapeSeconds: new Histogram({
      name: "bc_collector_scrape_seconds",
      help: "time that scrapes took",
      registers,
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10],
    }),
    samples: counter("samples_total", "samples read"),
    rejects: counter("rejects_total", "lines or values not kept", ["reason"]),
    writtenRows: counter("written_rows_total", "rows of GPUs written"),
    conflicts: counter("conflicts_total", "rows not kept because their GPU is alive on another target"),
    doubles: counter("doubles_total", "scrapes not kept because another collector's of the same time is"),
    lostRecords: counter("lost_records_total", "records dropped because they could not be written"),
    writeFailures: counter("write_failures_total", "tries at which the database was away or refused"),
    jobs: counter("timescale_jobs_total", "jobs of TimescaleDB run by us, where no worker does: good or failed", [
      "result",
    ]),
  };
}
