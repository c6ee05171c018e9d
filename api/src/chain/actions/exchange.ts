import type { Address } from "viem";
import { asAddress, type Action, type Cost, type Sender } from "../draft.ts";
import type { Reads } from "../reads.ts";

/** A token of one of the two collections that the exchange trades: just one is given. */
export interface OfToken extends Sender {
  gpu?: string;
  slot?: string;
}

const tokenOf = ({ gpu, slot }: OfToken) =>
  gpu === undefined
    ? ({ collection: "TimeSlots", tokenId: BigInt(slot ?? 0) } as const)
    : ({ collection: "GpuNFT", tokenId: BigInt(gpu) } as const);

/** What a token is offered for. */
export interface ListToken extends OfToken {
  /** base units of the currency */
  price: bigint;
  /** left out: BCT */
  currency?: string;
}

/** Offers a token at a fixed price. The exchange must be allowed to hand it over. */
export const listToken: Action<ListToken> = (input, reads) => {
  const { collection, tokenId } = tokenOf(input);
  const { addresses } = reads;
  const currency = input.currency === undefined ? addresses.ComputeToken : asAddress(input.currency);
  return {
    call: reads.call("Exchange", "list", [addresses[collection], tokenId, currency, input.price]),
    cost: {},
    need: { kind: "NFT", collection, tokenId, spender: addresses.Exchange },
  };
};

/** Takes an offer back. */
export const cancelListing: Action<OfToken> = (input, reads) => {
  const { collection, tokenId } = tokenOf(input);
  return { call: reads.call("Exchange", "cancel", [reads.addresses[collection], tokenId]), cost: {} };
};

/** A token to be bought as it is offered now, or as the buyer saw it. */
export interface BuyToken extends OfToken {
  /** base units of the offer's currency; null: its price of now */
  maxPrice?: bigint;
  /** the token's count when the buyer looked; null: of now */
  transferCount?: bigint;
}

/** Buys a token that is listed, in the currency of its offer. */
export const buyToken: Action<BuyToken> = async (input, reads) => {
  const { collection, tokenId } = tokenOf(input);
  const { addresses } = reads;
  const listing = await reads.read("Exchange", "listingOf", [addresses[collection], tokenId]);
  const isListed = listing !== undefined && BigInt(listing.seller) !== 0n;
  const currency = isListed ? listing.currency : addresses.ComputeToken;
  const price = isListed ? listing.price : 0n;
  const args = [
    addresses[collection],
    tokenId,
    currency,
    input.maxPrice ?? price,
    input.transferCount ?? (isListed ? listing.transferCount : 0n),
  ] as const;
  return {
    call: reads.call("Exchange", "buy", args),
    cost: isListed ? paid(reads, currency, price) : null,
    // the royalty goes first, so that the exchange's own error asks for less than the whole price
    ...(isListed
      ? { need: { kind: "TOKENS" as const, token: currency, spender: addresses.Exchange, amount: price } }
      : {}),
  };
};

function paid({ addresses }: Reads, currency: Address, amount: bigint): Partial<Cost> {
  const isBct = currency.toLowerCase() === addresses.ComputeToken.toLowerCase();
  return isBct ? { bct: amount } : { other: { currency, amount } };
}

/** A currency of royalties. */
export interface WithdrawRoyalties extends Sender {
  /** left out: BCT */
  currency?: string;
}

/** Pays the sender its royalties. */
export const withdrawRoyalties: Action<WithdrawRoyalties> = async ({ from, currency: named }, reads) => {
  const bct = reads.addresses.ComputeToken;
  const currency = named === undefined ? bct : asAddress(named);
  const amount = await reads.read("Exchange", "royaltiesOf", [asAddress(from), currency]);
  const isBct = currency.toLowerCase() === bct.toLowerCase();
  return {
    call: reads.call("Exchange", "withdrawRoyalties", [currency]),
    cost: amount === undefined ? null : isBct ? { returnsBct: amount } : {},
  };
};
