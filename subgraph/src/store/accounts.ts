import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Account } from "../generated/schema";

/** The account's row, made on its first appearance. */
export function getOrCreateAccount(address: Address, event: ethereum.Event): Account {
  let account = Account.load(address);
  if (account === null) {
    account = new Account(address);
    account.balanceDc = BigInt.zero();
    account.escrowDc = BigInt.zero();
    account.mintedDc = BigInt.zero();
    account.burnedDc = BigInt.zero();
    account.balanceBct = BigInt.zero();
    account.claimedBct = BigInt.zero();
    account.gpuCount = 0;
    account.slotCount = 0;
    account.createdAtBlock = event.block.number;
    account.save();
  }
  return account;
}

/** The row of an account that another row refers to. */
export function getAccount(id: Bytes): Account {
  return Account.load(id)!;
}
