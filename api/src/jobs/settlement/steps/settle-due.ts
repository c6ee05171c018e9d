import { createHash } from "node:crypto";
import { encodeFunctionData } from "viem";
import { marketplaceAbi } from "#contracts/abi/marketplace.ts";
import { timeSlotsAbi } from "#contracts/abi/timeSlots.ts";
import { readDueRentals, readDueSlots } from "../../../sources/settlement.ts";
import { epochAt, spanOf } from "../chain/rewards.ts";
import { withSnapshot, type Step } from "../context.ts";
import { sendBatches } from "./batches.ts";
import { isOurTurn } from "./turn.ts";

/**
 * Shortly before an epoch ends, burns what rentals and slots have used by then, so that it counts in this epoch and not
 * in the next: once, as of a fixed time, so that a second look finds nothing more to do.
 */
export const settleDue: Step = async (context, look) => {
  const { clock, terms, addresses } = context;
  const { head } = look.state;
  const { epoch, end } = spanOf(epochAt(head.timestamp, clock), clock);
  const from = end - terms.settleAheadSeconds;
  if (terms.settleAheadSeconds === 0 || head.timestamp < BigInt(from)) return false;
  if (context.memory.settledDue === epoch) return false;
  if (!isOurTurn(context, look, epoch, "settle")) return false;
  const [rentals, slots] = await withSnapshot(context, async (snapshot) => [
    await readDueRentals(snapshot, from),
    await readDueSlots(snapshot, from),
  ]);
  const call =
    (kind: string, to: `0x${string}`, encode: (ids: bigint[]) => `0x${string}`) => (ids: readonly bigint[]) => ({
      purpose: `settle-${kind} of epoch ${epoch} ${digestOf(ids)}`,
      epoch,
      to,
      data: encode([...ids]),
    });
  const settleRentals = (ids: bigint[]) =>
    encodeFunctionData({ abi: marketplaceAbi, functionName: "settleMany", args: [ids] });
  const settleSlots = (ids: bigint[]) =>
    encodeFunctionData({ abi: timeSlotsAbi, functionName: "settleSlots", args: [ids] });
  const outbox = context.outboxes[0];
  const first = await sendBatches(context, look, outbox, rentals, call("rentals", addresses.market, settleRentals));
  const second = await sendBatches(context, look, outbox, slots, call("slots", addresses.slots, settleSlots));
  context.memory.settledDue = epoch;
  return first || second;
};

/** Names a batch by what is in it. */
export function digestOf(ids: readonly (bigint | string)[]): string {
  return createHash("sha256").update(ids.join()).digest("hex").slice(0, 16);
}
