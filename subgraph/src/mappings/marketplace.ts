import { RentalEnded, RentalStarted, RentalToppedUp, UsageSettled } from "../generated/Marketplace/Marketplace";
import { UsagePoint, UsageSettlement } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { getAccount, getOrCreateAccount } from "../store/accounts";
import { endReason, tier } from "../store/enums";
import { getGpu } from "../store/gpus";
import { getNetwork } from "../store/network";
import { getOperator } from "../store/operators";
import { getPool } from "../store/pools";
import { createRental, getRental } from "../store/rentals";

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
}

export function handleUsageSettled(event: UsageSettled): void {
  const amount = event.params.amountDc;
  const seconds = event.params.toTime.minus(event.params.fromTime);

  const rental = getRental(event.params.sourceId);
  rental.burnedDc = rental.burnedDc.plus(amount);
  rental.settledUntil = event.params.toTime;
  rental.save();

  const gpu = getGpu(event.params.gpuId);
  gpu.burnedDc = gpu.burnedDc.plus(amount);
  gpu.paidSeconds = gpu.paidSeconds.plus(seconds);
  gpu.save();

  const pool = getPool(event.params.poolId);
  pool.burnedDc = pool.burnedDc.plus(amount);
  pool.save();

  const operator = getOperator(event.params.operatorId);
  operator.burnedDc = operator.burnedDc.plus(amount);
  operator.save();

  const settlement = new UsageSettlement(actionId(event));
  settlement.rental = rental.id;
  settlement.gpu = gpu.id;
  settlement.pool = pool.id;
  settlement.operator = operator.id;
  settlement.payer = getOrCreateAccount(event.params.payer, event).id;
  settlement.amountDc = amount;
  settlement.bctEquivalent = event.params.bctEquivalent;
  settlement.fromTime = event.params.fromTime;
  settlement.toTime = event.params.toTime;
  settlement.epoch = event.params.epoch;
  settlement.blockNumber = event.block.number;
  settlement.timestamp = event.block.timestamp;
  settlement.transactionHash = event.transaction.hash;
  settlement.save();

  const point = new UsagePoint(0); // the engine numbers a timeseries itself
  point.gpu = gpu.id;
  point.pool = pool.id;
  point.operator = operator.id;
  point.amountDc = amount;
  point.seconds = seconds;
  point.save();
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
