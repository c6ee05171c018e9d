import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { BctScalar, DateTimeScalar, DcScalar, UsdScalar } from "../scalars.ts";
import { Tier } from "./enums.ts";
import { Gpu } from "./gpu.ts";
import { Operator } from "./operator.ts";
import { Pool } from "./pool.ts";
import { Eviction } from "./pricing.ts";

/** What a customer wants. */
@InputType({ description: "What a customer wants." })
export class QuoteInput {
  @Field(() => String, { description: "As DCGM names it." })
  model!: string;

  @Field(() => Tier, { description: "On which terms." })
  tier!: Tier;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      "Not before the answer's block; of RESERVED a whole hour. Null: now, or the next whole hour. Spot and on-demand can't be bought ahead: a later start asks what is known of then.",
  })
  startAt?: Date | null;

  @Field(() => Int, { description: "1 to 8,784. On-demand is paid at most 7 days ahead, and topped up." })
  hours!: number;

  @Field(() => Int, { defaultValue: 1, description: "GPUs." })
  count!: number;

  @Field(() => String, { nullable: true, description: "Null: any." })
  region?: string | null;

  @Field(() => Float, { nullable: true, description: "Of the operator, 0 to 100; one without a score falls out." })
  minScore?: number | null;
}

/** How far a score is known. */
@ObjectType({ simpleResolvers: true, description: "An operator's score and its interval, 0 to 100." })
export class OfferScore {
  @Field(() => Float, { description: "The score, 0 to 100." })
  score!: number;

  @Field(() => Float, { description: "Lower end of its interval, 0 to 100." })
  low!: number;

  @Field(() => Float, { description: "Upper end of its interval, 0 to 100." })
  high!: number;
}

/** A longer slot. */
@ObjectType({
  simpleResolvers: true,
  description: "A longer slot that costs less in all, for discounts step: what isn't needed can be split off and sold.",
})
export class CheaperSlot {
  @Field(() => Int, { description: "Its length, hours." })
  hours!: number;

  @Field(() => DcScalar, { description: "For all of its hours, DC." })
  totalDc!: bigint;
}

/** One GPU that can be had; what takes another read is in `resolvers/quote.ts`. */
@ObjectType({ simpleResolvers: true, description: "One GPU that can be had, with all that it comes to." })
export class QuoteOffer {
  @Field(() => ID, { description: "GPU, token id." })
  gpuId!: string;

  @Field(() => ID, { description: "Pool, its id." })
  poolId!: string;

  @Field(() => ID, { description: "Operator, token id." })
  operatorId!: string;

  @Field(() => Gpu, { nullable: true, description: "The GPU." })
  gpu!: Gpu | null;

  @Field(() => Pool, { nullable: true, description: "Its pool." })
  pool!: Pool | null;

  @Field(() => Operator, { nullable: true, description: "Who runs it." })
  operator!: Operator | null;

  @Field(() => DcScalar, { description: "For all hours." })
  totalDc!: bigint;

  @Field(() => BctScalar, {
    nullable: true,
    description: "What mints as many DC at `Quote.price`; null: no price yet.",
  })
  totalBct!: bigint | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "The first booking or exit after the start that is known; null: none is.",
  })
  nextBookingAt!: Date | null;

  @Field(() => Eviction, { nullable: true, description: "Of SPOT only." })
  eviction!: Eviction | null;

  @Field(() => CheaperSlot, { nullable: true, description: "Of RESERVED only; null: none that is free is cheaper." })
  cheaper!: CheaperSlot | null;

  @Field(() => OfferScore, { nullable: true, description: "Null: nothing is known of the operator." })
  score!: OfferScore | null;
}

/** What fell out. */
@ObjectType({
  simpleResolvers: true,
  description: "GPUs of the model that fell out, each by the first rule it breaks.",
})
export class QuoteLeft {
  @Field(() => String, {
    description: "REGION; TAKEN (not ACTIVE, rented, or booked in the time asked for); SCORE (none, or too low).",
  })
  reason!: string;

  @Field(() => Int, { description: "GPUs, count." })
  count!: number;
}

/** Shows a `MadeQuote`. */
@ObjectType({
  simpleResolvers: true,
  description:
    "Offers, best first: the cheapest, then the better score, then the lesser chance of eviction. Nothing is held for who asks; rates are those in force at the answer's block.",
})
export class Quote {
  @Field(() => [QuoteOffer], { description: "The best of them, as many as `first` says." })
  offers!: QuoteOffer[];

  @Field(() => Int, { description: "How many there are." })
  offerCount!: number;

  @Field(() => [QuoteLeft], { description: "What fell out, by reason." })
  left!: QuoteLeft[];

  @Field(() => DateTimeScalar, { description: "From when on." })
  startAt!: Date;

  @Field(() => DcScalar, { nullable: true, description: "Of the best `count` offers; null: there are fewer." })
  totalDc!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "Null: there are fewer offers, or no price yet." })
  totalBct!: bigint | null;

  @Field(() => UsdScalar, { nullable: true, description: "Of one BCT, as the feed had it last; null: no price yet." })
  price!: bigint | null;

  @Field(() => Boolean, { description: "New rentals and slots are stopped on the chain: nothing can be bought now." })
  isIntakePaused!: boolean;

  @Field(() => Int, { description: "Version of the formulas." })
  methodologyVersion!: number;
}
