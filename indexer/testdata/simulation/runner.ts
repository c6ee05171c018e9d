import { pino } from "pino";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { renderLine } from "#kernel/log.ts";
import { sleep } from "#kernel/time.ts";
import { createIndexer, type Indexer, type IndexerResult } from "../../index.ts";
import type { FlakyDatabase } from "../flaky-database.ts";
import type { Setting } from "../indexing.ts";

/** Lines of the log that are kept. */
const KEPT_LINES = 40;

/** Faults of a start that a supervisor answers with another one. */
const PASSING = /^(RPC_|NODE_)/;

/** Keeps one indexer running in this process, as a supervisor would, and ends it in several ways. */
export class Runner {
  /** starts, crashes and stops so far */
  starts = 0;
  /** why it can't go on, if it can't */
  fault: unknown;
  private readonly lines: string[] = [];
  private readonly logger = pino({ name: "indexer" }, { write: (json: string) => this.note(json) });
  private running: { indexer: Indexer; controller: AbortController; done: Promise<void> } | undefined;
  private readonly setting: Setting;
  private readonly database: FlakyDatabase;
  private readonly batchChanges: () => number;

  constructor(setting: Setting, database: FlakyDatabase, batchChanges: () => number) {
    this.setting = setting;
    this.database = database;
    this.batchChanges = batchChanges;
  }

  /** Whether one is meant to run. */
  get isUp(): boolean {
    return this.running !== undefined;
  }

  /** Whether it has stopped for good. */
  get isStuck(): boolean {
    return this.fault !== undefined || this.running?.indexer.health().detail["hasErrors"] === true;
  }

  /** What the indexer says of itself, with the end of its log. */
  get reason(): string {
    return [JSON.stringify(this.running?.indexer.health().detail), ...this.lines].join("\n");
  }

  private note(json: string): void {
    this.lines.push(renderLine(json.trimEnd()));
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }

  /** Starts one if none runs; again and again while the node or the database fail. */
  start(): void {
    if (this.running) return;
    const controller = new AbortController();
    this.starts++;
    this.logger.info({ start: this.starts }, "start");
    const indexer = createIndexer({
      ...this.setting,
      databaseUrl: this.database.url,
      signal: controller.signal,
      logger: this.logger,
      pollMs: 5,
      batchChanges: this.batchChanges(),
    });
    const done = indexer.run().then(
      (result) => this.noteEnd(controller, result),
      (error: unknown) => this.noteFailedStart(controller, error),
    );
    this.running = { indexer, controller, done };
  }

  private noteEnd(controller: AbortController, result: IndexerResult): void {
    if (!controller.signal.aborted || result.status === "failed") this.fault = new Error(JSON.stringify(result));
  }

  private async noteFailedStart(controller: AbortController, error: unknown): Promise<void> {
    if (controller.signal.aborted) return;
    const isDatabase = !(error instanceof BaseError) && /connect|terminat|timeout|closed/i.test(messageOf(error));
    if (!isDatabase && !(error instanceof BaseError && PASSING.test(error.code))) {
      this.fault = error;
      return;
    }
    this.running = undefined;
    await sleep(5);
    this.start();
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    running?.controller.abort();
    await running?.done;
  }

  /** Ends it with nothing more getting into the database, as the end of its process would. */
  async crash(): Promise<void> {
    this.database.bar(true);
    await this.stop();
    this.database.bar(false);
  }
}
