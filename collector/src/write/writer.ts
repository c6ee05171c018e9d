import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { SECOND_MS } from "#kernel/time.ts";
import type { ConflictLog } from "../identity/conflicts.ts";
import type { Descriptions } from "../identity/descriptions.ts";
import type { Instruments } from "../instruments.ts";
import { RecordDecoder } from "../record-decoder.ts";
import type { CollectorRecord } from "../records.ts";
import type { Spool, SpoolBatch } from "../spool/spool.ts";
import { BatchWriter } from "./batch-writer.ts";
import { joinSpans, lateSpan, publish, refreshMinutes, registerCollector, type Span } from "./watermark.ts";

/** Bounds of one transaction: what 50,000 GPUs say in a second. */
const BATCH_RECORDS = 640;
const BATCH_BYTES = 4 * 1_048_576;
/** While it catches up. */
const PUBLISH_EVERY_MS = 5 * SECOND_MS;

/** What a writer works with. */
export interface WriterOptions {
  pool: Pool;
  spool: Spool;
  /** the collector's, in telemetry.collector */
  name: string;
  logger: Logger;
  instruments: Instruments;
  /** labels of a target listed now; empty for others */
  labelsOf: (url: string) => Readonly<Record<string, string>>;
  /** told of GPUs that are at two places */
  conflicts?: ConflictLog;
  /** shared with who writes the spool's records; of its own when left out */
  descriptions?: Descriptions;
  /** no record that isn't in the spool yet will be of a time before it, milliseconds since 1970 */
  seenThrough: () => number;
  /** told of everything published: the time before which all is in the tables */
  onPublished?: (sampledThrough: number) => void;
  /** how often it publishes while it writes a backlog; 5 s when left out */
  publishEveryMs?: number;
  /** of one transaction; 640 when left out */
  batchRecords?: number;
}

/** Moves records from the spool into the database, in order, each exactly once in effect. */
export class Writer {
  readonly #options: WriterOptions;
  #collector: { key: number; batches: BatchWriter } | undefined;
  /** written, but perhaps hidden behind the minute aggregates until they are refreshed */
  #late: Span | undefined;
  #publishedAt = Date.now();
  readonly #decoder: RecordDecoder;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#decoder = new RecordDecoder(options.descriptions);
  }

  /**
   * Writes all that is in the spool, and publishes now and then how far it is.
   *
   * @param isStopping asked between two batches
   * @throws what the database says, when it is away or refuses; the records stay in the spool
   */
  async drain(isStopping: () => boolean = () => false): Promise<void> {
    const { spool, publishEveryMs = PUBLISH_EVERY_MS, batchRecords = BATCH_RECORDS } = this.#options;
    this.#collector ??= await this.#register();
    const { batches } = this.#collector;
    // While the database writes one batch, the next is read and worked out.
    let before: { batch: SpoolBatch; written: Promise<Span | undefined> } | undefined;
    try {
      for (;;) {
        const batch = isStopping() ? undefined : await spool.read(batchRecords, BATCH_BYTES, before?.batch.end);
        const write = batch && batches.prepare(this.#decodeAll(batch.payloads));
        if (before) await this.#finish(before.batch, await before.written);
        before = undefined;
        if (!batch || !write) return await batches.writeSeen();
        before = { batch, written: write() };
        before.written.catch(() => undefined); // whoever waits for it hears of it
        if (Date.now() - this.#publishedAt >= publishEveryMs) {
          await this.#finish(batch, await before.written);
          before = undefined;
          await this.publish();
        }
      }
    } finally {
      await before?.written.catch(() => undefined);
    }
  }

  async #finish(batch: SpoolBatch, span: Span | undefined): Promise<void> {
    this.#late = joinSpans(this.#late, lateSpan(span, Date.now()));
    await this.#options.spool.acknowledge(batch);
  }

  /** Publishes how far everything is in the tables, and shows late rows up to there in the minute aggregates first. */
  async publish(): Promise<void> {
    const { pool, spool, seenThrough, onPublished } = this.#options;
    if (!this.#collector) return;
    const nowMs = Date.now();
    this.#publishedAt = nowMs; // even if it fails: a backlog must not wait for it after every batch
    await this.#collector.batches.writeSeen();
    const sampledThrough = spool.pendingSince ?? seenThrough();
    const late = this.#late;
    if (late && sampledThrough > late.from) {
      await refreshMinutes(pool, { from: late.from, to: Math.min(late.to, sampledThrough) }, nowMs);
      // Targets overlap: rows after that time may be in the tables already, and of its minute more may come.
      this.#late = sampledThrough > late.to ? undefined : { from: sampledThrough, to: late.to };
    }
    await publish(pool, {
      collectorKey: this.#collector.key,
      nowMs,
      sampledThrough,
      spoolBytes: spool.bytes,
      droppedRecords: spool.droppedRecords,
    });
    onPublished?.(sampledThrough);
  }

  async #register(): Promise<{ key: number; batches: BatchWriter }> {
    const { pool, name } = this.#options;
    const { key, sampledThrough } = await registerCollector(pool, name, Date.now());
    // What an earlier run has written after that may never have been refreshed.
    if (sampledThrough !== undefined) this.#late = lateSpan({ from: sampledThrough, to: Date.now() }, Date.now());
    return { key, batches: new BatchWriter({ ...this.#options, collectorKey: key }) };
  }

  #decodeAll(payloads: readonly Buffer[]): CollectorRecord[] {
    this.#decoder.begin();
    return payloads.flatMap((payload) => this.#decode(payload));
  }

  #decode(payload: Buffer): CollectorRecord | [] {
    const record = this.#decoder.decode(payload);
    if (record) return record;
    this.#options.logger.error(
      { bytes: payload.length },
      "dropped a record in the spool that no version of ours has written",
    );
    this.#options.instruments.lostRecords.inc();
    return [];
  }
}
