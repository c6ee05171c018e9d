import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BigIntScalar, BytesScalar, DateTimeScalar, DecimalScalar } from "../scalars.ts";
import { RatioMeasure, UsdMeasure } from "./measures.ts";
import { LogRecord } from "./records.ts";

/** As the subgraph names them. */
export enum ListingEnd {
  UNLISTED = "UNLISTED",
  SOLD = "SOLD",
  TOKEN_CHANGED = "TOKEN_CHANGED",
  REPLACED = "REPLACED",
}

registerEnumType(ListingEnd, {
  name: "ListingEnd",
  description: "What came of a listing.",
  valuesConfig: {
    UNLISTED: { description: "It was taken back, or cleared away after the token had moved." },
    SOLD: { description: "The token was sold." },
    TOKEN_CHANGED: { description: "The token moved or changed, and can't be bought as listed." },
    REPLACED: { description: "It was listed anew." },
  },
});

/** What a token is. */
export enum TokenKind {
  GPU = "GPU",
  SLOT = "SLOT",
}

registerEnumType(TokenKind, {
  name: "TokenKind",
  description: "What the exchange trades.",
  valuesConfig: { GPU: { description: "A GPU NFT." }, SLOT: { description: "A time slot." } },
});

/** A price in some ERC-20. */
@ObjectType({ simpleResolvers: true, description: "A price in an ERC-20." })
export class TokenPrice {
  @Field(() => BytesScalar, { description: "Address of the ERC-20." })
  currency!: string;

  @Field(() => String, { nullable: true, description: "What its maker calls it; null: its contract wasn't asked yet." })
  symbol!: string | null;

  @Field(() => BigIntScalar, { description: "Base units of the ERC-20." })
  baseUnits!: bigint;

  @Field(() => DecimalScalar, { nullable: true, description: "Whole tokens; null: their decimals aren't known yet." })
  amount!: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      "US dollars at the price of BCT at that time, toward 0; null: the ERC-20 isn't BCT, or it had no price.",
  })
  usd!: string | null;
}

/** Shows a `ListingRow`; what takes another read is in `resolvers/exchange.ts`. */
@ObjectType({ simpleResolvers: true, description: "The last offer of a token at a fixed price." })
export class Listing {
  @Field(() => ID, { description: "Address of the collection and token id." })
  id!: string;

  @Field(() => Boolean, {
    description: "Neither taken back nor sold, and the token hasn't moved or changed since. CURRENT.",
  })
  isOpen!: boolean;

  @Field(() => DateTimeScalar, { description: "When it was listed. CURRENT." })
  listedAt!: bigint;
}

/** A page of listings. */
@ObjectType({ simpleResolvers: true, description: "A page of listings." })
export class ListingConnection extends connectionOf("Listing", () => Listing) {}

/** Filter of a list of listings; null and absent are the same. */
@InputType({ description: "Which listings; all that are given must hold." })
export class ListingWhere {
  @Field(() => TokenKind, { nullable: true, description: "Of GPU NFTs or of slots." })
  kind?: TokenKind | null;

  @Field(() => Boolean, { nullable: true, description: "Those that stand, or those that don't." })
  isOpen?: boolean | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the seller." })
  seller?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the ERC-20 that the price is in." })
  currency?: string | null;

  @Field(() => BigIntScalar, { nullable: true, description: "Highest price, base units of the currency." })
  maxPriceBaseUnits?: bigint | null;

  @Field(() => String, { nullable: true, description: "Model of the GPU offered, as DCGM names it." })
  model?: string | null;
}

/** What a GPU that is offered earns and would be worth: a part of a `PortfolioGpu`. */
@ObjectType({ simpleResolvers: true, description: "What a GPU NFT earns and would be worth, beside its price." })
export class GpuValuation {
  @Field(() => UsdMeasure, { description: "What is asked for it now, US dollars." })
  askUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "Lowest price asked now for a GPU of its model, US dollars." })
  floorPriceUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "What it was sold for the last time, US dollars." })
  lastPriceUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "Its rewards of the last 30 days to its holder, US dollars." })
  trailingIncomeUsd!: UsdMeasure;

  @Field(() => UsdMeasure, { description: "PROJECTION: net asset value, US dollars, as in `ProjectedMetrics`." })
  netAssetValueUsd!: UsdMeasure;

  @Field(() => RatioMeasure, { description: "PROJECTION: price asked / net asset value − 1." })
  premium!: RatioMeasure;
}

/** Shows a `ListingRecordRow`; what takes another read is in `resolvers/exchange.ts`. */
@ObjectType({ simpleResolvers: true, description: "One offer of a token, from its listing to its end." })
export class ListingRecord {
  @Field(() => ID, { description: "Transaction hash and log index of the listing." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "When it was listed." })
  listedAt!: bigint;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it ended; null: it stands. CURRENT." })
  endedAt!: bigint | null;

  @Field(() => ListingEnd, { nullable: true, description: "How it ended; null: it stands. CURRENT." })
  end!: ListingEnd | null;
}

/** A page of records. */
@ObjectType({ simpleResolvers: true, description: "A page of past and present listings." })
export class ListingRecordConnection extends connectionOf("ListingRecord", () => ListingRecord) {}

/** Shows a `SaleRow`; what takes another read is in `resolvers/exchange.ts`. */
@ObjectType({ simpleResolvers: true, description: "A token sold on the exchange." })
export class Sale extends LogRecord {
  @Field(() => BytesScalar, {
    nullable: true,
    description: "Address that the royalty was credited to; null: there was none.",
  })
  royaltyReceiver!: string | null;
}

/** A page of sales. */
@ObjectType({ simpleResolvers: true, description: "A page of sales." })
export class SaleConnection extends connectionOf("Sale", () => Sale) {}

/** Filter of a list of sales; null and absent are the same. */
@InputType({ description: "Which sales; all that are given must hold." })
export class SaleWhere {
  @Field(() => TokenKind, { nullable: true, description: "Of GPU NFTs or of slots." })
  kind?: TokenKind | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the seller." })
  seller?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the buyer." })
  buyer?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Not before this." })
  from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Before this." })
  to?: Date | null;
}
