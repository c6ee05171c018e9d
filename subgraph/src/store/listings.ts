import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Collection, Listing, Offer } from "../generated/schema";
import { listingId } from "../ids";

/** Notes which tokens a contract has, so that the exchange's events can be told apart. */
export function rememberCollection(address: Address, kind: string): void {
  if (Collection.load(address) !== null) return;
  const collection = new Collection(address);
  collection.kind = kind;
  collection.save();
}

/** Whether a collection that the exchange trades is that of the slots. Nothing is traded before it is minted. */
export function isSlots(collection: Address): boolean {
  return Collection.load(collection)!.kind == "SLOT";
}

/**
 * A listing dies when it is taken back, and when its token moves or changes. Nothing listed: nothing to do. It dies once:
 * a sale moves the token first and is told after it.
 */
export function closeListing(collection: Address, tokenId: BigInt, end: string, event: ethereum.Event): void {
  const listing = Listing.load(listingId(collection, tokenId));
  if (listing === null || (!listing.isOpen && end != "SOLD")) return;
  const offer = Offer.load(listing.offer)!;
  offer.end = end;
  offer.endedAt = event.block.timestamp;
  offer.save();
  if (!listing.isOpen) return;
  listing.isOpen = false;
  listing.save();
}
