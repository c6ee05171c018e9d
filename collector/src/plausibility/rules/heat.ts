import type { AssessedHour, FastMoments, SlowMoments } from "../facts.ts";
import { countOf, hoursOf, severityOf, votesOf, type Verdict } from "../finding.ts";
import { correlation, deviationOfHeat, deviationOfX, persistence } from "../statistics.ts";

/** Means of 5 minutes: power varies by a tenth of the limit, and some lie on either side. */
const VARIED = 0.1;
const ON_EACH_SIDE = 3;
const FOLLOWS = 0.3;
/** Heat needs longer: real boards take 20 to 90 s, and a part of the chip's heat comes at once. */
const SHORTEST_TAU_SECONDS = 6;
const ENOUGH_READINGS = 60;
const VARIED_CELSIUS = 3;

/**
 * Temperature against power. Over an hour it must follow: correlation of 5-minute means at least 0.3 where power varies.
 * From one reading to the next (at most 20 s) it must lag: of U = α·T + β·P + γ, α ≥ exp(−Δt ÷ 6 s).
 */
export function judgeHeat(hours: readonly AssessedHour[]): Verdict {
  const slow = votesOf(
    hours,
    ({ facts }) => canFollow(facts.heat.slow),
    ({ facts: { heat } }) => canFollow(heat.slow) && correlation(heat.slow) < FOLLOWS,
  );
  const fast = votesOf(
    hours,
    ({ facts }) => canLag(facts.heat.fast),
    ({ facts }) => canLag(facts.heat.fast) && isAtOnce(facts.heat.fast),
  );
  const severities = [severityOf(slow), severityOf(fast)].filter((severity) => severity !== null);
  if (severities.length === 0) {
    return {
      severity: null,
      hours: [],
      words: "Power or temperature isn't shown, or power hardly varies: can't be told.",
    };
  }
  const said = [
    ...(slow.some(({ isOff }) => isOff) ? [`In ${countOf(slow)} the temperature doesn't follow power`] : []),
    ...(fast.some(({ isOff }) => isOff)
      ? [`In ${countOf(fast)} it follows at once, which no board's mass allows`]
      : []),
  ];
  const off = [...slow, ...fast].filter(({ isOff }) => isOff);
  return {
    severity: Math.max(...severities),
    hours: hoursOf(off.length > 0 ? off : [...slow, ...fast]),
    numbers: [
      ["hours_not_following", slow.filter(({ isOff }) => isOff).length, "h"],
      ["hours_varied", slow.length, "h"],
      ["hours_without_lag", fast.filter(({ isOff }) => isOff).length, "h"],
      ["hours_fine", fast.length, "h"],
      ["time_constant", timeConstant(hours), "s"],
    ],
    words: said.length > 0 ? `${said.join("; ")}.` : "The temperature follows power, and lags behind it.",
  };
}

const canFollow = (slow: SlowMoments | null): slow is SlowMoments =>
  slow !== null && slow.low >= ON_EACH_SIDE && slow.high >= ON_EACH_SIDE && deviationOfX(slow) >= VARIED;

const canLag = (fast: FastMoments | null): fast is FastMoments =>
  fast !== null &&
  fast.n >= ENOUGH_READINGS &&
  deviationOfHeat(fast) >= VARIED_CELSIUS &&
  persistence(fast) !== undefined;

const isAtOnce = (fast: FastMoments): boolean =>
  (persistence(fast) ?? 1) < Math.exp(-fast.seconds / fast.n / SHORTEST_TAU_SECONDS);

/** The median of −Δt ÷ ln α; 0 where no hour tells it. */
function timeConstant(hours: readonly AssessedHour[]): number {
  const found = hours
    .map(({ facts }) => facts.heat.fast)
    .filter(canLag)
    .map((fast) => ({ alpha: persistence(fast) ?? 0, step: fast.seconds / fast.n }))
    .map(({ alpha, step }) => (alpha <= 0 ? 0 : alpha >= 1 ? Infinity : -step / Math.log(alpha)))
    .sort((one, other) => one - other);
  return found[Math.floor(found.length / 2)] ?? 0;
}
