import { BigInt } from "@graphprotocol/graph-ts";
import { UsageSettled } from "../generated/Marketplace/Marketplace";
import { UsagePoint, UsageSettlement } from "../generated/schema";
import { actionId } from "../ids";
import { getOrCreateAccount } from "./accounts";
import { getGpu } from "./gpus";
import { getOperator } from "./operators";
import { getPool } from "./pools";
import { enterEpoch } from "./shares";

/**
 * Counts a burn for use, a rental's or a slot's, for GPU, pool, operator and payer. The caller names its source and saves
 * the row.
 *
 * @param seconds that it paid for
 */
export function createSettlement(event: UsageSettled, seconds: BigInt): UsageSettlement {
  const amount = event.params.amountDc;
  enterEpoch(event.params.epoch);

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

  const payer = getOrCreateAccount(event.params.payer, event);
  payer.escrowDc = payer.escrowDc.minus(amount);
  payer.burnedDc = payer.burnedDc.plus(amount);
  payer.save();

  const point = new UsagePoint(0); // the engine numbers a timeseries itself
  point.gpu = gpu.id;
  point.pool = pool.id;
  point.operator = operator.id;
  point.payer = payer.id;
  point.amountDc = amount;
  point.bctEquivalent = event.params.bctEquivalent;
  point.seconds = seconds;
  point.save();

  const settlement = new UsageSettlement(actionId(event));
  settlement.gpu = gpu.id;
  settlement.pool = pool.id;
  settlement.operator = operator.id;
  settlement.payer = payer.id;
  settlement.amountDc = amount;
  settlement.bctEquivalent = event.params.bctEquivalent;
  settlement.fromTime = event.params.fromTime;
  settlement.toTime = event.params.toTime;
  settlement.epoch = event.params.epoch;
  settlement.blockNumber = event.block.number;
  settlement.timestamp = event.block.timestamp;
  settlement.transactionHash = event.transaction.hash;
  return settlement;
}
