import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Slot, SlotRefund } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getNetwork } from "./network";

const ONE = BigInt.fromI32(1);

/** The row of a slot that the chain says exists or existed. */
export function getSlot(slotId: BigInt): Slot {
  return Slot.load(numberId(slotId))!;
}

/** A new slot's row, nothing of it over yet, its own root; saved by the caller. */
export function createSlot(slotId: BigInt, startHour: i32, endHour: i32, event: ethereum.Event): Slot {
  const slot = new Slot(numberId(slotId));
  slot.root = slot.id;
  slot.startHour = startHour;
  slot.endHour = endHour;
  slot.settledHour = startHour;
  slot.firstHour = startHour;
  slot.hourCount = endHour - startHour;
  slot.paidDc = BigInt.zero();
  slot.burnedDc = BigInt.zero();
  slot.refundedDc = BigInt.zero();
  slot.transferCount = BigInt.zero();
  slot.isGone = false;
  slot.createdAtBlock = event.block.number;
  slot.createdAt = event.block.timestamp;

  const network = getNetwork();
  network.slotCount += 1;
  network.save();
  return slot;
}

/** DC still in escrow for a slot. */
export function escrowOf(slot: Slot): BigInt {
  return slot.hourlyDc.times(BigInt.fromI32(slot.endHour - slot.settledHour));
}

/** The token isn't what it was, as its contract counts it: listings are void. Saved by the caller. */
export function raiseCount(slot: Slot): void {
  slot.transferCount = slot.transferCount.plus(ONE);
}

/** The token is no more; saved by the caller. */
export function endSlot(slot: Slot, event: ethereum.Event): void {
  slot.isGone = true;
  slot.goneAt = event.block.timestamp;
}

/** DC went back to the slot's holder for hours between two; the caller says how many, and saves. */
export function createRefund(slot: Slot, kind: string, amountDc: BigInt, event: ethereum.Event): SlotRefund {
  const refund = new SlotRefund(actionId(event));
  refund.kind = kind;
  refund.slot = slot.id;
  refund.gpu = slot.gpu;
  refund.pool = slot.pool;
  refund.operator = slot.operator;
  refund.holder = slot.holder;
  refund.refundedDc = amountDc;
  refund.blockNumber = event.block.number;
  refund.timestamp = event.block.timestamp;
  refund.transactionHash = event.transaction.hash;
  return refund;
}
