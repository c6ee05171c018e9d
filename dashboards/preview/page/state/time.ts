/** A range as Grafana's addresses write it: "now-6h", "now/d", milliseconds since 1970, or an ISO time. */
export interface RawRange {
  from: string;
  to: string;
}

/** A range in milliseconds since 1970. */
export interface Range {
  from: number;
  to: number;
}

const UNITS: Record<string, number> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 604_800e3 };

/** The begin of the UTC unit that a time lies in, or its last millisecond. */
function rounded(ms: number, unit: string, isEnd: boolean): number {
  const date = new Date(ms);
  const begin = (later: 0 | 1): number => {
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    if (unit === "y") return Date.UTC(year + later, 0);
    if (unit === "M") return Date.UTC(year, month + later);
    if (unit === "w") return Date.UTC(year, month, day - date.getUTCDay() + 7 * later);
    const size = UNITS[unit] ?? 1;
    return (Math.floor(ms / size) + later) * size;
  };
  return isEnd ? begin(1) - 1 : begin(0);
}

function moved(ms: number, sign: number, count: number, unit: string): number {
  if (unit !== "M" && unit !== "y") return ms + sign * count * (UNITS[unit] ?? 0);
  const date = new Date(ms);
  if (unit === "M") date.setUTCMonth(date.getUTCMonth() + sign * count);
  else date.setUTCFullYear(date.getUTCFullYear() + sign * count);
  return date.getTime();
}

/**
 * A time of an address, in milliseconds since 1970.
 *
 * @param isEnd whether a rounding ("/d") goes to its unit's end
 * @returns undefined for what is none
 */
export function timeOf(text: string, now: number, isEnd = false): number | undefined {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (!text.startsWith("now")) {
    const ms = Date.parse(
      /\d{2}:\d{2}/.test(text) && !/Z|[+-]\d{2}:?\d{2}$/.test(text) ? `${text.replace(" ", "T")}Z` : text,
    );
    return Number.isNaN(ms) ? undefined : ms;
  }
  if (!/^now([+-]\d+[smhdwMy])*(\/[smhdwMy])?$/.test(text)) return undefined;
  let ms = now;
  for (const [, sign, count, unit = ""] of text.matchAll(/([+-])(\d+)([smhdwMy])/g)) {
    ms = moved(ms, sign === "-" ? -1 : 1, Number(count), unit);
  }
  const unit = /\/([smhdwMy])$/.exec(text)?.[1];
  return unit ? rounded(ms, unit, isEnd) : ms;
}

/** A range in milliseconds; undefined when an end can't be read, or it doesn't go forward. */
export function rangeOf(raw: RawRange, now: number): Range | undefined {
  const [from, to] = [timeOf(raw.from, now), timeOf(raw.to, now, true)];
  return from === undefined || to === undefined || to <= from ? undefined : { from, to };
}

/** What the picker offers at a click. */
export const QUICK_RANGES: readonly (readonly [label: string, from: string, to: string])[] = [
  ["Last 15 minutes", "now-15m", "now"],
  ["Last 1 hour", "now-1h", "now"],
  ["Last 3 hours", "now-3h", "now"],
  ["Last 6 hours", "now-6h", "now"],
  ["Last 12 hours", "now-12h", "now"],
  ["Last 24 hours", "now-24h", "now"],
  ["Last 2 days", "now-2d", "now"],
  ["Last 7 days", "now-7d", "now"],
  ["Last 30 days", "now-30d", "now"],
  ["Last 90 days", "now-90d", "now"],
  ["Today", "now/d", "now/d"],
  ["Yesterday", "now-1d/d", "now-1d/d"],
  ["This week", "now/w", "now/w"],
  ["This month", "now/M", "now/M"],
];
