import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { Registry, type NewGpu } from "../identity/registry.ts";
import type { Instruments } from "../instruments.ts";
import { decodeRecord, type CollectorRecord } from "../records.ts";
import type { Spool } from "../spool/spool.ts";
import { commitPlan } from "./commit.ts";
import { planBatch } from "./plan.ts";
import { joinSpans, lateSpan, publish, refreshMinutes, registerCollector, type Span } from "./watermark.ts";

/** Bounds of one transaction: about a thousand GPUs' rows. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 * 1_048_576;

/** What a writer works with. */
export interface WriterOptions {
  pool: Pool;
  spool: Spool;
  name: string;
  logger: Logger;
  instruments: Instruments;
  /** labels of the targets listed now, by URL */
  labelsOf(url: string): Readonly<Record<string, string>>;
}

/** Moves records from the spool into the database, in order, each exactly once in effect. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #registry: Registry;
  #collectorKey: number | undefined;
  /** written, but perhaps hidden behind the minute aggregates until they are refreshed */
  #late: Span | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#registry = new Registry(options.pool);
  }

  /**
   * Writes all that is in the spool.
   *
   * @param isStopping asked between two batches
   * @throws what the database says, when it is away or refuses; the records stay in the spool
   */
  async drain(isStopping: () => boolean = () => false): Promise<void> {
    const { pool, spool, name } = this.#options;
    this.#collectorKey ??= await registerCollector(pool, name, Date.now());
    while (!isStopping()) {
      const batch = await spool.read(BATCH_RECORDS, BATCH_BYTES);
      if (!batch) return;
      await this.#writeBatch(
        batch.payloads.flatMap((payload) => this.#decode(payload)),
        this.#collectorKey,
      );
      await spool.acknowledge(batch);
    }
  }

  /**
   * Publishes how far everything is in the tables.
   *
   * @param sampledThrough time before which nothing is in the spool or under way, milliseconds since 1970
   */
  async publish(sampledThrough: number): Promise<void> {
    const { pool, spool } = this.#options;
    if (this.#collectorKey === undefined) return;
    const nowMs = Date.now();
    if (this.#late && spool.recordCount === 0) {
      await refreshMinutes(pool, this.#late, nowMs);
      this.#late = undefined;
    }
    await publish(pool, {
      collectorKey: this.#collectorKey,
      nowMs,
      sampledThrough: Math.min(sampledThrough, this.#late?.from ?? Infinity),
      spoolBytes: spool.bytes,
      droppedRecords: spool.droppedRecords,
    });
  }

  #decode(payload: Buffer): CollectorRecord[] {
    const record = decodeRecord(payload);
    if (record) return [record];
    this.#options.logger.error(
      { bytes: payload.length },
      "dropped a record in the spool that no version of ours has written",
    );
    this.#options.instruments.lostRecords.inc();
    return [];
  }

  async #writeBatch(records: readonly CollectorRecord[], collectorKey: number): Promise<void> {
    try {
      await this.#write(records, collectorKey);
    } catch (error) {
      // It may have been committed all the same: read again where we stand.
      this.#registry.clear();
      if (!isDataFault(error)) throw explain(error);
      if (records.length === 1) return this.#drop(error);
      // One bad record must not hold up the rest: find it.
      for (const record of records) await this.#writeBatch([record], collectorKey);
    }
  }

  #drop(error: unknown): void {
    this.#options.logger.error({ err: error }, "BUG: dropped a scrape that the database refuses");
    this.#options.instruments.lostRecords.inc();
  }

  async #write(records: readonly CollectorRecord[], collectorKey: number): Promise<void> {
    const { pool, instruments } = this.#options;
    await this.#register(records);
    const plan = planBatch(records, this.#registry, collectorKey);
    await commitPlan(pool, plan, collectorKey);
    this.#registry.commit(plan.states.values());
    this.#late = joinSpans(this.#late, lateSpan(plan.span, Date.now()));
    instruments.writtenRows.inc(plan.samples.length);
    instruments.conflicts.inc(plan.conflictCount);
  }

  async #register(records: readonly CollectorRecord[]): Promise<void> {
    const scrapes = records.filter((record) => record.kind === "scrape");
    await this.#registry.registerTargets(new Map(scrapes.map(({ url }) => [url, this.#options.labelsOf(url)])));
    const bare = { migId: null, migProfile: null, model: null };
    await this.#registry.registerGpus(
      scrapes.flatMap(({ at, rows, events }): NewGpu[] => [
        ...rows,
        ...events.map(({ uuid }) => ({ ...bare, uuid, at })),
      ]),
    );
  }
}

/** Whether the database refuses the data itself (classes 22 and 23): then trying again can't help. */
function isDataFault(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^2[23]/.test(code);
}

function explain(error: unknown): Error {
  const { code } = error as { code?: unknown };
  if (code !== "42P01" && code !== "3F000" && code !== "42703") return error as Error;
  return new BaseError(
    "SCHEMA_MISSING",
    `the telemetry tables are missing or of another version: ${messageOf(error)}`,
    {
      isRetryable: true,
      hints: ["run the migrations"],
      cause: error,
    },
  );
}
