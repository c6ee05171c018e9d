import type { ActiveStayRow, SoldSpanRow } from "../sources/pricing.ts";
import { groupBy } from "./group-by.ts";

const HOUR = 3_600;

/** One hour of a pool, over all its GPUs. */
export interface PoolHour {
  /** start of the hour, seconds since 1970 */
  hourAt: number;
  rentedSeconds: number;
  availableSeconds: number;
  /** of the available ones, those without a slot or an on-demand rental */
  exposedSeconds: number;
  /** slots that began on a GPU that had neither */
  takenCount: number;
}

/**
 * The hours of each pool in `[from, to)`, both whole hours: what of the time in which its GPUs were ACTIVE was sold, and
 * how often a slot took a GPU that was free of bookings. What was sold of a GPU that was away counts nothing.
 *
 * @param spans those of one GPU don't overlap
 * @returns by pool id; pools without a stay are left out
 */
export function poolHours(
  stays: readonly ActiveStayRow[],
  spans: readonly SoldSpanRow[],
  from: number,
  to: number,
): Map<string, PoolHour[]> {
  const spansOf = groupBy(spans, ({ gpuId }) => gpuId);
  const pools = new Map<string, PoolHour[]>();
  for (const stay of stays) {
    const hours = pools.get(stay.poolId) ?? emptyHours(from, to);
    pools.set(stay.poolId, hours);
    const [begin, end] = [Math.max(stay.fromAt, from), Math.min(stay.toAt, to)];
    spread(hours, begin, end, (hour, seconds) => {
      hour.availableSeconds += seconds;
      hour.exposedSeconds += seconds;
    });
    const sold = spansOf.get(stay.gpuId) ?? [];
    for (const span of sold) {
      spread(hours, Math.max(span.fromAt, begin), Math.min(span.toAt, end), (hour, seconds) => {
        hour.rentedSeconds += seconds;
        if (span.kind !== "SPOT") hour.exposedSeconds -= seconds;
      });
      if (span.kind === "SLOT" && isTaking(span, stay, sold)) {
        const hour = hours[Math.floor((span.fromAt - from) / HOUR)];
        if (hour) hour.takenCount++;
      }
    }
  }
  return pools;
}

/** Whether a slot began on a GPU that was there and had no booking up to then. */
function isTaking(slot: SoldSpanRow, stay: ActiveStayRow, sold: readonly SoldSpanRow[]): boolean {
  const { fromAt } = slot;
  if (fromAt < stay.fromAt || fromAt >= stay.toAt) return false;
  return !sold.some((other) => other.kind !== "SPOT" && other.fromAt < fromAt && other.toAt >= fromAt);
}

function emptyHours(from: number, to: number): PoolHour[] {
  return Array.from({ length: (to - from) / HOUR }, (_, place) => ({
    hourAt: from + place * HOUR,
    ...{ rentedSeconds: 0, availableSeconds: 0, exposedSeconds: 0, takenCount: 0 },
  }));
}

function spread(
  hours: readonly PoolHour[],
  begin: number,
  end: number,
  add: (hour: PoolHour, seconds: number) => void,
): void {
  const first = hours[0];
  if (!first) return;
  for (let at = begin; at < end;) {
    const next = Math.min(end, (Math.floor(at / HOUR) + 1) * HOUR);
    const hour = hours[Math.floor((at - first.hourAt) / HOUR)];
    if (hour) add(hour, next - at);
    at = next;
  }
}
