import { amount, bool, entity, hex, maybe, seconds, text, type Condition, type Entity } from "../entity.ts";

type Row<Kind> = Kind extends Entity<infer R> ? R : never;

/** What is offered: of `gpuId` and `slotId` one is null. The price is in base units of the currency. */
const TOKEN = {
  gpuId: maybe(text("gpu")),
  slotId: maybe(text("slot")),
  sellerAddress: hex("seller"),
  currencyAddress: hex("currency"),
  price: amount("price"),
};

/** The last offer of a token. */
export const LISTING = entity("listing", "text", {
  id: text("id"),
  ...TOKEN,
  isOpen: bool("is_open"),
  listedAt: seconds("listed_at"),
});
/** A row of `LISTING`. */
export type ListingRow = Row<typeof LISTING>;

/** One offer of a token, from its listing to its end. */
export const LISTING_RECORD = entity("offer", "bytes", {
  id: hex("id"),
  ...TOKEN,
  listedAt: seconds("listed_at"),
  endedAt: maybe(seconds("ended_at")),
  end: maybe(text('"end"')),
});
/** A row of `LISTING_RECORD`. */
export type ListingRecordRow = Row<typeof LISTING_RECORD>;

/** A token that was sold. */
export const SALE = entity("sale", "bytes", {
  id: hex("id"),
  ...TOKEN,
  buyerAddress: hex("buyer"),
  royalty: amount("royalty"),
  royaltyReceiver: maybe(hex("royalty_receiver")),
  blockNumber: seconds("block_number"),
  at: seconds("timestamp"),
  transactionHash: hex("transaction_hash"),
});
/** A row of `SALE`. */
export type SaleRow = Row<typeof SALE>;

/** Those of GPU NFTs, or those of slots; all, where it is null. */
export const isGpu = (value: boolean | null): Condition[] =>
  value === null ? [] : [{ sql: (parameter) => `(gpu is not null) = ${parameter}`, value }];

/** Listings of GPUs of this model, and of slots on them; all, where it is null or absent. */
export function isOfModel(model: string | null | undefined): Condition[] {
  if (model === null || model === undefined) return [];
  const sql = (parameter: string): string => `coalesce(gpu, (select s.gpu from chain.slot s where s.id = listing.slot))
    in (select g.id from chain.gpu g where g.model = ${parameter})`;
  return [{ sql, value: model }];
}
