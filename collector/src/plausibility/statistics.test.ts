import type { FastMoments } from "./facts.ts";
import { severityOf } from "./finding.ts";
import { correlation, distinctCount, likeness, mergeSketches, persistence } from "./statistics.ts";

/** Sums over triples: temperature before, after, and power. */
function momentsOf(points: readonly (readonly [t: number, u: number, p: number])[]): FastMoments {
  const sum = (of: (point: readonly [number, number, number]) => number): number =>
    points.reduce((total, point) => total + of(point), 0);
  return {
    ...{ n: points.length, seconds: 10 * points.length },
    ...{ t: sum(([t]) => t), u: sum(([, u]) => u), p: sum(([, , p]) => p) },
    ...{ tt: sum(([t]) => t * t), uu: sum(([, u]) => u * u), pp: sum(([, , p]) => p * p) },
    ...{ tu: sum(([t, u]) => t * u), tp: sum(([t, , p]) => t * p), up: sum(([, u, p]) => u * p) },
  };
}

it("the persistence of U = 0.8·T + 0.3·P + 0.1 is 0.8, and of a temperature that is power alone 0", () => {
  const points = [
    [0, 1],
    [0.4, 0],
    [0.9, 0.5],
    [0.2, 0.7],
  ] as const;
  const lagging = points.map(([t, p]) => [t, 0.8 * t + 0.3 * p + 0.1, p] as const);
  expect(persistence(momentsOf(lagging))).toBeCloseTo(0.8, 9);
  const atOnce = points.map(([t, p]) => [t, 0.5 * p, p] as const);
  expect(persistence(momentsOf(atOnce))).toBeCloseTo(0, 9);
});

it("persistence isn't told where temperature and power are one line, or nothing varies", () => {
  const line = [0, 0.2, 0.4, 0.6].map((p) => [2 * p, p, p] as const);
  expect(persistence(momentsOf(line))).toBeUndefined();
  expect(persistence(momentsOf([1, 1, 1].map((p) => [p, p, p] as const)))).toBeUndefined();
});

it("correlation is 1 on a rising line, -1 on a falling one, 0 where a side stands still", () => {
  // x = 0, 1, 2 with y = 1, 3, 5; with y = 5, 3, 1; with y = 3, 3, 3
  expect(correlation({ n: 3, x: 3, y: 9, xx: 5, yy: 35, xy: 13 })).toBeCloseTo(1, 9);
  expect(correlation({ n: 3, x: 3, y: 9, xx: 5, yy: 35, xy: 5 })).toBeCloseTo(-1, 9);
  expect(correlation({ n: 3, x: 3, y: 9, xx: 5, yy: 27, xy: 9 })).toBe(0);
});

it("sketches keep the smallest hashes once, and tell how many there were and what two sets share", () => {
  expect(mergeSketches([[3n, 5n], [-9n, 3n], [4n]], 3)).toEqual([-9n, 3n, 4n]);
  // The fourth of a thousand hashes spread evenly over all 64-bit numbers.
  const step = 2n ** 64n / 1_000n;
  const sketch = [1n, 2n, 3n, 4n].map((place) => -(2n ** 63n) + place * step);
  expect(distinctCount(sketch, 4)).toBeCloseTo(750, 0); // (4 - 1) ÷ 0.004
  expect(distinctCount([1n, 2n], 4)).toBe(2);
  expect(likeness([1n, 2n, 3n], [2n, 3n, 4n], 4)).toBe(0.5);
  expect(likeness([], [], 4)).toBe(0);
});

it.each([
  [0, 24, 0],
  [2, 24, 0],
  [1, 1, 0.225],
  [4, 4, 0.9],
  [12, 24, 0.8],
  [24, 24, 1],
])("%i of %i hours off is a severity of %p", (off, count, severity) => {
  const votes = Array.from({ length: count }, (_, at) => ({ at, isOff: at < off }));
  expect(severityOf(votes)).toBeCloseTo(severity, 9);
});

it("no hour to judge is no severity", () => {
  expect(severityOf([])).toBeNull();
});
