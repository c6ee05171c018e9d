import { messageOf } from "#kernel/errors.ts";
import type { Context, Look } from "../context.ts";
import type { Call, Outbox } from "../../outbox/outbox.ts";
import { Reverted } from "../../outbox/reverts.ts";

/**
 * Sends a call and waits a moment for it. What the chain would refuse is somebody else's doing (it was faster) or comes
 * right by itself, and is said at debug level; the step that asked looks at the chain again.
 *
 * @returns whether it was sent now; the contract's error if it would be refused
 */
export async function act(
  { logger }: Context,
  { final }: Look,
  outbox: Outbox,
  call: Call,
): Promise<{ isSent: boolean; refusal?: Reverted }> {
  try {
    const isSent = await outbox.submit(call);
    if (isSent) await outbox.settle(final.number);
    return { isSent };
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    logger.debug({ purpose: call.purpose, reason: messageOf(error) }, "not sent");
    return { isSent: false, refusal: error };
  }
}
