import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Context, Look } from "../context.ts";
import type { Call, Outbox } from "../../outbox/outbox.ts";
import { Reverted } from "../../outbox/reverts.ts";

/** Sent at once before any is waited for. */
const IN_FLIGHT = 8;

/**
 * Sends many small things in few transactions: as many in each as are allowed, half as many where that would take too
 * much gas or be refused. One alone that is refused is left out, and said.
 *
 * @returns whether anything was sent now
 */
export async function sendBatches<T>(
  context: Context,
  look: Look,
  outbox: Outbox,
  items: readonly T[],
  callOf: (items: readonly T[]) => Call,
): Promise<boolean> {
  const waiting: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += context.terms.batchSize)
    waiting.push(items.slice(from, from + context.terms.batchSize));
  let sent = 0;
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    const outcome = await trySend(context, outbox, callOf(batch), batch.length === 1);
    if (outcome === "split") waiting.unshift(...halvesOf(batch));
    if (outcome === "sent" && ++sent % IN_FLIGHT === 0) await outbox.settle(look.final.number);
  }
  if (sent % IN_FLIGHT !== 0) await outbox.settle(look.final.number);
  return sent > 0;
}

async function trySend(
  { logger }: Context,
  outbox: Outbox,
  call: Call,
  isSingle: boolean,
): Promise<"sent" | "known" | "split" | "left"> {
  try {
    return (await outbox.submit(call)) ? "sent" : "known";
  } catch (error) {
    const isTooMuch = error instanceof BaseError && error.code === "GAS_OVER_LIMIT";
    if (!isTooMuch && !(error instanceof Reverted)) throw error;
    if (!isSingle) return "split";
    logger.warn({ purpose: call.purpose, reason: messageOf(error) }, "left out of a batch");
    return "left";
  }
}

function halvesOf<T>(batch: readonly T[]): (readonly T[])[] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}
