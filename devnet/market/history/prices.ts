import type { Random } from "../random.ts";
import type { Cast } from "./cast.ts";
import { reportPrices } from "./keeper.ts";
import type { Act, Stage } from "./stage.ts";

/** BCT falls by so many parts of a thousand an hour while it crashes, for so many hours. */
const CRASH = { hourlyLoss: 75, hours: 8 };

/** The price wanders, a little up in the long run; and crashes, if the plan says when. */
export async function* movePrices(stage: Stage, cast: Cast, random: Random, roundHours: number): Act {
  const crashAt = cast.plan.month?.crashHour ?? Infinity;
  for (let hour = roundHours; ;) {
    const isCrashing = hour >= crashAt && hour < crashAt + CRASH.hours;
    yield isCrashing ? cast.hours(hour) : stage.soon(cast.hours(hour));
    const factor = isCrashing ? 1_000 - CRASH.hourlyLoss : random.between(980, 1_022);
    reportPrices(stage, cast, (stage.book.price * BigInt(factor)) / 1_000n);
    const next = isCrashing ? hour + 1 : hour + roundHours;
    hour = hour < crashAt ? Math.min(next, crashAt) : next;
  }
}
