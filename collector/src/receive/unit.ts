import { REPORTS, type Part, type Reading } from "./intake.ts";

/** A scrape that says how many series it has is waited for so long, as a shard may try again for a while. */
const COUNTED_WAIT_MS = 30_000;
/** Others for so long: twice the time after which Prometheus sends a batch that isn't full. */
const UNCOUNTED_WAIT_MS = 10_000;

/** One scrape of a source, coming together from the requests that hold parts of it. */
export class Unit {
  readonly at: number;
  /** it was in the inbox at the start: some of it may have been passed on before */
  isReplayed = false;
  readonly #beganAt: number;
  readonly #readings = new Map<string, Reading>();
  readonly #others = new Set<string>();
  #staleCount = 0;
  #upCount = 0;
  #countedUps = 0;
  #expected = 0;

  constructor(at: number, nowMs: number) {
    this.at = at;
    this.#beganAt = nowMs;
  }

  /** Takes a part. What came before comes to nothing when it comes again. */
  add({ readings, others }: Part): void {
    for (const key of others) this.#others.add(key);
    for (const reading of readings) {
      if (this.#readings.has(reading.key)) continue;
      this.#readings.set(reading.key, reading);
      this.#count(reading);
    }
  }

  #count({ name, value, isStale }: Reading): void {
    if (isStale) this.#staleCount++;
    else if (name === REPORTS.up) this.#upCount++;
    else if (name === REPORTS.count) {
      this.#countedUps++;
      this.#expected += value;
    }
  }

  get readings(): Reading[] {
    return [...this.#readings.values()];
  }

  /** Series held, of whatever metric: what the unit weighs. */
  get size(): number {
    return this.#readings.size + this.#others.size;
  }

  get hasUp(): boolean {
    return this.#upCount > 0;
  }

  /** How many series haven't come, by Prometheus' own count; undefined if it sent none, or not yet of every target. */
  get missing(): number | undefined {
    if (this.#countedUps === 0 || this.#countedUps < this.#upCount) return undefined;
    return Math.max(0, this.#expected - this.#others.size - this.#ownCount);
  }

  /** Whether Prometheus says how many series there are. */
  get isCounted(): boolean {
    return this.#countedUps > 0;
  }

  /** @param withheld how many series of a scrape the sender always keeps back */
  isWhole(withheld: number): boolean {
    return this.hasUp && this.missing !== undefined && this.missing <= withheld;
  }

  /** Whether nothing more is worth waiting for. */
  isDue(nowMs: number, withheld: number): boolean {
    if (this.isWhole(withheld)) return true;
    return nowMs - this.#beganAt >= (this.isCounted ? COUNTED_WAIT_MS : UNCOUNTED_WAIT_MS);
  }

  /** Series of the exporter among the readings: all but Prometheus' own, and those that went stale. */
  get #ownCount(): number {
    return this.#readings.size - this.#staleCount - this.#upCount - this.#countedUps - this.#durations;
  }

  get #durations(): number {
    let count = 0;
    for (const { name, isStale } of this.#readings.values()) if (name === REPORTS.duration && !isStale) count++;
    return count;
  }
}
