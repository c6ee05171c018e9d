import { Address, BigInt } from "@graphprotocol/graph-ts";
import { UsageSettled } from "../generated/Marketplace/Marketplace";
import {
  SlotCheckedIn,
  SlotMoved,
  SlotRefunded,
  SlotReserved,
  SlotSettled,
  SlotsMerged,
  SlotSplit,
  Transfer,
} from "../generated/TimeSlots/TimeSlots";
import { numberId } from "../ids";
import { getAccount, getOrCreateAccount } from "../store/accounts";
import { closeListing, rememberCollection } from "../store/listings";
import { createSettlement } from "../store/settlements";
import { createSlot, escrowOf, getSlot } from "../store/slots";

const SECONDS_PER_HOUR = BigInt.fromI32(3_600);

export function handleSlotReserved(event: SlotReserved): void {
  const startHour = event.params.startHour.toI32();
  const slot = createSlot(event.params.slotId, startHour, event.params.endHour.toI32(), event);
  slot.gpu = numberId(event.params.gpuId);
  slot.pool = numberId(event.params.poolId);
  slot.operator = numberId(event.params.operatorId);
  slot.holder = getOrCreateAccount(event.params.holder, event).id;
  slot.hourlyDc = event.params.hourlyDc;
  slot.save();
}

/** Each new part is told by an event of its own, in the order of their hours; what was slot is cut at the first. */
export function handleSlotSplit(event: SlotSplit): void {
  const hour = event.params.hour.toI32();
  const slot = getSlot(event.params.slotId);
  if (hour < slot.endHour) slot.endHour = hour;
  slot.save();
  closeListing(event.address, event.params.slotId);

  const part = createSlot(event.params.newSlotId, hour, event.params.endHour.toI32(), event);
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
  slot.save();
  gone.isGone = true;
  gone.save();
  closeListing(event.address, event.params.slotId);
}

export function handleSlotCheckedIn(event: SlotCheckedIn): void {
  const slot = getSlot(event.params.slotId);
  slot.rental = numberId(event.params.rentalId);
  slot.save();
}

/** What was burned and returned is counted with UsageSettled and CreditsReturned. */
export function handleSlotSettled(event: SlotSettled): void {
  const slot = getSlot(event.params.slotId);
  slot.settledHour = event.params.toHour.toI32();
  slot.burnedDc = slot.burnedDc.plus(event.params.burnedDc);
  slot.refundedDc = slot.refundedDc.plus(event.params.refundedDc);
  slot.save();
}

export function handleSlotRefunded(event: SlotRefunded): void {
  const slot = getSlot(event.params.slotId);
  slot.refundedDc = slot.refundedDc.plus(event.params.refundedDc);
  slot.isGone = true;
  slot.save();
}

export function handleSlotMoved(event: SlotMoved): void {
  const slot = getSlot(event.params.slotId);
  slot.gpu = numberId(event.params.toGpuId);
  slot.startHour = event.params.fromHour.toI32();
  slot.settledHour = event.params.fromHour.toI32();
  slot.save();
  closeListing(event.address, event.params.slotId);
}

/** With a slot its escrow changes hands. Mint and burn of the token are told by the other events. */
export function handleSlotTransfer(event: Transfer): void {
  const zero = Address.zero();
  if (event.params.from.equals(zero)) {
    rememberCollection(event.address, "SLOT");
    return;
  }
  closeListing(event.address, event.params.tokenId);
  if (event.params.to.equals(zero)) return;
  const slot = getSlot(event.params.tokenId);
  const escrow = escrowOf(slot);
  const from = getAccount(event.params.from);
  from.escrowDc = from.escrowDc.minus(escrow);
  from.save();
  const to = getOrCreateAccount(event.params.to, event);
  to.escrowDc = to.escrowDc.plus(escrow);
  to.save();
  slot.holder = to.id;
  slot.save();
}

/** Its hours span those lost too; paid for are whole hours at the slot's price. */
export function handleSlotUsageSettled(event: UsageSettled): void {
  const slot = getSlot(event.params.sourceId);
  const seconds = event.params.amountDc.div(slot.hourlyDc).times(SECONDS_PER_HOUR);
  const settlement = createSettlement(event, seconds);
  settlement.slot = slot.id;
  settlement.save();
}
