import { Counter, Gauge, Histogram, type Registry } from "#kernel/metrics.ts";

/** What an indexer counts; without a registry nothing is shown. */
export class IndexerMetrics {
  readonly head: Gauge;
  readonly indexed: Gauge;
  readonly events: Counter;
  readonly handlers: Counter<"handler">;
  readonly rpcCalls: Counter<"method">;
  readonly cachedRanges: Counter<"outcome">;
  readonly rows: Counter;
  readonly reorgs: Counter;
  readonly flushSeconds: Histogram;

  constructor(registry: Registry | undefined) {
    const registers = registry ? [registry] : [];
    const counter = <T extends string>(name: string, help: string, labelNames: T[] = []): Counter<T> =>
      new Counter({ name: `indexer_${name}`, help, labelNames, registers });
    const gauge = (name: string, help: string): Gauge => new Gauge({ name: `indexer_${name}`, help, registers });
    this.head = gauge("head_block", "Number of the node's latest block.");
    this.indexed = gauge("indexed_block", "Number of the last block in the database.");
    this.events = counter("events_total", "Events handled.");
    this.handlers = counter("handler_runs_total", "Handlers run to their end.", ["handler"]);
    this.rpcCalls = counter("rpc_calls_total", "Calls to the node.", ["method"]);
    this.cachedRanges = counter("cached_ranges_total", "Looks for a range in the log cache.", ["outcome"]);
    this.rows = counter("entity_changes_total", "Entities inserted, overwritten and removed.");
    this.reorgs = counter("reorgs_total", "Reorgs followed.");
    this.flushSeconds = new Histogram({
      name: "indexer_flush_seconds",
      help: "Time to write one batch.",
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
  }
}
