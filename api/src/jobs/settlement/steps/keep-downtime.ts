import { keepDownHours } from "../../../sources/downtime.ts";
import { spanOf } from "../chain/rewards.ts";
import type { Context, Step } from "../context.ts";

const EVERY_MS = 60_000;
/** A month takes longer: what is left is kept by the next looks, so that the first epochs needn't wait for it. */
const AT_ONCE_MS = 3_000;
const lastAt = new WeakMap<Context, number>();

/** Keeps the DOWN minutes of hours that the telemetry has passed, so that an epoch's end needn't read its whole day. */
export const keepDowntime: Step = async (context, look) => {
  if (Date.now() - (lastAt.get(context) ?? 0) < EVERY_MS) return false;
  const first = look.epochs.find(({ facts }) => !facts);
  const enough = AbortSignal.timeout(AT_ONCE_MS);
  if (first) await keepDownHours(context.pool, spanOf(first.epoch, context.clock).start, enough);
  if (!enough.aborted) lastAt.set(context, Date.now());
  return false;
};
