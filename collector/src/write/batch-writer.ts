import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { withTransaction, type Pool } from "#kernel/pg.ts";
import type { ConflictLog } from "../identity/conflicts.ts";
import { Registry, type NewGpu } from "../identity/registry.ts";
import type { Instruments } from "../instruments.ts";
import type { CollectorRecord } from "../records.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { encodePlan, isDuplicate, writePlan, writeSeen, type Encoded } from "./commit.ts";
import { planBatch, type Plan } from "./plan.ts";
import { SampleEncoder, SamplePool } from "./sample.ts";
import { Turns } from "./turns.ts";
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

/** A batch that was worked out ahead; of its plan's samples only the count is still right. */
interface Prepared {
  plan: Plan;
  encoded: Encoded;
}

/** Another has written since our last turn, so that a plan made before this one is of no use. */
class TurnLost extends Error {}

/** Writes records, in order; those sent again change nothing. */
export class BatchWriter {
  readonly #options: BatchWriterOptions;
  readonly #registry: Registry;
  readonly #turns: Turns;
  /** how often all was forgotten */
  #reading = 0;
  /** batches being written that are worked out in their turn */
  #inTurn = 0;
  /** of the batch being written, and of the one prepared meanwhile */
  readonly #encoders = [new SampleEncoder(), new SampleEncoder()] as const;
  #preparedCount = 0;
  /** of the batch that was prepared last: encoded they are needed no more */
  readonly #samples = new SamplePool();
  /** when GPUs were seen, by key, where the database is to be told */
  #seen = new Map<number, number>();

  constructor(options: BatchWriterOptions) {
    this.#options = options;
    this.#registry = new Registry(options.pool);
    this.#turns = new Turns(options.collectorKey, this.#registry);
  }

  /**
   * Writes a batch. A record that the database refuses for what it holds is dropped, loudly, and costs no other.
   *
   * @returns the time that its scrapes span; undefined without any
   * @throws what the database says when it is away, busy or without our tables: nothing, or all, was written
   */
  async write(records: readonly CollectorRecord[]): Promise<Span | undefined> {
    return this.#guarded(records, () => this.#writeInTurn(records, "copy"));
  }

  /**
   * Works a batch out, where nobody else writes of its GPUs, as if all those before it had been written. While one is
   * written, the next one can be prepared, and no more; written they must be in the order of their preparation, one after
   * the other.
   *
   * @returns writes it, as `write` does
   */
  prepare(records: readonly CollectorRecord[]): () => Promise<Span | undefined> {
    const isAhead = this.#inTurn === 0 && this.#turns.isAlone && this.#isKnown(records) && this.#turns.trusts(records);
    if (!isAhead) return () => this.write(records);
    const reading = this.#reading;
    const prepared = this.#plan(records);
    return () => {
      // The one before it has failed: what this one was worked out from never came to be.
      if (prepared === undefined || reading !== this.#reading) return this.write(records);
      return this.#guarded(records, () => this.#writePrepared(records, prepared));
    };
  }

  /**
   * Writes when GPUs were last seen, at most a minute before their last samples.
   *
   * @throws what the database says: then it is for the next time
   */
  async writeSeen(): Promise<void> {
    const seen = this.#seen;
    this.#seen = new Map();
    try {
      await writeSeen(this.#options.pool, seen);
    } catch (error) {
      this.#seen = new Map([...seen, ...this.#seen]);
      throw explain(error);
    }
  }

  /** @returns undefined if it can't be worked out, which is told when it is tried again */
  #plan(records: readonly CollectorRecord[]): Prepared | undefined {
    try {
      this.#samples.reset();
      const plan = planBatch(records, this.#registry, this.#options.collectorKey, this.#samples);
      return { plan, encoded: encodePlan(plan, this.#encoders[++this.#preparedCount % 2]) };
    } catch {
      this.#forget();
      return undefined;
    }
  }

  /** Nothing that is known may be trusted: it is read again. */
  #forget(): void {
    this.#registry.clear();
    this.#turns.clear();
    this.#reading++;
  }

  async #guarded(
    records: readonly CollectorRecord[],
    write: () => Promise<Span | undefined>,
  ): Promise<Span | undefined> {
    try {
      return await write();
    } catch (error) {
      // It may have been committed all the same: read again where we stand.
      this.#forget();
      if (!isDataFault(error)) throw explain(error);
      return this.#writeSingly(records);
    }
  }

  async #writePrepared(records: readonly CollectorRecord[], { plan, encoded }: Prepared): Promise<Span | undefined> {
    const { pool, collectorKey } = this.#options;
    try {
      await withTransaction(pool, async (client) => {
        if (!(await this.#turns.take(client))) throw new TurnLost();
        await writePlan(client, plan, collectorKey, encoded);
        await this.#turns.claim(client, plan);
      });
    } catch (error) {
      if (!(error instanceof TurnLost) && !isDuplicate(error)) throw error;
      this.#forget();
      return this.#writeInTurn(records, isDuplicate(error) ? "insert" : "copy");
    }
    return this.#count(plan, 0);
  }

  /** In one transaction: all or nothing. */
  async #writeInTurn(records: readonly CollectorRecord[], how: "copy" | "insert"): Promise<Span | undefined> {
    const { pool, collectorKey } = this.#options;
    this.#inTurn++;
    try {
      await this.#register(records);
      const { plan, doubleCount } = await withTransaction(pool, async (client) => {
        await this.#turns.take(client);
        const admitted = await this.#turns.admit(client, records);
        const done = planBatch(admitted.records, this.#registry, collectorKey);
        await writePlan(client, done, collectorKey, how === "insert" ? how : encodePlan(done));
        await this.#turns.claim(client, done);
        return { plan: done, doubleCount: admitted.doubleCount };
      });
      return this.#count(plan, doubleCount);
    } catch (error) {
      if (!isDuplicate(error) || how === "insert") throw error;
      this.#forget();
      return await this.#writeInTurn(records, "insert");
    } finally {
      this.#inTurn--;
    }
  }

  /** Whether the database knows their targets as they are listed now. */
  #isKnown(records: readonly CollectorRecord[]): boolean {
    return records.every(
      (record) => record.kind !== "scrape" || this.#registry.hasTarget(record.url, this.#options.labelsOf(record.url)),
    );
  }

  #count(plan: Plan, doubleCount: number): Span | undefined {
    const { instruments, conflicts } = this.#options;
    for (const { gpuKey, at } of [...this.#registry.takeUnseen(), ...plan.seen]) this.#seen.set(gpuKey, at);
    instruments.writtenRows.inc(plan.samples.length + plan.additions.length);
    instruments.conflicts.inc(plan.conflictCount);
    instruments.doubles.inc(doubleCount);
    conflicts?.add(plan.conflicts, (key) => this.#registry.targetUrl(key));
    return plan.span;
  }

  /** One bad record must not hold up the rest: find it. It may also be that what we knew was out of date. */
  async #writeSingly(records: readonly CollectorRecord[]): Promise<Span | undefined> {
    let span: Span | undefined;
    this.#inTurn++; // between two of them nothing that comes after may be worked out
    try {
      for (const record of records) span = joinSpans(span, await this.#writeOrDrop(record));
    } finally {
      this.#inTurn--;
    }
    return span;
  }

  async #writeOrDrop(record: CollectorRecord): Promise<Span | undefined> {
    try {
      return await this.#writeInTurn([record], "copy");
    } catch (error) {
      this.#forget();
      if (!isDataFault(error)) throw explain(error);
      this.#options.logger.error({ err: error }, "BUG: dropped a scrape that the database refuses");
      this.#options.instruments.lostRecords.inc();
      return undefined;
    }
  }

  async #register(records: readonly CollectorRecord[]): Promise<void> {
    const scrapes = records.filter((record) => record.kind === "scrape");
    await this.#registry.registerTargets(new Map(scrapes.map(({ url }) => [url, this.#options.labelsOf(url)])));
    await this.#registry.registerGpus(gpusIn(scrapes));
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
