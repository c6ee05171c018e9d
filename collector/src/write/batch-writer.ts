import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import type { ConflictLog } from "../identity/conflicts.ts";
import { Registry, type NewGpu } from "../identity/registry.ts";
import { isHeldElsewhere } from "../identity/seat.ts";
import type { Instruments } from "../instruments.ts";
import type { CollectorRecord } from "../records.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { commitPlan } from "./commit.ts";
import { planBatch, type Plan } from "./plan.ts";
import { joinSpans, type Span } from "./watermark.ts";

/** What a batch writer works with. */
export interface BatchWriterOptions {
  pool: Pool;
  logger: Logger;
  instruments: Instruments;
  /** of the collector in whose name it writes */
  collectorKey: number;
  /** labels of a target listed now; empty for others */
  labelsOf: (url: string) => Readonly<Record<string, string>>;
  /** told of GPUs that are at two places */
  conflicts?: ConflictLog;
}

/** A batch that is worked out. */
interface Prepared {
  records: readonly CollectorRecord[];
  plan: Plan;
  /** of the registry that it was worked out from */
  reading: number;
}

/** Writes records, in order; those sent again change nothing. */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  readonly #registry: Registry;
  /** how often the registry was read anew */
  #reading = 0;

  constructor(options: BatchWriterOptions) {
    this.#options = options;
    this.#registry = new Registry(options.pool);
  }

  /**
   * Writes a batch. A record that the database refuses for what it holds is dropped, loudly, and costs no other.
   *
   * @returns the time that its scrapes span; undefined without any
   * @throws what the database says when it is away, busy or without our tables: nothing, or all, was written
   */
  async write(records: readonly CollectorRecord[]): Promise<Span | undefined> {
    return (await this.prepare(records))();
  }

  /**
   * Works a batch out, as if all those before it had been written. While they are, the next one can be prepared; written
   * they must be in the order of their preparation, one after the other.
   *
   * @returns writes it, as `write` does
   */
  async prepare(records: readonly CollectorRecord[]): Promise<() => Promise<Span | undefined>> {
    try {
      const prepared = await this.#plan(records);
      return () => this.#commit(prepared);
    } catch (error) {
      return () => this.#failed(records, error);
    }
  }

  async #plan(records: readonly CollectorRecord[]): Promise<Prepared> {
    const reading = this.#reading;
    await this.#register(records);
    return { records, reading, plan: planBatch(records, this.#registry, this.#options.collectorKey) };
  }

  async #commit({ records, plan, reading }: Prepared): Promise<Span | undefined> {
    // The one before it has failed: what this one was worked out from never came to be.
    if (reading !== this.#reading) return this.write(records);
    const { pool, instruments, collectorKey } = this.#options;
    try {
      await commitPlan(pool, plan, collectorKey);
    } catch (error) {
      return this.#failed(records, error);
    }
    instruments.writtenRows.inc(plan.samples.length);
    instruments.conflicts.inc(plan.conflictCount);
    this.#options.conflicts?.add(plan.conflicts, (key) => this.#registry.targetUrl(key));
    return plan.span;
  }

  async #failed(records: readonly CollectorRecord[], error: unknown): Promise<Span | undefined> {
    // It may have been committed all the same: read again where we stand.
    this.#registry.clear();
    this.#reading++;
    if (!isDataFault(error)) throw explain(error);
    return records.length === 1 ? this.#drop(error) : this.#writeSingly(records);
  }

  /** One bad record must not hold up the rest: find it. */
  async #writeSingly(records: readonly CollectorRecord[]): Promise<Span | undefined> {
    let span: Span | undefined;
    for (const record of records) span = joinSpans(span, await this.write([record]));
    return span;
  }

  #drop(error: unknown): undefined {
    this.#options.logger.error({ err: error }, "BUG: dropped a scrape that the database refuses");
    this.#options.instruments.lostRecords.inc();
    return undefined;
  }

  /** GPUs that would be taken from another target: those that another collector sees there may be alive. */
  #takeovers(scrapes: readonly ScrapeResult[]): string[] {
    const uuids = new Set<string>();
    for (const { url, at, rows } of scrapes) {
      const targetKey = this.#registry.targetKey(url);
      for (const { uuid } of rows) {
        const state = this.#registry.gpu(uuid);
        const isElsewhere = state.targetKey !== null && state.targetKey !== targetKey;
        if (isElsewhere && !isHeldElsewhere(state, targetKey, at)) uuids.add(uuid);
      }
    }
    return [...uuids];
  }

  async #register(records: readonly CollectorRecord[]): Promise<void> {
    const scrapes = records.filter((record) => record.kind === "scrape");
    await this.#registry.registerTargets(new Map(scrapes.map(({ url }) => [url, this.#options.labelsOf(url)])));
    await this.#registry.registerGpus(gpusIn(scrapes));
    await this.#registry.refresh(this.#takeovers(scrapes));
  }
}

function* gpusIn(scrapes: readonly ScrapeResult[]): Generator<NewGpu> {
  const bare = { migId: null, migProfile: null, model: null };
  for (const { at, rows, events } of scrapes) {
    yield* rows;
    for (const { uuid } of events) yield { ...bare, uuid, at };
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
