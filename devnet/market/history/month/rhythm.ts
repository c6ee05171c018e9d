const HOUR = 3_600;
const DAY = 24 * HOUR;
/** When most is wanted, hour UTC, and how far day and night are from the mean. */
const DAYTIME = { peakHour: 15, swing: 0.45 };
/** Saturdays and Sundays, beside working days. */
const WEEKEND = 0.6;
/** From the beginning of the past to its end. */
const GROWTH = { from: 0.75, to: 1.25 };
/** After a crash less is wanted; it takes days until that has passed. */
const FRIGHT = { left: 0.55, days: 5 };

/** When the past begins, ends and BCT crashes; seconds since 1970. */
export interface Course {
  from: number;
  to: number;
  crashAt: number;
}

/** How much is wanted at a time, beside the mean: by hour, day of the week, growth, and what a crash leaves. */
export function demandAt(at: number, { from, to, crashAt }: Course): number {
  const hour = (at % DAY) / HOUR;
  const daytime = 1 + DAYTIME.swing * Math.cos((2 * Math.PI * (hour - DAYTIME.peakHour)) / 24);
  const weekday = new Date(at * 1_000).getUTCDay();
  const week = weekday === 0 || weekday === 6 ? WEEKEND : 1;
  const growth = GROWTH.from + ((GROWTH.to - GROWTH.from) * (at - from)) / (to - from);
  const since = (at - crashAt) / (FRIGHT.days * DAY);
  const fright = since < 0 || since > 1 ? 1 : FRIGHT.left + (1 - FRIGHT.left) * since;
  return daytime * week * growth * fright;
}
