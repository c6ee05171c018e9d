import { Counter, Gauge, type Registry } from "#kernel/metrics.ts";

/** What a receiver counts about itself. */
export interface ReceiveInstruments {
  requests: Counter<"result">;
  samples: Counter<"kind">;
  rejects: Counter<"reason">;
}

/** Figures that are read when somebody asks. */
export interface ReceiveReadings {
  targetCount: () => number;
  pendingSeries: () => number;
  inboxBytes: () => number;
}

/** Registers the receiver's Prometheus metrics. */
export function createReceiveInstruments(registry: Registry, readings: ReceiveReadings): ReceiveInstruments {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void =>
    void new Gauge({
      name: `bc_collector_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge("pushed_targets", "targets that operators' Prometheus push", readings.targetCount);
  gauge("received_pending_series", "series received that wait for the rest of their scrape", readings.pendingSeries);
  gauge(
    "received_inbox_bytes",
    "bytes of requests that are kept until their scrapes are in the spool",
    readings.inboxBytes,
  );
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name: `bc_collector_${name}`, help, registers, labelNames });
  return {
    requests: counter("received_requests_total", "requests of remote write, by result: ok, or why refused", ["result"]),
    samples: counter("received_samples_total", "samples received: of metrics that are kept, and of others", ["kind"]),
    rejects: counter("received_rejects_total", "samples received that could not be used", ["reason"]),
  };
}
