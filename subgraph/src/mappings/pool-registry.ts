import { PoolCreated, RatesSet, SharesScheduled } from "../generated/PoolRegistry/PoolRegistry";
import { getNetwork } from "../store/network";
import { getOperator } from "../store/operators";
import { createPool, getPool } from "../store/pools";
import { enterEpoch, schedule } from "../store/shares";

export function handlePoolCreated(event: PoolCreated): void {
  const pool = createPool(event.params.poolId, event.params.operatorId, event);
  pool.modelId = event.params.modelId;
  pool.model = event.params.model;
  pool.region = event.params.region;
  pool.operatorBps = event.params.operatorBps;
  pool.poolBps = event.params.poolBps;
  pool.gpuBps = event.params.gpuBps;
  pool.save();

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
}

export function handleSharesScheduled(event: SharesScheduled): void {
  enterEpoch(event.params.scheduledIn);
  const rule = schedule(event.params.poolId, event.params.effectiveEpoch);
  rule.scheduledIn = event.params.scheduledIn;
  rule.operatorBps = event.params.operatorBps;
  rule.poolBps = event.params.poolBps;
  rule.gpuBps = event.params.gpuBps;
  rule.save();
}
