import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";

/** Id of the one Network row. */
export const NETWORK_ID = "network";

/** Id of an operator, pool, GPU or rental: its on-chain number. @example "7" */
export function numberId(value: BigInt): string {
  return value.toString();
}

/** Id of a membership. @example "3-0x70997970c51812dc3a010c7d01b50e0d17dc79c8" */
export function memberId(operatorId: BigInt, account: Address): string {
  return operatorId.toString() + "-" + account.toHexString();
}

/** Id of an action: transaction hash, then log index in four bytes, little end first. @example 0x5fbd…e302000000 */
export function actionId(event: ethereum.Event): Bytes {
  return event.transaction.hash.concatI32(event.logIndex.toI32());
}
