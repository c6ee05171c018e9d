import { BigInt } from "@graphprotocol/graph-ts";
import { UsageSettled } from "../generated/Marketplace/Marketplace";
import { Slot, SlotCheckIn, SlotMove } from "../generated/schema";
import {
  SlotCheckedIn,
  SlotMoved,
  SlotRefunded,
  SlotReserved,
  SlotSettled,
  SlotsMerged,
  SlotSplit,
} from "../generated/TimeSlots/TimeSlots";
import { actionId, numberId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { closeListing } from "../store/listings";
import { getRental } from "../store/rentals";
import { createSettlement } from "../store/settlements";
import { createRefund, createSlot, endSlot, getSlot, raiseCount } from "../store/slots";

export { handleSlotTransfer, handleUpdateUser } from "./slot-token";

const SECONDS_PER_HOUR = BigInt.fromI32(3_600);

export function handleSlotReserved(event: SlotReserved): void {
  const startHour = event.params.startHour.toI32();
  const slot = createSlot(event.params.slotId, startHour, event.params.endHour.toI32(), event);
  slot.gpu = numberId(event.params.gpuId);
  slot.pool = numberId(event.params.poolId);
  slot.operator = numberId(event.params.operatorId);
  slot.holder = getOrCreateAccount(event.params.holder, event).id;
  slot.hourlyDc = event.params.hourlyDc;
  slot.paidDc = event.params.escrowDc;
  slot.save();
}

/** Each new part is told by an event of its own, in the order of their hours; what was slot is cut at the first. */
export function handleSlotSplit(event: SlotSplit): void {
  const hour = event.params.hour.toI32();
  const slot = getSlot(event.params.slotId);
  if (hour < slot.endHour) {
    slot.endHour = hour;
    raiseCount(slot);
    slot.save();
    closeListing(event.address, event.params.slotId, "TOKEN_CHANGED", event);
  }

  const part = createSlot(event.params.newSlotId, hour, event.params.endHour.toI32(), event);
  part.parent = slot.id;
  part.root = slot.root;
  part.gpu = slot.gpu;
  part.pool = slot.pool;
  part.operator = slot.operator;
  part.holder = slot.holder;
  part.hourlyDc = slot.hourlyDc;
  part.save();
}

export function handleSlotsMerged(event: SlotsMerged): void {
  const slot = getSlot(event.params.slotId);
  const gone = getSlot(event.params.goneId);
  if (slot.settledHour == slot.endHour) slot.settledHour = gone.settledHour;
  slot.endHour = event.params.endHour.toI32();
  raiseCount(slot);
  slot.save();
  gone.mergedInto = slot.id;
  endSlot(gone, event);
  gone.save();
  closeListing(event.address, event.params.slotId, "TOKEN_CHANGED", event);
}

export function handleSlotCheckedIn(event: SlotCheckedIn): void {
  const slot = getSlot(event.params.slotId);
  slot.rental = numberId(event.params.rentalId);
  slot.save();
  const rental = getRental(event.params.rentalId);
  rental.slot = slot.id;
  rental.save();

  const checkIn = new SlotCheckIn(actionId(event));
  checkIn.slot = slot.id;
  checkIn.rental = rental.id;
  checkIn.user = getOrCreateAccount(event.params.user, event).id;
  checkIn.blockNumber = event.block.number;
  checkIn.timestamp = event.block.timestamp;
  checkIn.transactionHash = event.transaction.hash;
  checkIn.save();
}

/** What was burned and returned is counted with UsageSettled and CreditsReturned. */
export function handleSlotSettled(event: SlotSettled): void {
  const slot = getSlot(event.params.slotId);
  if (!event.params.refundedDc.isZero()) recordLostHours(slot, event);
  slot.settledHour = event.params.toHour.toI32();
  slot.burnedDc = slot.burnedDc.plus(event.params.burnedDc);
  slot.refundedDc = slot.refundedDc.plus(event.params.refundedDc);
  slot.save();
}

export function handleSlotRefunded(event: SlotRefunded): void {
  const slot = getSlot(event.params.slotId);
  const refund = createRefund(slot, "GIVEN_UP", event.params.refundedDc, event);
  refund.fromHour = event.params.fromHour.toI32();
  refund.toHour = slot.endHour;
  refund.hourCount = refund.toHour - refund.fromHour;
  refund.save();

  slot.refundedDc = slot.refundedDc.plus(event.params.refundedDc);
  endSlot(slot, event);
  slot.save();
}

export function handleSlotMoved(event: SlotMoved): void {
  const fromHour = event.params.fromHour.toI32();
  const slot = getSlot(event.params.slotId);
  slot.gpu = numberId(event.params.toGpuId);
  slot.startHour = fromHour;
  slot.settledHour = fromHour;
  raiseCount(slot);
  slot.save();
  closeListing(event.address, event.params.slotId, "TOKEN_CHANGED", event);

  const move = new SlotMove(actionId(event));
  move.slot = slot.id;
  move.fromGpu = numberId(event.params.fromGpuId);
  move.toGpu = slot.gpu;
  move.fromHour = fromHour;
  move.blockNumber = event.block.number;
  move.timestamp = event.block.timestamp;
  move.transactionHash = event.transaction.hash;
  move.save();
}

/** Its hours span those lost too; paid for are whole hours at the slot's price. */
export function handleSlotUsageSettled(event: UsageSettled): void {
  const slot = getSlot(event.params.sourceId);
  const seconds = event.params.amountDc.div(slot.hourlyDc).times(SECONDS_PER_HOUR);
  const settlement = createSettlement(event, seconds);
  settlement.slot = slot.id;
  settlement.save();
}

/** Of the hours settled those that weren't delivered. */
function recordLostHours(slot: Slot, event: SlotSettled): void {
  const refund = createRefund(slot, "HOURS_LOST", event.params.refundedDc, event);
  refund.fromHour = event.params.fromHour.toI32();
  refund.toHour = event.params.toHour.toI32();
  refund.hourCount = refund.toHour - refund.fromHour - event.params.deliveredHours.toI32();
  refund.save();
}
