const two = (value: number): string => String(value).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A time in UTC.
 *
 * @param ms milliseconds since 1970
 * @param pattern of YYYY, MMM, MM, DD, HH, mm, ss, SSS
 */
export function formatDate(ms: number, pattern: string): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "Invalid date";
  const parts: Record<string, string> = {
    YYYY: String(date.getUTCFullYear()),
    MMM: MONTHS[date.getUTCMonth()] ?? "",
    MM: two(date.getUTCMonth() + 1),
    DD: two(date.getUTCDate()),
    HH: two(date.getUTCHours()),
    mm: two(date.getUTCMinutes()),
    ss: two(date.getUTCSeconds()),
    SSS: String(date.getUTCMilliseconds()).padStart(3, "0"),
  };
  return pattern.replaceAll(/YYYY|MMM|MM|DD|HH|mm|ss|SSS/g, (part) => parts[part] ?? part);
}

const STEPS: readonly (readonly [limit: number, size: number, name: string])[] = [
  [45e3, 1e3, "second"],
  [45 * 60e3, 60e3, "minute"],
  [22 * 3_600e3, 3_600e3, "hour"],
  [26 * 86_400e3, 86_400e3, "day"],
  [320 * 86_400e3, 30.4 * 86_400e3, "month"],
  [Infinity, 365 * 86_400e3, "year"],
];

/**
 * How long ago, or in how long.
 *
 * @example fromNow(Date.now() - 300_000) // "5 minutes ago"
 */
export function fromNow(ms: number, now = Date.now()): string {
  const distance = Math.abs(now - ms);
  const [, size = 1, name = ""] = STEPS.find(([limit]) => distance < limit) ?? [];
  const many = Math.max(1, Math.round(distance / size));
  const text = distance < 1_000 ? "now" : `${many} ${name}${many === 1 ? "" : "s"}`;
  if (text === "now") return text;
  return ms > now ? `in ${text}` : `${text} ago`;
}

/** The pattern that tells apart times which lie so far from each other. */
export function patternFor(spanMs: number): string {
  if (spanMs <= 600e3) return "HH:mm:ss";
  if (spanMs <= 86_400e3) return "HH:mm";
  if (spanMs <= 7 * 86_400e3) return "MM/DD HH:mm";
  return spanMs <= 365 * 86_400e3 ? "MM/DD" : "YYYY-MM";
}
