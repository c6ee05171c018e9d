import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Slot } from "../generated/schema";
import { numberId } from "../ids";
import { getNetwork } from "./network";

/** The row of a slot that the chain says exists or existed. */
export function getSlot(slotId: BigInt): Slot {
  return Slot.load(numberId(slotId))!;
}

/** A new slot's row, nothing of it over yet; saved by the caller. */
export function createSlot(slotId: BigInt, startHour: i32, endHour: i32, event: ethereum.Event): Slot {
  const slot = new Slot(numberId(slotId));
  slot.startHour = startHour;
  slot.endHour = endHour;
  slot.settledHour = startHour;
  slot.burnedDc = BigInt.zero();
  slot.refundedDc = BigInt.zero();
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
