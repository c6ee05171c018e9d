import { backoffMs, bucketStart, HOUR_MS, sleep, waitFor } from "./time.ts";

it("bucketStart counts buckets from 1970 in UTC", () => {
  expect(bucketStart(Date.parse("2026-11-22T10:59:59.999Z"), HOUR_MS)).toBe(Date.parse("2026-11-22T10:00:00Z"));
  expect(bucketStart(Date.parse("2026-11-22T11:00:00Z"), HOUR_MS)).toBe(Date.parse("2026-11-22T11:00:00Z"));
});

it("backoffMs doubles up to its cap, at least half of it fixed", () => {
  expect([0, 1, 2, 3, 50].map((attempt) => backoffMs(attempt, 100, 1_000, () => 1))).toEqual([
    100, 200, 400, 800, 1_000,
  ]);
  expect([0, 1, 2].map((attempt) => backoffMs(attempt, 100, 1_000, () => 0))).toEqual([50, 100, 200]);
});

it("sleep ends early when its signal is aborted", async () => {
  const controller = new AbortController();
  const sleeping = sleep(60_000, controller.signal);
  controller.abort();
  await expect(sleeping).rejects.toThrow("aborted");
});

describe("waitFor", () => {
  it("gives the first value that is there", async () => {
    let asked = 0;
    const probe = async () => (++asked < 3 ? undefined : asked);
    expect(await waitFor(probe, { timeoutMs: 1_000, everyMs: 1, onTimeout: () => new Error("late") })).toBe(3);
  });

  it("fails as told when the time is over", async () => {
    const options = { timeoutMs: 20, everyMs: 5, onTimeout: () => new Error("late") };
    await expect(waitFor(async () => undefined, options)).rejects.toThrow("late");
    await expect(waitFor(() => new Promise<undefined>(() => undefined), options)).rejects.toThrow("late");
  });
});
