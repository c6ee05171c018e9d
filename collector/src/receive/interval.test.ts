import { Interval } from "./interval.ts";

const learned = (...seconds: number[]): number => {
  const interval = new Interval();
  for (const step of seconds) interval.add(step * 1_000);
  return interval.ms / 1_000;
};

it("is a minute until it is learned, and never more than 5 minutes or less than a second", () => {
  expect(learned()).toBe(60);
  expect(learned(15)).toBe(15);
  expect(learned(300, 300, 300, 300)).toBe(300);
  expect(learned(0.2, 0.2)).toBe(1);
});

it("isn't led astray by an outage, nor by steps that can't be", () => {
  expect(learned(15, 15, 15, 240, 15)).toBe(15);
  expect(learned(15, 15, 3_600, -15, 0)).toBe(15);
});

it("of two Prometheus out of step is between their steps, so that each covers the time to the next", () => {
  expect(learned(3, 12, 3, 12, 3, 12, 3, 12)).toBe(7.5);
});

it("follows a change of the interval within eight scrapes", () => {
  expect(learned(15, 15, 15, 15, 60, 60, 60, 60, 60, 60, 60, 60)).toBe(60);
});

it("is what the operator says, where it does", () => {
  const interval = new Interval();
  interval.add(15_000);
  interval.given = 30_000;
  expect(interval.ms).toBe(30_000);
});
