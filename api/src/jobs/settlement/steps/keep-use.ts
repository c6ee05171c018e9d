import { keepNextUse } from "../../../sources/cashflow-keep.ts";
import type { Context, Step } from "../context.ts";

/** After a fault, which is no reason to leave wallets unpaid. */
const RETRY_MS = 60_000;
const retryAt = new WeakMap<Context, number>();

/** Keeps how GPUs were used in a final epoch, for statements: one a look, when there is nothing else to do. */
export const keepUse: Step = async (context, look) => {
  if (Date.now() < (retryAt.get(context) ?? 0)) return false;
  try {
    await keepNextUse(context.pool, look.state.finalizedCount);
  } catch (error) {
    retryAt.set(context, Date.now() + RETRY_MS);
    context.logger.warn({ err: error }, "the use of GPUs could not be kept");
  }
  return false;
};
