import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";

/** Id of the one Network row. */
export const NETWORK_ID = "network";

/** Id of an operator, pool, GPU, rental, slot or epoch: its on-chain number. @example "7" */
export function numberId(value: BigInt): string {
  return value.toString();
}

/** Id of a membership. @example "3-0x70997970c51812dc3a010c7d01b50e0d17dc79c8" */
export function memberId(operatorId: BigInt, account: Address): string {
  return operatorId.toString() + "-" + account.toHexString();
}

/** Id of a share rule: its pool and the epoch that it begins in. @example "2-19" */
export function shareRuleId(poolId: string, epoch: BigInt): string {
  return poolId + "-" + epoch.toString();
}

/** Id of a listing: its token. @example "0x8a791620dd6260079bf849dc5567adc3f2fdc318-7" */
export function listingId(collection: Address, tokenId: BigInt): string {
  return collection.toHexString() + "-" + tokenId.toString();
}

/** Id of an action: transaction hash, then log index in four bytes, little end first. @example 0x5fbd…e302000000 */
export function actionId(event: ethereum.Event): Bytes {
  return event.transaction.hash.concatI32(event.logIndex.toI32());
}
