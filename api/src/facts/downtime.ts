import { findDown, readKeptDown, readKeptHours, type DownHourRow, type DownSource } from "../sources/downtime.ts";
import type { Snapshot } from "../sources/snapshot.ts";

const HOUR = 3_600;
const MINUTE = 60;
const HALF = 30;
/** What one statement looks through: in the embedded database nobody else is served meanwhile. */
const SLICE: Readonly<Record<DownSource, number>> = { minutes: 6 * HOUR, samples: 2 * HOUR };

/** The minutes in which GPUs were DOWN, by UUID hash (hex, without 0x) and hour. GPUs that weren't have no entry. */
export class Downtime {
  readonly #hoursOf = new Map<string, DownHourRow[]>();

  constructor(rows: readonly DownHourRow[] = []) {
    this.add(rows);
  }

  /** Adds hours of GPUs that aren't in it yet. */
  add(rows: readonly DownHourRow[]): void {
    for (const row of rows) {
      const hours = this.#hoursOf.get(row.uuidHash);
      if (hours) hours.push(row);
      else this.#hoursOf.set(row.uuidHash, [row]);
    }
  }

  /** How many of the minutes that start in `[from, to)` a GPU was DOWN in; seconds since 1970. */
  minutesWithin(uuidHash: string, from: number, to: number): number {
    let count = 0;
    for (const { hour, low, high } of this.#hoursOf.get(uuidHash) ?? []) {
      if (hour + HOUR <= from || hour >= to) continue;
      const [first, end] = [minuteAt(from - hour), minuteAt(to - hour)];
      count += countBits(low & bitsBetween(first, end)) + countBits(high & bitsBetween(first - HALF, end - HALF));
    }
    return count;
  }

  /** The same minutes one by one, ascending; seconds since 1970. */
  startsWithin(uuidHash: string, from: number, to: number): number[] {
    const starts = (this.#hoursOf.get(uuidHash) ?? []).flatMap(({ hour, low, high }) =>
      Array.from({ length: 2 * HALF }, (_, minute) => minute)
        .filter((minute) => ((minute < HALF ? low >> minute : high >> (minute - HALF)) & 1) === 1)
        .map((minute) => hour + minute * MINUTE),
    );
    return starts.filter((at) => at >= from && at < to).sort((a, b) => a - b);
  }
}

/** What `[start, end)` knows of DOWN minutes: hours that are kept as they were kept, the others looked for now. */
export async function readDowntime(snapshot: Snapshot, start: number, end: number): Promise<Downtime> {
  const from = start - (start % HOUR);
  const kept = new Set(await readKeptHours(snapshot, from, end));
  const down = new Downtime(kept.size > 0 ? await readKeptDown(snapshot, from, end) : []);
  for (const [since, until] of spansBetween(from, end, kept)) {
    for (const slice of slicesOf(Math.max(since, start), until, SLICE.minutes)) {
      down.add(await findDown(snapshot, ...slice, "minutes"));
    }
  }
  return down;
}

/**
 * The same from samples or minutes alone, whatever was kept. Each slice has a snapshot of its own, as what is final
 * doesn't change between them.
 */
export async function findDowntime(
  withSnapshot: <T>(read: (snapshot: Snapshot) => Promise<T>) => Promise<T>,
  { start, end, source }: { start: number; end: number; source: DownSource },
): Promise<Downtime> {
  const down = new Downtime();
  for (const slice of slicesOf(start, end, SLICE[source])) {
    down.add(await withSnapshot((snapshot) => findDown(snapshot, ...slice, source)));
  }
  return down;
}

/** The spans of `[from, end)` between kept hours. */
function spansBetween(from: number, end: number, kept: ReadonlySet<number>): [number, number][] {
  const spans: [number, number][] = [];
  for (let hour = from; hour < end; hour += HOUR) {
    if (kept.has(hour)) continue;
    const last = spans.at(-1);
    if (last?.[1] === hour) last[1] = Math.min(hour + HOUR, end);
    else spans.push([hour, Math.min(hour + HOUR, end)]);
  }
  return spans;
}

/** `[from, until)` in pieces that end with whole hours, so that no hour of a GPU comes in two of them. */
function slicesOf(from: number, until: number, length: number): [number, number][] {
  const slices: [number, number][] = [];
  for (let at = from; at < until;) {
    const next = Math.min(at - (at % length) + length, until);
    slices.push([at, next]);
    at = next;
  }
  return slices;
}

/** The first minute of an hour that starts at or after a second of it, 0 to 60. */
function minuteAt(second: number): number {
  return Math.min(Math.max(Math.ceil(second / MINUTE), 0), 2 * HALF);
}

/** Bits `first` to `end - 1` of 30. */
function bitsBetween(first: number, end: number): number {
  const below = (count: number): number => (count <= 0 ? 0 : count >= HALF ? (1 << HALF) - 1 : (1 << count) - 1);
  return below(end) & ~below(first);
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
