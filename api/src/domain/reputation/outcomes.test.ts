import { busyHours, conduct, gpuDay, rentalEnd } from "./fixture.ts";
import type { Fact } from "./facts.ts";
import { hourPerformance, outcomesOf } from "./outcomes.ts";

/** Dimension, value and weight of each outcome. */
const told = (fact: Fact): unknown[] =>
  outcomesOf(fact).map(({ dimension, value, weight }) => [dimension, value, weight]);
const completion = (over: Parameters<typeof rentalEnd>[0]): unknown => outcomesOf(rentalEnd(over))[0]?.value ?? null;

describe("a GPU-day", () => {
  it("is worth its uptime, weighed by the minutes known, three times by those rented", () => {
    const fact = gpuDay({ upMinutes: 540, downMinutes: 180, rented: [{ payer: "0xaa", minutes: 360 }] });
    expect(told(fact)).toEqual([
      ["AVAILABILITY", 0.75, 0.5], // 720 minutes known of 1440
      ["AVAILABILITY", 0.75, 0.5], // 2 × 360 of 1440 more
      ["HEALTH", 1, 1],
    ]);
  });

  it("says nothing when every minute is UNKNOWN", () => {
    expect(told(gpuDay({ upMinutes: 0, sampledMinutes: 0 }))).toEqual([]);
  });

  it("loses health by a fatal XID, by heat and by memory, and never falls below 0", () => {
    const health = (over: Parameters<typeof gpuDay>[0]): unknown => told(gpuDay(over))[1];
    expect(health({ xids: [79, 79] })).toEqual(["HEALTH", 0.5, 1]);
    expect(health({ xids: [13, 31] })).toEqual(["HEALTH", 1, 1]); // a customer's own program
    expect(health({ overThermalLimitMinutes: 144 })).toEqual(["HEALTH", 0.9, 1]);
    expect(health({ hasNewUncorrectableEcc: true, hasRowRemapFault: true })).toEqual(["HEALTH", 0.75, 1]);
    expect(health({ xids: [79], overThermalLimitMinutes: 1_440, hasRowRemapFault: true })).toEqual(["HEALTH", 0, 1]);
  });
});

describe("a rental's end", () => {
  it("is good by the customer, by funds, by term and by a preemption with notice", () => {
    expect(told(rentalEnd())).toEqual([["COMPLETION", 1, 10]]);
    expect(
      ["FUNDS" as const, "TERM" as const, "PREEMPTED" as const].map((endReason) => completion({ endReason })),
    ).toEqual([1, 1, 1]);
  });

  it("is bad by a GPU that went OFFLINE, by more than 5 minutes DOWN and by a preemption without notice", () => {
    expect(completion({ endReason: "GPU_OFFLINE" })).toBe(0);
    expect(completion({ downMinutes: 5 })).toBe(1);
    expect(completion({ downMinutes: 6 })).toBe(0);
    expect(completion({ endReason: "PREEMPTED", wasNoticed: false })).toBe(0);
  });

  it("says nothing when the slot changed hands, or nothing was paid for", () => {
    expect(completion({ endReason: "SLOT" })).toBeNull();
    expect(completion({ endReason: "SLOT", downMinutes: 6 })).toBe(0);
    expect(completion({ paidSeconds: 0 })).toBeNull();
  });
});

describe("busy hours", () => {
  it("are worth what was delivered of the class's clock, less the throttled share", () => {
    expect(hourPerformance(1_500, 2_000, 0.1)).toBeCloseTo(0.675, 12);
    expect(hourPerformance(2_500, 2_000, 0)).toBe(1);
    expect(told(busyHours({ busyHours: 4, deliveredHours: 3 }))).toEqual([["PERFORMANCE", 0.75, 4]]);
  });

  it("are unknown without a clock, and whole without a throttle counter", () => {
    expect(hourPerformance(null, 2_000, 0)).toBeNull();
    expect(hourPerformance(2_000, null, 0)).toBeNull();
    expect(hourPerformance(2_000, 2_000, null)).toBe(1);
    expect(told(busyHours({ busyHours: 0, deliveredHours: 0 }))).toEqual([]);
  });
});

describe("conduct", () => {
  it("is good by shares changed in time, bad by refunds and by kicks taken back", () => {
    expect(told(conduct({ event: "SHARES_CHANGED" }))).toEqual([["CONDUCT", 1, 1]]);
    expect(told(conduct())).toEqual([["CONDUCT", 0, 1]]);
    expect(told(conduct({ event: "KICK_REVERSED", payer: null }))).toEqual([["CONDUCT", 0, 1]]);
  });
});
