import { HandlerRuns } from "./run-stats.ts";

describe("a handler's runs", () => {
  it("give a quantile at most 5 % above the true one", () => {
    const runs = new HandlerRuns();
    for (let us = 1; us <= 1_000; us++) runs.done(us / 1_000);
    for (const [share, us] of [
      [0.5, 500],
      [0.99, 990],
      [1, 1_000],
    ] as const) {
      expect(runs.quantile(share)).toBeGreaterThanOrEqual(us * 0.999);
      expect(runs.quantile(share)).toBeLessThanOrEqual(us * 1.05);
    }
    expect(runs).toMatchObject({ runs: 1_000, replays: 0 });
    expect(runs.ms).toBeCloseTo(500.5);
  });

  it("keep what was given up apart", () => {
    const runs = new HandlerRuns();
    runs.replayed(5);
    expect(runs).toMatchObject({ runs: 0, ms: 0, replays: 1, replayMs: 5 });
    expect(runs.quantile(0.99)).toBe(0);
  });

  it("take times of zero and of hours", () => {
    const runs = new HandlerRuns();
    runs.done(0);
    expect(runs.quantile(1)).toBeLessThan(0.1);
    runs.done(7_200_000);
    expect(runs.quantile(1)).toBeGreaterThan(60_000_000);
  });
});
