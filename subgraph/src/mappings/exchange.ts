import { Listed, Sold, Unlisted } from "../generated/Exchange/Exchange";
import { Listing, Sale } from "../generated/schema";
import { actionId, listingId, numberId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { closeListing, isSlots } from "../store/listings";
import { getNetwork } from "../store/network";

/** A new listing of a token takes the place of the one before. */
export function handleListed(event: Listed): void {
  const listing = new Listing(listingId(event.params.collection, event.params.tokenId));
  if (isSlots(event.params.collection)) listing.slot = numberId(event.params.tokenId);
  else listing.gpu = numberId(event.params.tokenId);
  listing.seller = getOrCreateAccount(event.params.seller, event).id;
  listing.currency = event.params.currency;
  listing.price = event.params.price;
  listing.isOpen = true;
  listing.listedAt = event.block.timestamp;
  listing.save();
}

export function handleUnlisted(event: Unlisted): void {
  closeListing(event.params.collection, event.params.tokenId);
}

export function handleSold(event: Sold): void {
  closeListing(event.params.collection, event.params.tokenId);

  const sale = new Sale(actionId(event));
  if (isSlots(event.params.collection)) sale.slot = numberId(event.params.tokenId);
  else sale.gpu = numberId(event.params.tokenId);
  sale.seller = getOrCreateAccount(event.params.seller, event).id;
  sale.buyer = getOrCreateAccount(event.params.buyer, event).id;
  sale.currency = event.params.currency;
  sale.price = event.params.price;
  sale.royalty = event.params.royalty;
  sale.blockNumber = event.block.number;
  sale.timestamp = event.block.timestamp;
  sale.transactionHash = event.transaction.hash;
  sale.save();

  const network = getNetwork();
  network.saleCount += 1;
  network.save();
}
