import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { SettingChange } from "../generated/schema";
import { actionId } from "../ids";

/** Records a change of the network's settings; what `numbers` and `accounts` hold is said with `SettingKind`. */
export function recordSetting(event: ethereum.Event, kind: string, numbers: BigInt[], accounts: Address[]): void {
  const change = new SettingChange(actionId(event));
  change.kind = kind;
  change.contract = event.address;
  change.numbers = numbers;
  change.accounts = accounts.map<Bytes>((account) => account);
  change.blockNumber = event.block.number;
  change.timestamp = event.block.timestamp;
  change.transactionHash = event.transaction.hash;
  change.save();
}

/** 1 or 0, as settings tell it. */
export function toNumber(isSo: boolean): BigInt {
  return BigInt.fromI32(isSo ? 1 : 0);
}
