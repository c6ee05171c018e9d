import { Counter, Gauge, Histogram, type Registry } from "#kernel/metrics.ts";
import { MINUTE_MS, SECOND_MS } from "#kernel/time.ts";
import type { HealthBoard } from "./health.ts";
import type { CountedReader } from "./profile/counted-reader.ts";
import type { HandlerRuns, RunStats } from "./profile/run-stats.ts";

/** What is counted elsewhere, and read when the metrics are asked for. */
export interface Observed {
  readonly health: HealthBoard;
  readonly runs: RunStats;
  readonly reader: CountedReader;
  readonly cache: { readonly reads: number; readonly misses: number; readonly current: { readonly heldBytes: number } };
  /** size of the deployment's tables and indexes */
  readonly databaseBytes: () => Promise<number>;
}

/** What an indexer counts; without a registry nothing is shown. Labels are handlers and methods: a fixed few. */
export class IndexerMetrics {
  readonly head: Gauge;
  readonly indexed: Gauge;
  readonly events: Counter;
  readonly rpcCalls: Counter<"method">;
  readonly rpcErrors: Counter<"method">;
  readonly rpcSeconds: Histogram<"method">;
  readonly rows: Counter;
  readonly reorgs: Counter;
  readonly reorgDepth: Histogram;
  readonly flushSeconds: Histogram;
  readonly batchChanges: Histogram;
  private readonly registers: Registry[];

  constructor(registry: Registry | undefined) {
    this.registers = registry ? [registry] : [];
    this.head = this.gauge("head_block", "Number of the node's latest block.");
    this.indexed = this.gauge("indexed_block", "Number of the last block in the database.");
    this.events = this.counter("events_total", "Events handled.");
    this.rpcCalls = this.counter("rpc_calls_total", "Calls to the node.", ["method"]);
    this.rpcErrors = this.counter("rpc_errors_total", "Requests to the node that failed.", ["method"]);
    this.rpcSeconds = this.histogram(
      "rpc_request_seconds",
      "Time until the node answered a request, which may hold several calls.",
      [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      ["method"],
    );
    this.rows = this.counter("entity_changes_total", "Entities inserted, overwritten and removed.");
    this.reorgs = this.counter("reorgs_total", "Reorgs followed.");
    this.reorgDepth = this.histogram("reorg_depth_blocks", "Blocks undone by a reorg.", [1, 2, 5, 10, 25, 100, 250]);
    this.flushSeconds = this.histogram("flush_seconds", "Time to write one batch.", [0.005, 0.02, 0.1, 0.5, 2, 10]);
    const sizes = [1, 10, 100, 1_000, 10_000, 100_000];
    this.batchChanges = this.histogram("batch_changes", "Entity changes in one batch.", sizes);
  }

  /** Notes the node's answer, or none, to a request. */
  noteRequest(method: string, seconds: number, isError: boolean): void {
    this.rpcSeconds.observe({ method }, seconds);
    if (isError) this.rpcErrors.inc({ method });
  }

  /** Shows what is counted elsewhere, from now on. */
  observe({ health, runs, reader, cache, databaseBytes }: Observed): void {
    this.gauge("healthy", "1 as long as /health is green.", () => Number(health.read().isHealthy));
    this.gauge("synced", "1 once the head was reached.", () => Number(health.isSynced));
    this.gauge("lag_blocks", "Blocks of the chain that aren't in the database.", () =>
      Math.max(0, health.head - health.indexed),
    );
    this.gauge("lag_seconds", "Time between the head's block and the last indexed one.", () => health.lagSeconds);
    this.byHandler(runs, "handler_runs_total", "Runs of handlers to their end.", (one) => one.runs);
    this.byHandler(
      runs,
      "handler_seconds_total",
      "Time in handlers, host functions included.",
      (one) => one.ms / SECOND_MS,
    );
    this.byHandler(runs, "handler_replays_total", "Runs given up until data was read.", (one) => one.replays);
    this.byHandler(runs, "handler_failures_total", "Runs that ended with a fault.", (one) => one.failures);
    this.gauge("cache_bytes", "Estimated size of entities in memory.", () => cache.current.heldBytes);
    this.total("cache_hits_total", "Entities that handlers found in memory.", () => cache.reads - cache.misses);
    this.total("cache_misses_total", "Entities that had to be read.", () => cache.misses);
    this.total("store_queries_total", "Queries for entities.", () => reader.queries);
    this.total("store_query_seconds_total", "Time of those queries.", () => reader.ms / SECOND_MS);
    this.gauge("database_bytes", "Size of the deployment's tables and indexes.", cached(databaseBytes));
  }

  private gauge(name: string, help: string, read?: () => number | undefined | Promise<number | undefined>): Gauge {
    const gauge = new Gauge({
      name: `indexer_${name}`,
      help,
      registers: this.registers,
      collect: async () => {
        const value = await read?.();
        if (value !== undefined) gauge.set(value);
      },
    });
    return gauge;
  }

  private counter<T extends string>(name: string, help: string, labelNames: T[] = []): Counter<T> {
    return new Counter({ name: `indexer_${name}`, help, labelNames, registers: this.registers });
  }

  private histogram<T extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: T[] = [],
  ): Histogram<T> {
    return new Histogram({ name: `indexer_${name}`, help, buckets, labelNames, registers: this.registers });
  }

  private total(name: string, help: string, read: () => number): void {
    const collect = (): void => {
      counter.reset();
      counter.inc(read());
    };
    const counter = new Counter({ name: `indexer_${name}`, help, registers: this.registers, collect });
  }

  private byHandler(runs: RunStats, name: string, help: string, read: (one: HandlerRuns) => number): void {
    const collect = (): void => {
      counter.reset();
      for (const [handler, one] of runs.handlers) counter.inc({ handler }, read(one));
    };
    const labelNames = ["handler"] as const;
    const counter = new Counter({ name: `indexer_${name}`, help, labelNames, registers: this.registers, collect });
  }
}

/** Asks once a minute at most; nothing while it can't be told. */
function cached(read: () => Promise<number>): () => Promise<number | undefined> {
  let value: number | undefined;
  let askedAt = -Infinity;
  return async () => {
    if (Date.now() - askedAt < MINUTE_MS) return value;
    askedAt = Date.now();
    value = await read().catch(() => undefined);
    return value;
  };
}
