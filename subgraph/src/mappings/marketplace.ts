import {
  IntakePaused,
  RentalEnded,
  RentalStarted,
  RentalToppedUp,
  ReservedEndSet,
  SlotsSet,
  SpotPreemptionNotice,
  UsageSettled,
} from "../generated/Marketplace/Marketplace";
import { PreemptionNotice, RentalTopUp, ReservedEndChange } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getAccount, getOrCreateAccount } from "../store/accounts";
import { endReason, tier } from "../store/enums";
import { getGpu } from "../store/gpus";
import { getNetwork } from "../store/network";
import { createRental, getRental } from "../store/rentals";
import { recordSetting, toNumber } from "../store/settings";
import { createSettlement } from "../store/settlements";

export function handleRentalStarted(event: RentalStarted): void {
  const rental = createRental(event.params.rentalId, event.params.startAt);
  rental.gpu = numberId(event.params.gpuId);
  rental.pool = numberId(event.params.poolId);
  rental.operator = numberId(event.params.operatorId);
  rental.customer = getOrCreateAccount(event.params.customer, event).id;
  rental.tier = tier(event.params.tier);
  rental.rateDcPerHour = event.params.rateDcPerHour;
  rental.depositedDc = event.params.escrowDc;
  rental.paidUntil = event.params.paidUntil;
  rental.endsBy = event.params.endsBy.isZero() ? null : event.params.endsBy;
  rental.createdAtBlock = event.block.number;
  rental.save();

  const gpu = getGpu(event.params.gpuId);
  gpu.rental = rental.id;
  gpu.rentalCount += 1;
  gpu.save();

  const network = getNetwork();
  network.rentalCount += 1;
  network.save();
}

export function handleRentalToppedUp(event: RentalToppedUp): void {
  const rental = getRental(event.params.rentalId);
  rental.depositedDc = rental.depositedDc.plus(event.params.amountDc);
  rental.paidUntil = event.params.paidUntil;
  rental.save();

  // Escrow is the customer's from here on, whoever put it in: burns and refunds take it from the customer.
  const payer = getOrCreateAccount(event.params.payer, event);
  payer.escrowDc = payer.escrowDc.minus(event.params.amountDc);
  payer.save();
  const customer = getAccount(rental.customer);
  customer.escrowDc = customer.escrowDc.plus(event.params.amountDc);
  customer.save();

  const topUp = new RentalTopUp(actionId(event));
  topUp.rental = rental.id;
  topUp.payer = payer.id;
  topUp.amountDc = event.params.amountDc;
  topUp.paidUntil = event.params.paidUntil;
  topUp.blockNumber = event.block.number;
  topUp.timestamp = event.block.timestamp;
  topUp.transactionHash = event.transaction.hash;
  topUp.save();
}

export function handleUsageSettled(event: UsageSettled): void {
  const rental = getRental(event.params.sourceId);
  rental.burnedDc = rental.burnedDc.plus(event.params.amountDc);
  rental.settledUntil = event.params.toTime;
  rental.save();

  const settlement = createSettlement(event, event.params.toTime.minus(event.params.fromTime));
  settlement.rental = rental.id;
  settlement.save();
}

export function handleRentalEnded(event: RentalEnded): void {
  const rental = getRental(event.params.rentalId);
  rental.refundedDc = event.params.refundDc;
  rental.endAt = event.params.endAt;
  rental.endReason = endReason(event.params.reason);
  rental.isEnded = true;
  rental.save();

  const gpu = getGpu(event.params.gpuId);
  if (gpu.rental == rental.id) {
    gpu.rental = null;
    gpu.save();
  }
}

export function handleSpotPreemptionNotice(event: SpotPreemptionNotice): void {
  const rental = getRental(event.params.rentalId);
  rental.endsBy = event.params.endsBy;
  rental.save();

  const notice = new PreemptionNotice(actionId(event));
  notice.rental = rental.id;
  notice.slot = numberId(event.params.slotId);
  notice.endsBy = event.params.endsBy;
  notice.blockNumber = event.block.number;
  notice.timestamp = event.block.timestamp;
  notice.transactionHash = event.transaction.hash;
  notice.save();
}

/** Of a reserved rental, which is paid up to the end of its slot. */
export function handleReservedEndSet(event: ReservedEndSet): void {
  const rental = getRental(event.params.rentalId);
  rental.endsBy = event.params.endsBy;
  rental.paidUntil = event.params.endsBy;
  rental.save();

  const change = new ReservedEndChange(actionId(event));
  change.rental = rental.id;
  change.endsBy = event.params.endsBy;
  change.blockNumber = event.block.number;
  change.timestamp = event.block.timestamp;
  change.transactionHash = event.transaction.hash;
  change.save();
}

export function handleIntakePaused(event: IntakePaused): void {
  const network = getNetwork();
  network.isIntakePaused = event.params.isPaused;
  network.save();
  recordSetting(event, "PAUSE", [toNumber(event.params.isPaused)], []);
}

export function handleSlotsSet(event: SlotsSet): void {
  recordSetting(event, "SLOTS", [], [event.params.slots]);
}
