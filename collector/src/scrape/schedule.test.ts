import fc from "fast-check";
import { nextDueAt, offsetMs, scheduleEvery, scheduleWith } from "./schedule.ts";

const URL_A = "http://a:9400/metrics";

describe("a schedule", () => {
  it("gives a scrape less time than there is between two", () => {
    expect(scheduleEvery(1)).toEqual({ intervalMs: 1_000, timeoutMs: 800 });
    expect(scheduleEvery(10)).toEqual({ intervalMs: 10_000, timeoutMs: 8_000 });
    expect(scheduleEvery(300)).toEqual({ intervalMs: 300_000, timeoutMs: 10_000 });
  });

  it("is what a target says of its own, and keeps the timeout within the interval", () => {
    const base = scheduleEvery(10);
    expect(scheduleWith(base, {})).toBe(base);
    expect(scheduleWith(base, { intervalMs: 60_000 })).toEqual({ intervalMs: 60_000, timeoutMs: 10_000 });
    expect(scheduleWith(base, { intervalMs: 5_000 })).toEqual({ intervalMs: 5_000, timeoutMs: 4_000 });
    expect(scheduleWith(base, { timeoutMs: 3_000 })).toEqual({ intervalMs: 10_000, timeoutMs: 3_000 });
    expect(scheduleWith({ intervalMs: 60_000, timeoutMs: 30_000 }, { intervalMs: 5_000, timeoutMs: 20_000 })).toEqual({
      intervalMs: 5_000,
      timeoutMs: 5_000,
    });
  });

  it("puts a target's times at the same phase whenever we start", () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.integer({ min: 1, max: 300 }), fc.nat(2_000_000_000_000), (url, seconds, now) => {
        const intervalMs = seconds * 1_000;
        const due = nextDueAt(url, intervalMs, now);
        expect(due).toBeGreaterThan(now);
        expect(due - now).toBeLessThanOrEqual(intervalMs);
        expect(due % intervalMs).toBe(offsetMs(url, intervalMs));
        expect(nextDueAt(url, intervalMs, due)).toBe(due + intervalMs);
      }),
    );
  });

  it("spreads targets over the interval", () => {
    const quarters = [0, 0, 0, 0];
    for (let host = 0; host < 1_000; host++) {
      const quarter = Math.floor(offsetMs(`http://host-${host}:9400/metrics`, 10_000) / 2_500);
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    expect(quarters.every((count) => count > 200 && count < 300)).toBe(true);
    expect(offsetMs(URL_A, 10_000)).toBe(offsetMs(URL_A, 10_000));
  });
});
