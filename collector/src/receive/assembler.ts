import type { TargetStatus } from "../scrape/loops.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import type { Target } from "../targets/target.ts";
import { REPORTS, type Part, type Reading, type Source } from "./intake.ts";
import { placeReading, placesOf, pushUrl, type TargetLabels } from "./places.ts";
import { PushTarget } from "./push-target.ts";
import type { TokenEntry } from "./tokens.ts";
import { Unit } from "./unit.ts";
import { Withheld } from "./withheld.ts";

/** A target that has said nothing for so long is forgotten, and learned anew when it comes back. */
const FORGET_MS = 2 * 3_600_000;
/** Of one operator. More are no hosts of its, but labels that change with every scrape. */
const MAX_TARGETS = 10_000;
/** One job and address has few; labels that change leave old ones behind. */
const MAX_PLACES = 100;

/** What an assembler works with. `H` is whatever the caller holds a request by until it is done. */
export interface AssemblerOptions<H> {
  /** takes scrapes, each target's in the order of their times */
  onScrape: (result: ScrapeResult, holds: readonly H[]) => void;
  /** all that these requests brought has been passed on, or is nothing to us */
  onDone: (holds: readonly H[]) => void;
  /** samples that came to nothing, as their operator has too many targets */
  onTooMany: (samples: number) => void;
  /** whether GPUs have ever been seen on a target, by an earlier run as well */
  isKnown: (url: string) => boolean;
}

interface Stream<H> {
  operator: string;
  source: Source;
  intervalMs: number | undefined;
  units: { unit: Unit; holds: H[] }[];
  /** targets that `up` has named, by URL */
  places: Map<string, TargetLabels>;
  withheld: Withheld;
  newestAt: number;
  touchedAt: number;
}

/** Puts the scrapes of targets together again from the parts that remote write makes of them. */
export class Assembler<H> {
  readonly #options: AssemblerOptions<H>;
  readonly #streams = new Map<string, Stream<H>>();
  readonly #targets = new Map<string, PushTarget>();
  /** by operator */
  readonly #targetCounts = new Map<string, number>();
  #size = 0;

  constructor(options: AssemblerOptions<H>) {
    this.#options = options;
  }

  /** Series that wait for the rest of their scrape. */
  get size(): number {
    return this.#size;
  }

  get statuses(): TargetStatus[] {
    return [...this.#targets.values()].map(({ target, last }) => ({ target, last, lateCount: 0 }));
  }

  /** The labels of a pushed target; undefined for one that isn't known now. */
  labelsOf(url: string): TargetLabels | undefined {
    return this.#targets.get(url)?.target.labels;
  }

  /** Nothing that comes from targets heard of since `sinceMs` will be of a time before it; undefined if none was. */
  seenThrough(sinceMs: number): number | undefined {
    let seen: number | undefined;
    const hold = (at: number): void => void (seen = Math.min(seen ?? at, at));
    for (const target of this.#targets.values()) if (target.lastReceivedAt >= sinceMs) hold(target.newestAt + 1);
    for (const { units } of this.#streams.values()) for (const { unit } of units) hold(unit.at);
    return seen;
  }

  /**
   * Takes a part of a scrape.
   *
   * @param hold given back by `onScrape` or `onDone` once the scrape is through
   */
  add(entry: TokenEntry, part: Part, hold: H, nowMs: number, isReplayed = false): void {
    const stream = this.#streamOf(entry, part.source);
    stream.touchedAt = nowMs;
    let place = stream.units.find(({ unit }) => unit.at === part.at);
    if (!place) {
      place = { unit: new Unit(part.at, nowMs), holds: [] };
      stream.units.push(place);
      stream.units.sort((a, b) => a.unit.at - b.unit.at);
    }
    const before = place.unit.size;
    place.unit.add(part);
    place.unit.isReplayed ||= isReplayed;
    place.holds.push(hold);
    this.#size += place.unit.size - before;
    this.#passOn(stream, nowMs);
  }

  /** Passes on what has waited long enough, and forgets what has been silent for long. */
  tick(nowMs: number): void {
    for (const [key, stream] of this.#streams) {
      this.#passOn(stream, nowMs);
      if (stream.units.length === 0 && nowMs - stream.touchedAt > FORGET_MS) this.#streams.delete(key);
    }
    for (const { target, lastReceivedAt } of this.#targets.values()) {
      if (nowMs - lastReceivedAt > FORGET_MS) this.#forget(target);
    }
  }

  #forget({ url, labels }: Target): void {
    const operator = labels["operator"] ?? "";
    this.#targets.delete(url);
    this.#targetCounts.set(operator, (this.#targetCounts.get(operator) ?? 0) - 1);
  }

  #streamOf({ operator, intervalSeconds }: TokenEntry, source: Source): Stream<H> {
    const key = [operator, source.job, source.instance, source.replica].join("\0");
    let stream = this.#streams.get(key);
    if (!stream) {
      const common = { units: [], places: new Map<string, TargetLabels>(), newestAt: -Infinity, touchedAt: 0 };
      stream = { operator, source, intervalMs: undefined, withheld: new Withheld(), ...common };
      this.#streams.set(key, stream);
    }
    stream.intervalMs = intervalSeconds === undefined ? undefined : intervalSeconds * 1_000;
    return stream;
  }

  /** In the order of their times: a scrape waits for the one before it. One that is late anyway holds up none. */
  #passOn(stream: Stream<H>, nowMs: number): void {
    let isHeldUp = false;
    const waiting = stream.units;
    stream.units = waiting.filter(({ unit, holds }) => {
      const isLate = unit.at <= stream.newestAt;
      if ((isHeldUp && !isLate) || !unit.isDue(nowMs, stream.withheld.count)) {
        isHeldUp ||= !isLate;
        return true;
      }
      this.#size -= unit.size;
      if (isLate) stream.withheld.deny();
      else stream.withheld.learn(unit.missing);
      stream.newestAt = Math.max(stream.newestAt, unit.at);
      this.#compose(stream, unit, holds, nowMs);
      return false;
    });
  }

  #compose(stream: Stream<H>, unit: Unit, holds: H[], nowMs: number): void {
    const { readings } = unit;
    const named = placesOf(readings);
    if (stream.places.size > MAX_PLACES) stream.places.clear();
    for (const place of named) stream.places.set(pushUrl(stream.operator, place), place);
    const places = named.length > 0 ? named : [...stream.places.values()];
    const byUrl = new Map<string, { place: TargetLabels; readings: Reading[] }>();
    const urls = new Map<TargetLabels, string>();
    for (const reading of readings) {
      const placed = placeReading(reading, places);
      const url = urls.get(placed.place) ?? pushUrl(stream.operator, placed.place);
      urls.set(placed.place, url);
      const found = byUrl.get(url);
      if (found) found.readings.push(placed.reading);
      else byUrl.set(url, { place: placed.place, readings: [placed.reading] });
    }
    // Without Prometheus' count, and without `up` where it has come before, nobody knows whether this is all.
    const isComplete = unit.isCounted ? unit.isWhole(stream.withheld.count) : unit.hasUp || stream.places.size === 0;
    const isWhole = isComplete && !unit.isReplayed;
    const hasOthers = unit.size > readings.length;
    const results = [...byUrl].flatMap(([url, { place, readings: own }]) => {
      const target = this.#targetOf(stream, url, place, own);
      const { source, intervalMs } = stream;
      const common = { at: unit.at, replica: source.replica, intervalMs, isWhole, hasOthers, receivedAt: nowMs };
      return target?.take({ ...common, readings: own }) ?? [];
    });
    if (results.length === 0) this.#options.onDone(holds);
    results.forEach((result, index) => this.#options.onScrape(result, index === results.length - 1 ? holds : []));
  }

  /** Other jobs' targets, which never showed a GPU, are none of ours. */
  #targetOf(
    { operator }: Stream<H>,
    url: string,
    place: TargetLabels,
    readings: readonly Reading[],
  ): PushTarget | undefined {
    const known = this.#targets.get(url);
    if (known) return known;
    const hasGpus = readings.some(({ name }) => !OWN.has(name));
    if (!hasGpus && !this.#options.isKnown(url)) return undefined;
    const count = this.#targetCounts.get(operator) ?? 0;
    if (count >= MAX_TARGETS) {
      this.#options.onTooMany(readings.length);
      return undefined;
    }
    this.#targetCounts.set(operator, count + 1);
    const target = new PushTarget({ url, labels: { ...place, operator } });
    this.#targets.set(url, target);
    return target;
  }
}

const OWN = new Set<string>(Object.values(REPORTS));
