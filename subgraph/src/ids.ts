import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";

/** Id of the one Network row. */
export const NETWORK_ID = "network";

/** Id of an operator, pool, GPU, rental, slot, epoch, round of oracles or of prices: its on-chain number. @example "7" */
export function numberId(value: BigInt): string {
  return value.toString();
}

/** Id of a membership. @example "3-0x70997970c51812dc3a010c7d01b50e0d17dc79c8" */
export function memberId(operatorId: BigInt, account: Address): string {
  return operatorId.toString() + "-" + account.toHexString();
}

/** Id of a share rule: its pool and the epoch that it begins in, 0 for the pool's first. @example "2-19" */
export function shareRuleId(poolId: string, epoch: BigInt): string {
  return poolId + "-" + epoch.toString();
}

/** Id of a listing: its token. @example "0x8a791620dd6260079bf849dc5567adc3f2fdc318-7" */
export function listingId(collection: Address, tokenId: BigInt): string {
  return collection.toHexString() + "-" + tokenId.toString();
}

/**
 * Id of what one address has to do with another: an allowance (holder, spender), a balance of royalties (receiver,
 * currency). @example "0x70997970c51812dc3a010c7d01b50e0d17dc79c8-0x5fbdb2315678afecb367f032d93f642f64180aa3"
 */
export function pairId(first: Address, second: Address): string {
  return first.toHexString() + "-" + second.toHexString();
}

/**
 * Id of an action, and of a period that it begins: transaction hash, then log index in four bytes, little end first.
 * @example 0x5fbd…e302000000
 */
export function actionId(event: ethereum.Event): Bytes {
  return event.transaction.hash.concatI32(event.logIndex.toI32());
}

/** Id of a period that begins for one pool among several with the same log: as of an action, then the pool's number. */
export function poolActionId(event: ethereum.Event, poolId: string): Bytes {
  return actionId(event).concatI32(BigInt.fromString(poolId).toI32());
}
