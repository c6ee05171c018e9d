import { Address } from "@graphprotocol/graph-ts";
import { SlotTransfer, SlotUserChange } from "../generated/schema";
import { Transfer, UpdateUser } from "../generated/TimeSlots/TimeSlots";
import { actionId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { closeListing, rememberCollection } from "../store/listings";
import { escrowOf, getSlot, raiseCount } from "../store/slots";

/** What is made of a slot is told by the other events; this one follows who holds the token. */
export function handleSlotTransfer(event: Transfer): void {
  const from = event.params.from;
  const to = event.params.to;
  // A transfer to its holder changes nothing: it isn't even counted.
  if (from.equals(to)) return;
  if (from.equals(Address.zero())) rememberCollection(event.address, "SLOT");
  else closeListing(event.address, event.params.tokenId, "TOKEN_CHANGED", event);
  countSlots(event, from, -1);
  countSlots(event, to, 1);
  if (!from.equals(Address.zero()) && !to.equals(Address.zero())) handOver(event);
}

/** A change of hands clears the user as well, and tells it so. */
export function handleUpdateUser(event: UpdateUser): void {
  const isCleared = event.params.user.equals(Address.zero());
  const slot = getSlot(event.params.tokenId);
  slot.user = isCleared ? null : event.params.user;
  slot.userExpiresAt = isCleared ? null : event.params.expires;
  slot.save();

  const change = new SlotUserChange(actionId(event));
  change.slot = slot.id;
  change.user = slot.user;
  change.expiresAt = event.params.expires;
  change.blockNumber = event.block.number;
  change.timestamp = event.block.timestamp;
  change.transactionHash = event.transaction.hash;
  change.save();
}

/** With a slot its escrow changes hands. */
function handOver(event: Transfer): void {
  const slot = getSlot(event.params.tokenId);
  const escrow = escrowOf(slot);
  const from = getOrCreateAccount(event.params.from, event);
  from.escrowDc = from.escrowDc.minus(escrow);
  from.save();
  const to = getOrCreateAccount(event.params.to, event);
  to.escrowDc = to.escrowDc.plus(escrow);
  to.save();
  slot.holder = to.id;
  raiseCount(slot);
  slot.save();

  const transfer = new SlotTransfer(actionId(event));
  transfer.slot = slot.id;
  transfer.from = event.params.from;
  transfer.to = event.params.to;
  transfer.escrowDc = escrow;
  transfer.blockNumber = event.block.number;
  transfer.timestamp = event.block.timestamp;
  transfer.transactionHash = event.transaction.hash;
  transfer.save();
}

function countSlots(event: Transfer, holder: Address, change: i32): void {
  if (holder.equals(Address.zero())) return;
  const account = getOrCreateAccount(holder, event);
  account.slotCount += change;
  account.save();
}
