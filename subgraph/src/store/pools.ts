import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Pool } from "../generated/schema";
import { numberId } from "../ids";

/** The row of a pool that the chain says exists. */
export function getPool(poolId: BigInt): Pool {
  return Pool.load(numberId(poolId))!;
}

/** A new pool's row with no rates yet, saved by the caller. */
export function createPool(poolId: BigInt, operatorId: BigInt, event: ethereum.Event): Pool {
  const pool = new Pool(numberId(poolId));
  pool.operator = numberId(operatorId);
  pool.spotRateDcPerHour = BigInt.zero();
  pool.onDemandRateDcPerHour = BigInt.zero();
  pool.reservedRateDcPerHour = BigInt.zero();
  pool.discountMinHours = [];
  pool.discountBps = [];
  pool.gpuCount = 0;
  pool.burnedDc = BigInt.zero();
  pool.createdAtBlock = event.block.number;
  pool.createdAt = event.block.timestamp;
  return pool;
}
