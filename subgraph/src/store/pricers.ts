import { ethereum } from "@graphprotocol/graph-ts";
import { Operator, Pool, PricerDelegation, PricerPeriod } from "../generated/schema";
import { poolActionId } from "../ids";

/** A pricer may set the pool's rates from here on; the pool is saved by the caller. */
export function beginPricing(pool: Pool, delegation: PricerDelegation, event: ethereum.Event): void {
  const period = new PricerPeriod(poolActionId(event, pool.id));
  period.pool = pool.id;
  period.delegation = delegation.id;
  period.fromAt = event.block.timestamp;
  period.fromBlock = event.block.number;
  period.save();
  pool.pricer = delegation.pricer;
  pool.pricerPeriod = period.id;
}

/** Whoever might set the pool's rates no longer may; the pool is saved by the caller. */
export function endPricing(pool: Pool, end: string, event: ethereum.Event): void {
  const id = pool.pricerPeriod;
  if (id === null) return;
  const period = PricerPeriod.load(id)!;
  period.end = end;
  period.toAt = event.block.timestamp;
  period.toBlock = event.block.number;
  period.save();
  pool.pricer = null;
  pool.pricerPeriod = null;
}

/** The identity has moved: a pricer holds only while whoever named it is the owner, and holds again when that one is. */
export function followOwner(operator: Operator, event: ethereum.Event): void {
  const pools = operator.pools.load();
  for (let i = 0; i < pools.length; i++) {
    const pool = pools[i];
    const delegationId = pool.delegation;
    if (delegationId === null) continue;
    const delegation = PricerDelegation.load(delegationId)!;
    const isNamedByOwner = delegation.namedBy.equals(operator.owner);
    if (isNamedByOwner && pool.pricerPeriod === null) beginPricing(pool, delegation, event);
    if (!isNamedByOwner) endPricing(pool, "OPERATOR_MOVED", event);
    pool.save();
  }
}
