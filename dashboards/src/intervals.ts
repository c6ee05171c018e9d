/** Grafana's steps of `$__interval`: below the first number the second is taken, both milliseconds. */
const STEPS: readonly (readonly [below: number, step: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1_500, 1_000],
  [3_500, 2_000],
  [7_500, 5_000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
];
const LONGEST = 31_536_000_000;

/** The least interval of a panel that names none: the data source's `timeInterval`, milliseconds. */
export const LEAST_INTERVAL_MS = 10_000;

/** What Grafana makes of a range: the distance of a panel's points, rounded to its steps; milliseconds. */
export function intervalOf(from: Date, to: Date, maxDataPoints = 1_000, leastMs = LEAST_INTERVAL_MS): number {
  const distance = (to.getTime() - from.getTime()) / maxDataPoints;
  const rounded = STEPS.find(([below]) => distance < below)?.[1] ?? LONGEST;
  return Math.max(rounded, leastMs);
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["y", 31_536_000_000],
  ["w", 604_800_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** Milliseconds as `$__interval` has them: "30s", "5m", "12h". */
export function formatInterval(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms % length === 0) ?? ["ms", 1];
  return `${ms / length}${unit}`;
}

/**
 * "5m" in milliseconds.
 *
 * @throws Error for what isn't a number and one of ms, s, m, h, d, w, y
 */
export function parseInterval(text: string): number {
  const [, count = "", unit = ""] = /^(\d+)(ms|[smhdwy])$/.exec(text) ?? [];
  const length = UNITS.find(([name]) => name === unit)?.[1];
  if (length === undefined || Number(count) === 0) throw new Error(`no interval ${text}`);
  return Number(count) * length;
}
