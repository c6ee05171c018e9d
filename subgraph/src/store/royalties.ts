import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { RoyaltyBalance } from "../generated/schema";
import { pairId } from "../ids";
import { getOrCreateAccount } from "./accounts";

/** Royalties of a receiver in a currency, nothing at first; saved by the caller. */
export function getOrCreateRoyalties(receiver: Address, currency: Address, event: ethereum.Event): RoyaltyBalance {
  const id = pairId(receiver, currency);
  let royalties = RoyaltyBalance.load(id);
  if (royalties === null) {
    royalties = new RoyaltyBalance(id);
    royalties.receiver = getOrCreateAccount(receiver, event).id;
    royalties.currency = currency;
    royalties.credited = BigInt.zero();
    royalties.withdrawn = BigInt.zero();
    royalties.balance = BigInt.zero();
  }
  return royalties;
}
