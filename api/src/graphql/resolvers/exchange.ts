import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root, type ClassType } from "type-graphql";
import type * as chain from "../../sources/chain.ts";
import {
  isGpu,
  isOfModel,
  LISTING,
  LISTING_RECORD,
  SALE,
  type ListingRecordRow,
  type ListingRow,
  type SaleRow,
} from "../../sources/entities/exchange.ts";
import { SLOT, type SlotRow } from "../../sources/entities/slot.ts";
import { ascending, atLeast, atMost, below, descending, is, isBytes, NEWEST } from "../../sources/entity.ts";
import { addressArgument, PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { loadEntity, readList, readListOf } from "../lists.ts";
import { orderBy } from "../order.ts";
import { tokenPrice } from "../token-prices.ts";
import { Account } from "../types/account.ts";
import {
  Listing,
  ListingConnection,
  ListingRecord,
  ListingRecordConnection,
  ListingWhere,
  Sale,
  SaleConnection,
  SaleWhere,
  TokenKind,
  TokenPrice,
} from "../types/exchange.ts";
import { Gpu } from "../types/gpu.ts";
import { Slot } from "../types/slot.ts";

/** The ways to order listings. */
export const LISTING_ORDER = orderBy("ListingOrder", {
  LISTED_AT_ASC: { order: ascending("listed_at"), description: "The oldest first." },
  LISTED_AT_DESC: { order: descending("listed_at"), description: "The newest first." },
  PRICE_ASC: { order: ascending("price"), description: "By price in base units, the lowest first: give a `currency`." },
  PRICE_DESC: {
    order: descending("price"),
    description: "By price in base units, the highest first: give a `currency`.",
  },
});
/** The ways to order sales. */
export const SALE_ORDER = orderBy("SaleOrder", {
  AT_ASC: { order: { ...NEWEST, isDescending: false }, description: "The oldest first." },
  AT_DESC: { order: NEWEST, description: "The newest first." },
  PRICE_ASC: { order: ascending("price"), description: "By price in base units, the lowest first." },
  PRICE_DESC: { order: descending("price"), description: "By price in base units, the highest first." },
});
const BY_LISTING = descending("listed_at");

/** Listings and sales. */
@Resolver()
export class ExchangeQueryResolver {
  @Query(() => Listing, { nullable: true, description: "The last offer of a token; null: it was never offered." })
  listing(
    @Arg("id", () => ID, { description: "Address of the collection and token id." }) id: string,
    @Ctx() { snapshot }: Context,
  ): Promise<ListingRow | undefined> {
    return loadEntity(snapshot, LISTING, id);
  }

  @Query(() => ListingConnection, { nullable: true, description: "The last offer of each token." })
  listings(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ListingWhere, { nullable: true, description: "Which." }) where: ListingWhere | null | undefined,
    @Arg("orderBy", () => LISTING_ORDER.values, { defaultValue: "LISTED_AT_DESC", description: "In which order." })
    order: keyof typeof LISTING_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<ListingRow>> {
    const conditions = [
      ...isGpu(where?.kind ? where.kind === TokenKind.GPU : null),
      ...is("is_open", where?.isOpen),
      ...isBytes("seller", addressArgument("where.seller", where?.seller)),
      ...isBytes("currency", addressArgument("where.currency", where?.currency)),
      ...atMost("price", where?.maxPriceBaseUnits),
      ...isOfModel(where?.model),
    ];
    return readList(snapshot, LISTING, page, { where: conditions, order: LISTING_ORDER.orderOf(order) });
  }

  @Query(() => SaleConnection, { nullable: true, description: "Tokens sold on the exchange." })
  sales(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => SaleWhere, { nullable: true, description: "Which." }) where: SaleWhere | null | undefined,
    @Arg("orderBy", () => SALE_ORDER.values, { defaultValue: "AT_DESC", description: "In which order." })
    order: keyof typeof SALE_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<SaleRow>> {
    const secondsOf = (at: Date | null | undefined) => (at ? Math.ceil(at.getTime() / 1_000) : null);
    const conditions = [
      ...isGpu(where?.kind ? where.kind === TokenKind.GPU : null),
      ...isBytes("seller", addressArgument("where.seller", where?.seller)),
      ...isBytes("buyer", addressArgument("where.buyer", where?.buyer)),
      ...atLeast("timestamp", secondsOf(where?.from)),
      ...below("timestamp", secondsOf(where?.to)),
    ];
    return readList(snapshot, SALE, page, { where: conditions, order: SALE_ORDER.orderOf(order) });
  }
}

/** What is offered or was sold, and by whom. */
function tokenResolverOf(type: () => ClassType) {
  @Resolver(type)
  abstract class TokenResolver {
    @FieldResolver(() => Gpu, { nullable: true, description: "The GPU; null: it is a slot." })
    async gpu(@Root() row: ListingRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
      return row.gpuId === null ? undefined : load.gpu.load(row.gpuId);
    }

    @FieldResolver(() => Slot, { nullable: true, description: "The slot; null: it is a GPU." })
    slot(@Root() row: ListingRow, @Ctx() { snapshot }: Context): Promise<SlotRow | undefined> {
      return loadEntity(snapshot, SLOT, row.slotId);
    }

    @FieldResolver(() => Account, { nullable: true, description: "Who offers or sold it." })
    seller(@Root() row: ListingRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
      return load.account.load(row.sellerAddress);
    }
  }
  return TokenResolver;
}

/** A listing's token and price. */
@Resolver(() => Listing)
export class ListingResolver extends tokenResolverOf(() => Listing) {
  @FieldResolver(() => TokenPrice, { nullable: true, description: "What a buyer pays in all; in dollars of now." })
  async price(@Root() row: ListingRow, @Ctx() context: Context): Promise<TokenPrice> {
    const { block } = await context.asOf();
    return tokenPrice(context.snapshot, row.price, { currency: row.currencyAddress, at: block.timestamp });
  }
}

/** A past or present listing's token and price. */
@Resolver(() => ListingRecord)
export class ListingRecordResolver extends tokenResolverOf(() => ListingRecord) {
  @FieldResolver(() => TokenPrice, {
    nullable: true,
    description: "What a buyer was to pay in all; in dollars of its listing.",
  })
  price(@Root() row: ListingRecordRow, @Ctx() { snapshot }: Context): Promise<TokenPrice> {
    return tokenPrice(snapshot, row.price, { currency: row.currencyAddress, at: row.listedAt });
  }
}

/** A sale's token, people and price. */
@Resolver(() => Sale)
export class SaleResolver extends tokenResolverOf(() => Sale) {
  @FieldResolver(() => Account, { nullable: true, description: "Who bought it." })
  buyer(@Root() row: SaleRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(row.buyerAddress);
  }

  @FieldResolver(() => TokenPrice, { nullable: true, description: "What the buyer paid." })
  price(@Root() row: SaleRow, @Ctx() { snapshot }: Context): Promise<TokenPrice> {
    return tokenPrice(snapshot, row.price, { currency: row.currencyAddress, at: row.at });
  }

  @FieldResolver(() => TokenPrice, { nullable: true, description: "Part of the price that went to the operator." })
  royalty(@Root() row: SaleRow, @Ctx() { snapshot }: Context): Promise<TokenPrice> {
    return tokenPrice(snapshot, row.royalty, { currency: row.currencyAddress, at: row.at });
  }
}

/** Offers and sales of a GPU NFT. */
@Resolver(() => Gpu)
export class GpuExchangeResolver {
  @FieldResolver(() => Listing, { nullable: true, description: "Its last offer; null: it was never offered." })
  async listing(@Root() { id }: chain.GpuRow, @Ctx() { snapshot }: Context): Promise<ListingRow | undefined> {
    return (await readListOf(snapshot, LISTING, { column: "gpu", key: id }, { first: 1 }, { order: BY_LISTING }))
      .nodes[0];
  }

  @FieldResolver(() => ListingRecordConnection, { description: "All its offers, the newest first." })
  listings(@Root() { id }: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, LISTING_RECORD, { column: "gpu", key: id }, page, { order: BY_LISTING });
  }

  @FieldResolver(() => SaleConnection, { description: "Its sales, the newest first." })
  sales(@Root() { id }: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, SALE, { column: "gpu", key: id }, page, { order: NEWEST });
  }
}

/** Offers and sales of a slot. */
@Resolver(() => Slot)
export class SlotExchangeResolver {
  @FieldResolver(() => Listing, { nullable: true, description: "Its last offer; null: it was never offered." })
  async listing(@Root() { id }: SlotRow, @Ctx() { snapshot }: Context): Promise<ListingRow | undefined> {
    return (await readListOf(snapshot, LISTING, { column: "slot", key: id }, { first: 1 }, { order: BY_LISTING }))
      .nodes[0];
  }

  @FieldResolver(() => ListingRecordConnection, { description: "All its offers, the newest first." })
  listings(@Root() { id }: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, LISTING_RECORD, { column: "slot", key: id }, page, { order: BY_LISTING });
  }

  @FieldResolver(() => SaleConnection, { description: "Its sales, the newest first." })
  sales(@Root() { id }: SlotRow, @Args(() => PageArgs) page: PageArgs, @Ctx() { snapshot }: Context) {
    return readListOf(snapshot, SALE, { column: "slot", key: id }, page, { order: NEWEST });
  }
}

/** All of them. */
export const EXCHANGE_RESOLVERS = [
  ExchangeQueryResolver,
  ListingResolver,
  ListingRecordResolver,
  SaleResolver,
  GpuExchangeResolver,
  SlotExchangeResolver,
] as const;
