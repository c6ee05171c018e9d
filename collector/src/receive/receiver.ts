import { join } from "node:path";
import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Registry } from "#kernel/metrics.ts";
import type { Pool } from "#kernel/pg.ts";
import { SECOND_MS, sleep } from "#kernel/time.ts";
import type { TargetStatus } from "../scrape/loops.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { Assembler } from "./assembler.ts";
import { Inbox, type InboxFile, type LeftRequest } from "./inbox.ts";
import { createReceiveInstruments, type ReceiveInstruments } from "./instruments.ts";
import { sortSeries, type Intake } from "./intake.ts";
import { REQUEST_LIMITS, type PushReject, type RequestLimits } from "./limits.ts";
import { PUSH_SCHEME, type TargetLabels } from "./places.ts";
import { Refusal } from "./refusal.ts";
import { uncompress } from "./snappy.ts";
import { TokenFile, type TokenEntry } from "./tokens.ts";
import { decodeWriteRequest } from "./write-request.ts";

/** What a receiver works with. */
export interface ReceiverOptions {
  /** JSON list of operators' tokens, see `parseTokens` */
  tokensFile: string;
  /** folder of the collector's spool, where the inbox lies too */
  spoolDir: string;
  pool: Pool;
  logger: Logger;
  registry: Registry;
  /**
   * puts a scrape into the spool; resolves once it is safe there
   *
   * @param low the watermark must not pass it before the scrape is in the tables
   */
  keep: (result: ScrapeResult, low: number) => Promise<void>;
  /** why the spool can't take more; undefined when it can */
  spoolFault: () => string | undefined;
  limits?: RequestLimits;
}

/** Series that may wait for the rest of their scrapes: some 500 MB at the worst. */
const MAX_PENDING_SERIES = 1_000_000;
/** Requests kept on disk while their scrapes are incomplete. */
const MAX_INBOX_BYTES = 256 * 1_048_576;
/** The watermark waits for a Prometheus that has been heard of within this time, so that its delay isn't a gap. */
const HOLD_MS = 120 * SECOND_MS;
const SEEN_MS = 200;

/** Takes what operators' Prometheus push, and hands it on as scrapes. */
export class Receiver {
  readonly tokens: TokenFile;
  readonly #options: ReceiverOptions;
  readonly #inbox: Inbox;
  readonly #assembler: Assembler<InboxFile>;
  readonly #instruments: ReceiveInstruments;
  readonly #startedAt = Date.now();
  /** pushed targets that the database knows; undefined until it was asked */
  #known: ReadonlySet<string> | undefined;
  #isAsking = false;
  #seen = { askedAt: -Infinity, through: 0 };
  #faultTold: string | undefined;

  private constructor(options: ReceiverOptions, tokens: TokenFile, inbox: Inbox) {
    this.#options = options;
    this.tokens = tokens;
    this.#inbox = inbox;
    this.#assembler = new Assembler({
      onScrape: (result, files) => {
        // One that is later than we wait for holds up nothing: it is as if it had come after the watermark.
        const low = Math.max(result.at, Date.now() - HOLD_MS);
        void options.keep(result, low).then(() => this.#release(files));
      },
      onDone: (files) => this.#release(files),
      onTooMany: (samples) => this.#countRejects({ too_many_targets: samples }),
      isKnown: (url) => this.#known?.has(url) ?? false,
    });
    this.#instruments = createReceiveInstruments(options.registry, {
      targetCount: () => this.#assembler.statuses.length,
      pendingSeries: () => this.#assembler.size,
      inboxBytes: () => inbox.bytes,
    });
  }

  /**
   * Makes a receiver ready, with what an earlier run had acknowledged and not yet passed on.
   *
   * @throws BaseError `NO_TOKENS_FILE` or `BAD_TOKENS`; what the disk says
   */
  static async open(options: ReceiverOptions): Promise<Receiver> {
    const tokens = new TokenFile(options.tokensFile);
    await tokens.load();
    const { inbox, left, damagedBytes } = await Inbox.open(join(options.spoolDir, "received"));
    if (damagedBytes > 0) options.logger.warn({ damagedBytes }, "the inbox has a torn or damaged request: skipped it");
    const receiver = new Receiver(options, tokens, inbox);
    for (const request of left) receiver.#replay(request);
    return receiver;
  }

  get statuses(): TargetStatus[] {
    return this.#assembler.statuses;
  }

  /** What is wrong now; undefined when all is well. */
  get fault(): string | undefined {
    return this.tokens.fault;
  }

  /** The labels of a pushed target; undefined for one that isn't known now. */
  labelsOf(url: string): TargetLabels | undefined {
    return this.#assembler.labelsOf(url);
  }

  /** No scrape still to come will be of a time before it, unless its Prometheus is two minutes late. */
  seenThrough(nowMs = Date.now()): number {
    // Asked for each scrape: one of a moment ago is as true.
    if (Math.abs(nowMs - this.#seen.askedAt) >= SEEN_MS) this.#seen = { askedAt: nowMs, through: this.#look(nowMs) };
    return this.#seen.through;
  }

  #look(nowMs: number): number {
    const longest = nowMs - HOLD_MS;
    // After a start nobody has been heard of yet.
    if (longest < this.#startedAt) return longest;
    return Math.max(longest, Math.min(this.#assembler.seenThrough(longest) ?? nowMs, nowMs));
  }

  /** Does what time brings until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tokens.refresh();
      this.#tellFault();
      this.#assembler.tick(Date.now());
      await this.#inbox.tidy().catch(() => undefined);
      if (!this.#known) void this.#loadKnown();
      await sleep(SECOND_MS, signal).catch(() => undefined);
    }
  }

  /** Ends; scrapes that aren't whole stay in the inbox, for the rest of them to come after the next start. */
  async close(): Promise<void> {
    await this.#inbox.close();
  }

  /**
   * Takes the body of one request. When it returns, what it brings is safe on the disk.
   *
   * @returns what could not be used, by reason
   * @throws Refusal for a body that is bad as a whole, or that can't be taken now
   */
  async accept(entry: TokenEntry, body: Uint8Array, receivedAt = Date.now()): Promise<Intake["rejects"]> {
    this.#checkRoom();
    const intake = this.#read(body, receivedAt);
    if (intake.parts.length > 0) {
      const head = `${JSON.stringify({ operator: entry.operator, receivedAt })}\n`;
      const file = await this.#inbox.append(Buffer.concat([Buffer.from(head), body])).catch((error: unknown) => {
        throw new Refusal(503, "spool", `the disk refuses: ${messageOf(error)}`, error);
      });
      this.#pass(entry, intake, file, Date.now());
    }
    this.#instruments.samples.inc({ kind: "kept" }, intake.keptCount);
    this.#instruments.samples.inc({ kind: "other" }, intake.otherCount);
    this.#countRejects(intake.rejects);
    return intake.rejects;
  }

  /** Counts how a request ended. */
  countRequest(result: string): void {
    this.#instruments.requests.inc({ result });
  }

  #checkRoom(): void {
    const fault = this.#options.spoolFault();
    if (fault !== undefined) throw new Refusal(503, "spool", fault);
    if (this.#assembler.size > MAX_PENDING_SERIES) throw new Refusal(503, "busy", "too many scrapes are incomplete");
    if (this.#inbox.bytes > MAX_INBOX_BYTES) throw new Refusal(503, "busy", "the inbox is full");
  }

  #read(body: Uint8Array, receivedAt: number): Intake {
    const limits = this.#options.limits ?? REQUEST_LIMITS;
    return sortSeries(decodeWriteRequest(uncompress(body, limits.uncompressedBytes), limits), receivedAt, limits);
  }

  /**
   * @param file held once for the request
   * @param nowMs for one that is read again, when it came: its rest may have been waited for long enough
   */
  #pass(entry: TokenEntry, { parts }: Intake, file: InboxFile, nowMs: number, isReplayed = false): void {
    for (const part of parts) {
      this.#inbox.hold(file);
      this.#assembler.add(entry, part, file, nowMs, isReplayed);
    }
    this.#release([file]);
  }

  #replay({ payload, file }: LeftRequest): void {
    const end = payload.indexOf(10);
    try {
      const { operator, receivedAt } = JSON.parse(payload.toString("utf8", 0, end)) as LeftHead;
      const intake = this.#read(payload.subarray(end + 1), receivedAt);
      this.#pass({ operator, tokenSha256: "" }, intake, file, receivedAt, true);
    } catch (error) {
      this.#options.logger.error({ err: error }, "dropped a request in the inbox that no version of ours has written");
      this.#release([file]);
    }
  }

  #release(files: readonly InboxFile[]): void {
    for (const file of files) void this.#inbox.release(file);
  }

  #countRejects(rejects: Partial<Record<PushReject, number>>): void {
    for (const [reason, count] of Object.entries(rejects)) this.#instruments.rejects.inc({ reason }, count);
  }

  /** Of a target that is down nothing but `up` comes, and only the database knows that it has GPUs. */
  async #loadKnown(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = this.#options.pool.query<{ url: string }>(
      "select url from telemetry.target where starts_with(url, $1)",
      [PUSH_SCHEME],
    );
    const answer = await asked.catch(() => undefined); // it is away: asked again in a second
    this.#isAsking = false;
    if (answer) this.#known = new Set(answer.rows.map(({ url }) => url));
  }

  #tellFault(): void {
    const { fault } = this;
    if (fault !== undefined && fault !== this.#faultTold) {
      this.#options.logger.error({ fault }, "bad list of tokens: the last good one stays in force");
    }
    this.#faultTold = fault;
  }
}

interface LeftHead {
  operator: string;
  receivedAt: number;
}
