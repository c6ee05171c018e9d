import { rangeOf, timeOf } from "./time.ts";

const NOW = Date.parse("2026-11-23T21:08:34Z"); // a Monday
const iso = (text: string, isEnd = false): string | undefined => {
  const ms = timeOf(text, NOW, isEnd);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

it.each([
  ["now", "2026-11-23T21:08:34.000Z"],
  ["now-6h", "2026-11-23T15:08:34.000Z"],
  ["now-30d", "2026-10-24T21:08:34.000Z"],
  ["now-1M", "2026-10-23T21:08:34.000Z"],
  ["now-1d/d", "2026-11-22T00:00:00.000Z"],
  ["now/w", "2026-11-22T00:00:00.000Z"],
  ["now/M", "2026-11-01T00:00:00.000Z"],
  ["2026-11-22 10:00", "2026-11-22T10:00:00.000Z"],
  ["2026-11-22T10:00:00+01:00", "2026-11-22T09:00:00.000Z"],
  ["1795468114036", "2026-11-23T21:08:34.036Z"],
])("%s is %s", (text, expected) => expect(iso(text)).toBe(expected));

it("rounds an end to the last millisecond of its unit", () => {
  expect(iso("now/d", true)).toBe("2026-11-23T23:59:59.999Z");
  expect(iso("now-1d/d", true)).toBe("2026-11-22T23:59:59.999Z");
});

it.each(["tomorrow", "now-6", "now-6h; drop table", "now/q", ""])("%p is no time", (text) =>
  expect(timeOf(text, NOW)).toBeUndefined(),
);

it("is no range if it doesn't go forward", () => {
  expect(rangeOf({ from: "now", to: "now-1h" }, NOW)).toBeUndefined();
  expect(rangeOf({ from: "now-1h", to: "now" }, NOW)).toEqual({ from: NOW - 3_600e3, to: NOW });
});
