import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

describe("a duration", () => {
  it.each([
    ["0", 0],
    ["15s", 15_000],
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1h", 3_600_000],
    ["1d12h", 129_600_000],
    ["1y2w", 32_745_600_000],
  ])("%s is read", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "15", "1.5s", "-1s", "s", "30s1m", "1m 30s", "1S", "1m1m"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it("is read as it was written", () => {
    fc.assert(fc.property(fc.nat(2_000_000_000), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)));
  });
});
