import { Address } from "@graphprotocol/graph-ts";
import {
  PoolCreated,
  PricerSet,
  RatesSet,
  SharesScheduled,
  TermDiscountsSet,
} from "../generated/PoolRegistry/PoolRegistry";
import { DiscountChange, Operator, PricerDelegation, RateChange, ShareAnnouncement } from "../generated/schema";
import { actionId } from "../ids";
import { getNetwork } from "../store/network";
import { getOperator } from "../store/operators";
import { createPool, getPool } from "../store/pools";
import { beginPricing, endPricing } from "../store/pricers";
import { createFirstRule, enterEpoch, schedule } from "../store/shares";

export function handlePoolCreated(event: PoolCreated): void {
  const pool = createPool(event.params.poolId, event.params.operatorId, event);
  pool.modelId = event.params.modelId;
  pool.model = event.params.model;
  pool.region = event.params.region;
  pool.operatorBps = event.params.operatorBps;
  pool.poolBps = event.params.poolBps;
  pool.gpuBps = event.params.gpuBps;
  pool.save();
  createFirstRule(pool);

  const operator = getOperator(event.params.operatorId);
  operator.poolCount += 1;
  operator.save();

  const network = getNetwork();
  network.poolCount += 1;
  network.save();
}

export function handleRatesSet(event: RatesSet): void {
  const pool = getPool(event.params.poolId);
  pool.spotRateDcPerHour = event.params.spot;
  pool.onDemandRateDcPerHour = event.params.onDemand;
  pool.reservedRateDcPerHour = event.params.reserved;
  pool.save();

  const change = new RateChange(actionId(event));
  change.pool = pool.id;
  change.setBy = event.params.setBy;
  change.isByPricer = !event.params.setBy.equals(Operator.load(pool.operator)!.owner);
  change.spotRateDcPerHour = event.params.spot;
  change.onDemandRateDcPerHour = event.params.onDemand;
  change.reservedRateDcPerHour = event.params.reserved;
  change.blockNumber = event.block.number;
  change.timestamp = event.block.timestamp;
  change.transactionHash = event.transaction.hash;
  change.save();
}

export function handleTermDiscountsSet(event: TermDiscountsSet): void {
  const pool = getPool(event.params.poolId);
  pool.discountMinHours = event.params.minHours;
  pool.discountBps = event.params.bps;
  pool.save();

  const change = new DiscountChange(actionId(event));
  change.pool = pool.id;
  change.minHours = event.params.minHours;
  change.bps = event.params.bps;
  change.blockNumber = event.block.number;
  change.timestamp = event.block.timestamp;
  change.transactionHash = event.transaction.hash;
  change.save();
}

/** Of a right that has lapsed with a sale of the identity, the end was told before, by that sale. */
export function handlePricerSet(event: PricerSet): void {
  const pool = getPool(event.params.poolId);
  const isRemoved = event.params.pricer.equals(Address.zero());
  endPricing(pool, isRemoved ? "REMOVED" : "REPLACED", event);
  if (isRemoved) {
    pool.delegation = null;
  } else {
    const delegation = createDelegation(event);
    pool.delegation = delegation.id;
    beginPricing(pool, delegation, event);
  }
  pool.save();
}

export function handleSharesScheduled(event: SharesScheduled): void {
  enterEpoch(event.params.scheduledIn);
  const rule = schedule(event.params.poolId, event.params.effectiveEpoch);
  rule.scheduledIn = event.params.scheduledIn;
  rule.operatorBps = event.params.operatorBps;
  rule.poolBps = event.params.poolBps;
  rule.gpuBps = event.params.gpuBps;
  rule.save();

  const announcement = new ShareAnnouncement(actionId(event));
  announcement.pool = rule.pool;
  announcement.effectiveEpoch = event.params.effectiveEpoch;
  announcement.scheduledIn = event.params.scheduledIn;
  announcement.operatorBps = event.params.operatorBps;
  announcement.poolBps = event.params.poolBps;
  announcement.gpuBps = event.params.gpuBps;
  announcement.blockNumber = event.block.number;
  announcement.timestamp = event.block.timestamp;
  announcement.transactionHash = event.transaction.hash;
  announcement.save();
}

/** Only the holder of the operator's identity names a pricer. */
function createDelegation(event: PricerSet): PricerDelegation {
  const pool = getPool(event.params.poolId);
  const delegation = new PricerDelegation(actionId(event));
  delegation.pool = pool.id;
  delegation.pricer = event.params.pricer;
  delegation.namedBy = Operator.load(pool.operator)!.owner;
  delegation.spotFloorDcPerHour = event.params.floor.spot;
  delegation.spotCapDcPerHour = event.params.cap.spot;
  delegation.onDemandFloorDcPerHour = event.params.floor.onDemand;
  delegation.onDemandCapDcPerHour = event.params.cap.onDemand;
  delegation.reservedFloorDcPerHour = event.params.floor.reserved;
  delegation.reservedCapDcPerHour = event.params.cap.reserved;
  delegation.maxStepBps = event.params.maxStepBps;
  delegation.minInterval = event.params.minInterval;
  delegation.blockNumber = event.block.number;
  delegation.timestamp = event.block.timestamp;
  delegation.transactionHash = event.transaction.hash;
  delegation.save();
  return delegation;
}
