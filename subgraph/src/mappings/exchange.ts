import { Bytes } from "@graphprotocol/graph-ts";
import { CurrencySet, Listed, RoyaltyWithdrawn, Sold, Unlisted } from "../generated/Exchange/Exchange";
import { Currency, Listing, Offer, RoyaltyWithdrawal, Sale, SalePoint } from "../generated/schema";
import { actionId, listingId, numberId } from "../ids";
import { getOrCreateAccount } from "../store/accounts";
import { closeListing, isSlots } from "../store/listings";
import { getNetwork } from "../store/network";
import { getOrCreateRoyalties } from "../store/royalties";
import { recordSetting, toNumber } from "../store/settings";

/** A new listing of a token takes the place of the one before. */
export function handleListed(event: Listed): void {
  closeListing(event.params.collection, event.params.tokenId, "REPLACED", event);
  const seller = getOrCreateAccount(event.params.seller, event);
  const tokenId = numberId(event.params.tokenId);
  const isSlot = isSlots(event.params.collection);

  const offer = new Offer(actionId(event));
  offer.gpu = isSlot ? null : tokenId;
  offer.slot = isSlot ? tokenId : null;
  offer.seller = seller.id;
  offer.currency = event.params.currency;
  offer.price = event.params.price;
  offer.listedAt = event.block.timestamp;
  offer.save();

  const listing = new Listing(listingId(event.params.collection, event.params.tokenId));
  listing.gpu = offer.gpu;
  listing.slot = offer.slot;
  listing.seller = seller.id;
  listing.currency = event.params.currency;
  listing.price = event.params.price;
  listing.transferCount = event.params.transferCount;
  listing.isOpen = true;
  listing.offer = offer.id;
  listing.listedAt = event.block.timestamp;
  listing.save();
}

export function handleUnlisted(event: Unlisted): void {
  closeListing(event.params.collection, event.params.tokenId, "UNLISTED", event);
}

export function handleSold(event: Sold): void {
  closeListing(event.params.collection, event.params.tokenId, "SOLD", event);
  const hasRoyalty = !event.params.royalty.isZero();
  if (hasRoyalty) creditRoyalty(event);

  const sale = new Sale(actionId(event));
  if (isSlots(event.params.collection)) sale.slot = numberId(event.params.tokenId);
  else sale.gpu = numberId(event.params.tokenId);
  sale.seller = getOrCreateAccount(event.params.seller, event).id;
  sale.buyer = getOrCreateAccount(event.params.buyer, event).id;
  sale.currency = event.params.currency;
  sale.price = event.params.price;
  sale.royalty = event.params.royalty;
  sale.royaltyReceiver = hasRoyalty ? changetype<Bytes>(event.params.royaltyReceiver) : null;
  sale.blockNumber = event.block.number;
  sale.timestamp = event.block.timestamp;
  sale.transactionHash = event.transaction.hash;
  sale.save();

  const point = new SalePoint(0); // the engine numbers a timeseries itself
  point.collection = event.params.collection;
  point.currency = event.params.currency;
  point.price = event.params.price;
  point.royalty = event.params.royalty;
  point.save();

  const network = getNetwork();
  network.saleCount += 1;
  network.save();
}

export function handleRoyaltyWithdrawn(event: RoyaltyWithdrawn): void {
  const royalties = getOrCreateRoyalties(event.params.receiver, event.params.currency, event);
  royalties.withdrawn = royalties.withdrawn.plus(event.params.amount);
  royalties.balance = royalties.balance.minus(event.params.amount);
  royalties.save();

  const withdrawal = new RoyaltyWithdrawal(actionId(event));
  withdrawal.receiver = royalties.receiver;
  withdrawal.currency = event.params.currency;
  withdrawal.amount = event.params.amount;
  withdrawal.blockNumber = event.block.number;
  withdrawal.timestamp = event.block.timestamp;
  withdrawal.transactionHash = event.transaction.hash;
  withdrawal.save();
}

export function handleCurrencySet(event: CurrencySet): void {
  const currency = new Currency(event.params.currency);
  currency.isAllowed = event.params.isAllowed;
  currency.changedAt = event.block.timestamp;
  currency.save();
  recordSetting(event, "CURRENCY", [toNumber(event.params.isAllowed)], [event.params.currency]);
}

function creditRoyalty(event: Sold): void {
  const royalties = getOrCreateRoyalties(event.params.royaltyReceiver, event.params.currency, event);
  royalties.credited = royalties.credited.plus(event.params.royalty);
  royalties.balance = royalties.balance.plus(event.params.royalty);
  royalties.save();
}
