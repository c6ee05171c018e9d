import { BigInt } from "@graphprotocol/graph-ts";
import { Pool, ShareRule } from "../generated/schema";
import { numberId, shareRuleId } from "../ids";
import { getNetwork } from "./network";

/** The rule of a pool from its creation on. No later one can take its place: each needs notice. */
export function createFirstRule(pool: Pool): void {
  const rule = new ShareRule(shareRuleId(pool.id, BigInt.zero()));
  rule.pool = pool.id;
  rule.effectiveEpoch = BigInt.zero();
  rule.scheduledIn = BigInt.zero();
  rule.operatorBps = pool.operatorBps;
  rule.poolBps = pool.poolBps;
  rule.gpuBps = pool.gpuBps;
  rule.save();
}

/** The rule of a pool for an epoch to come, saved by the caller; in the place of an earlier one for that epoch. */
export function schedule(poolId: BigInt, effectiveEpoch: BigInt): ShareRule {
  const id = shareRuleId(numberId(poolId), effectiveEpoch);
  const rule = new ShareRule(id);
  rule.pool = numberId(poolId);
  rule.effectiveEpoch = effectiveEpoch;

  const network = getNetwork();
  const ahead = network.sharesAhead;
  if (ahead.indexOf(id) < 0) ahead.push(id);
  network.sharesAhead = ahead;
  network.save();
  return rule;
}

/** The network is in this epoch by now: the share rules that have begun become their pools'. */
export function enterEpoch(epoch: BigInt): void {
  const network = getNetwork();
  if (epoch.le(network.epoch)) return;
  network.epoch = epoch;
  const waiting: string[] = [];
  const ahead = network.sharesAhead;
  for (let i = 0; i < ahead.length; i++) {
    const rule = ShareRule.load(ahead[i])!;
    // A pool's rules are announced in the order in which they begin: the later one is applied last.
    if (rule.effectiveEpoch.le(epoch)) apply(rule);
    else waiting.push(ahead[i]);
  }
  network.sharesAhead = waiting;
  network.save();
}

function apply(rule: ShareRule): void {
  const pool = Pool.load(rule.pool)!;
  pool.operatorBps = rule.operatorBps;
  pool.poolBps = rule.poolBps;
  pool.gpuBps = rule.gpuBps;
  pool.save();
}
