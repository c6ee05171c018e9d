import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";
import { BctScalar, BigIntScalar, BytesScalar, DateTimeScalar, DcScalar, UsdScalar } from "../scalars.ts";
import { RatioMeasure } from "./measures.ts";

/** How long a candle is. */
export enum CandleStep {
  HOUR = "HOUR",
  DAY = "DAY",
}

registerEnumType(CandleStep, {
  name: "CandleStep",
  description: "How long a candle is.",
  valuesConfig: { HOUR: { description: "A UTC hour." }, DAY: { description: "A UTC day." } },
});

/** Shows an `EconomyRow`. */
@ObjectType({ simpleResolvers: true, description: "The network's money and its limits." })
export class Economy {
  @Field(() => Int, { description: "Slots reserved or made by a split, count. CUMULATIVE." })
  slotCount!: number;

  @Field(() => Int, { description: "Tokens sold on the exchange, count. CUMULATIVE." })
  saleCount!: number;

  @Field(() => BctScalar, { description: "In existence, BCT. CURRENT." })
  supplyBct!: bigint;

  @Field(() => BctScalar, { description: "Minted, the genesis supply and rewards, BCT. CUMULATIVE." })
  mintedBct!: bigint;

  @Field(() => BctScalar, { description: "Burned by anybody for any reason, BCT. CUMULATIVE." })
  destroyedBct!: bigint;

  @Field(() => BctScalar, { description: "Minted as rewards of final epochs, BCT. CUMULATIVE." })
  rewardedBct!: bigint;

  @Field(() => BctScalar, { description: "Rewards that wallets were paid, BCT. CUMULATIVE." })
  claimedBct!: bigint;

  @Field(() => BigIntScalar, {
    description: "How much of the BCT that use was worth may be minted, basis points. CURRENT.",
  })
  kappaBps!: bigint;

  @Field(() => DcScalar, { description: "Can be minted at once, DC. CURRENT." })
  mintCapacityDc!: bigint;

  @Field(() => BigIntScalar, { description: "In which time as many again can be minted, seconds. CURRENT." })
  mintWindowSeconds!: bigint;

  @Field(() => Boolean, { description: "Whether minting of Data Credits is stopped. CURRENT." })
  isMintingPaused!: boolean;

  @Field(() => Boolean, { description: "Whether new rentals and slots are stopped. CURRENT." })
  isIntakePaused!: boolean;
}

/** Columns of equal length. */
@ObjectType({
  simpleResolvers: true,
  description: "The network by UTC day, as columns: the n-th entries of all lists belong to the day `day[n]`.",
})
export class EconomyDays {
  @Field(() => [DateTimeScalar], { description: "Start of each day, ascending, without gaps." })
  day!: Date[];

  @Field(() => [DcScalar], { description: "Burned for use, DC." })
  burnedDc!: bigint[];

  @Field(() => [BctScalar], { description: "What that was worth, each burn at its time, BCT." })
  bctEquivalent!: bigint[];

  @Field(() => [BigIntScalar], { description: "Burns for use, count." })
  settlementCount!: bigint[];

  @Field(() => [DcScalar], { description: "Minted, DC." })
  mintedDc!: bigint[];

  @Field(() => [BctScalar], { description: "Minted, BCT." })
  mintedBct!: bigint[];

  @Field(() => [BctScalar], { description: "Burned for any reason, BCT." })
  destroyedBct!: bigint[];

  @Field(() => [BctScalar], { description: "Rewards paid to wallets, BCT." })
  claimedBct!: bigint[];

  @Field(() => [BctScalar], {
    nullable: "items",
    description: "In existence at the day's end, BCT; null: there was none yet.",
  })
  supplyBct!: (bigint | null)[];
}

/** Columns of equal length. */
@ObjectType({
  simpleResolvers: true,
  description:
    "Price of BCT, as columns: the n-th entries of all lists belong to the candle `at[n]`. A span without a price has none.",
})
export class BctCandles {
  @Field(() => [DateTimeScalar], { description: "Start of each candle, ascending." })
  at!: Date[];

  @Field(() => [UsdScalar], { description: "First price accepted, US dollars." })
  open!: bigint[];

  @Field(() => [UsdScalar], { description: "Highest, US dollars." })
  high!: bigint[];

  @Field(() => [UsdScalar], { description: "Lowest, US dollars." })
  low!: bigint[];

  @Field(() => [UsdScalar], { description: "Last, US dollars." })
  close!: bigint[];

  @Field(() => [BigIntScalar], { description: "Prices accepted, count." })
  priceCount!: bigint[];
}

/** One customer's part. */
@ObjectType({ simpleResolvers: true, description: "One customer's part of what was burned." })
export class PayerShare {
  @Field(() => BytesScalar, { description: "Address of the customer." })
  address!: string;

  @Field(() => DcScalar, { description: "Burned for its use, DC." })
  burnedDc!: bigint;

  @Field(() => Float, { description: "Its part of all, 0 to 1." })
  share!: number;
}

/** How few pay for it all. */
@ObjectType({ simpleResolvers: true, description: "On how few customers the income of a span stands." })
export class PayerConcentration {
  @Field(() => Int, { description: "Customers whose use was burned for, count." })
  payerCount!: number;

  @Field(() => DcScalar, { description: "Burned for use, DC." })
  burnedDc!: bigint;

  @Field(() => RatioMeasure, {
    description: "Σ share² of the customers (Herfindahl–Hirschman index): 1 / customers to 1. NO_BURNS.",
  })
  index!: RatioMeasure;

  @Field(() => [PayerShare], { description: "The largest, largest first, as many as `first` says." })
  largest!: PayerShare[];
}
