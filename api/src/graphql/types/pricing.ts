import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";
import { BigIntScalar, DateTimeScalar, DcScalar } from "../scalars.ts";
import { Tier } from "./enums.ts";

/** As `market.advice` names them. */
export enum BoundBy {
  FLOOR = "FLOOR",
  CAP = "CAP",
  ON_DEMAND = "ON_DEMAND",
  STEP = "STEP",
}

registerEnumType(BoundBy, {
  name: "BoundBy",
  description: "What held a rate.",
  valuesConfig: {
    FLOOR: { description: "The higher of declared costs and the delegation's floor." },
    CAP: { description: "The lower of the declared cap and the delegation's." },
    ON_DEMAND: { description: "Spot is at most 0.9 of the on-demand advice." },
    STEP: { description: "Reserved comes to the on-demand advice by 3 % an hour." },
  },
});

/** As `market.price_index` names them. */
export enum PriceIndexKind {
  TRADE = "TRADE",
  ASK_SPOT = "ASK_SPOT",
  ASK_ON_DEMAND = "ASK_ON_DEMAND",
  ASK_RESERVED = "ASK_RESERVED",
}

registerEnumType(PriceIndexKind, {
  name: "PriceIndexKind",
  description: "What was paid, or what is asked; never mixed.",
  valuesConfig: {
    TRADE: {
      description: "Volume-weighted mean of use settled in the last 24 h, a tenth of the volume trimmed at each side.",
    },
    ASK_SPOT: { description: "Median of spot rates in force, each weighing as many as its pool has ACTIVE GPUs." },
    ASK_ON_DEMAND: { description: "Likewise of on-demand rates." },
    ASK_RESERVED: { description: "Likewise of reserved rates, before discounts." },
  },
});

const RATE = "Per GPU and hour.";

/** One tick's advice for a tier, as `resolvers/pricing.ts` makes it from a `TickRow`. */
@ObjectType({
  simpleResolvers: true,
  description:
    "What a pool should ask next: present rate · exp(sensitivity · (occupancy − target)), within bounds; made at each full hour.",
})
export class PriceAdvice {
  @Field(() => Tier, { description: "On which terms." })
  tier!: Tier;

  @Field(() => DateTimeScalar, { description: "End of the hour that it looks at." })
  at!: Date;

  @Field(() => DcScalar, { nullable: true, description: `${RATE} Null for \`reason\`.` })
  rateDcPerHour!: bigint | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Why there is none: NO_OCCUPANCY (no hour had capacity), OCCUPANCY_STALE (none in the last 24 h), SPOT_BELOW_COST, FLOOR_ABOVE_CAP.",
  })
  reason!: string | null;

  @Field(() => DcScalar, { description: `${RATE} In force at that time.` })
  presentRateDcPerHour!: bigint;

  @Field(() => DcScalar, { nullable: true, description: `${RATE} Before bounds.` })
  steppedDcPerHour!: bigint | null;

  @Field(() => BoundBy, { nullable: true, description: "What held it; null: nothing." })
  boundBy!: BoundBy | null;

  @Field(() => Float, {
    nullable: true,
    description: "Sold time over ACTIVE time, 0 to 1, averaged over 24 h. Null for `occupancyReason`.",
  })
  occupancy!: number | null;

  @Field(() => String, { nullable: true, description: "Why `occupancy` is null; null: it is known." })
  occupancyReason!: string | null;

  @Field(() => Float, { description: "The occupancy at which a rate stays." })
  target!: number;

  @Field(() => Float, { description: "How far the rate moves for a difference in occupancy; without unit." })
  sensitivity!: number;

  @Field(() => DcScalar, { description: `${RATE} Lowest that is advised.` })
  floorDcPerHour!: bigint;

  @Field(() => DcScalar, { description: `${RATE} Highest that is advised.` })
  capDcPerHour!: bigint;

  @Field(() => DcScalar, {
    nullable: true,
    description: "What an hour costs the operator. Null for `costFloorReason`.",
  })
  costFloorDcPerHour!: bigint | null;

  @Field(() => String, { nullable: true, description: "NOT_DECLARED: the operator hasn't said what an hour costs." })
  costFloorReason!: string | null;

  @Field(() => Int, { description: "Version of the formulas." })
  methodologyVersion!: number;

  @Field(() => BigIntScalar, { description: "The last indexed block when it was made." })
  asOfBlock!: bigint;
}

/** Columns of equal length. */
@ObjectType({ simpleResolvers: true, description: "A pool hour by hour, as columns of equal length." })
export class PriceHistory {
  @Field(() => [DateTimeScalar], { description: "Ends of the hours." })
  at!: Date[];

  @Field(() => [DcScalar], { description: `${RATE} In force.` })
  rateDcPerHour!: bigint[];

  @Field(() => [DcScalar], { nullable: "items", description: `${RATE} Advised; null: none was.` })
  adviceDcPerHour!: (bigint | null)[];

  @Field(() => [Float], { nullable: "items", description: "0 to 1, averaged over 24 h; null: unknown." })
  occupancy!: (number | null)[];

  @Field(() => [Float], { nullable: "items", description: "Of the hour alone, 0 to 1; null: nothing was ACTIVE." })
  hourOccupancy!: (number | null)[];
}

/** Columns of equal length. */
@ObjectType({ simpleResolvers: true, description: "An index hour by hour, as columns of equal length." })
export class PriceIndex {
  @Field(() => PriceIndexKind, { description: "What it is." })
  kind!: PriceIndexKind;

  @Field(() => [DateTimeScalar], { description: "Ends of the hours." })
  at!: Date[];

  @Field(() => [DcScalar], { nullable: "items", description: `${RATE} Null for \`reason\`.` })
  dcPerHour!: (bigint | null)[];

  @Field(() => [String], { nullable: "items", description: "NO_TRADES, NO_ASKS." })
  reason!: (string | null)[];

  @Field(() => [Int], { description: "TRADE: burns for use. ASK_…: pools with ACTIVE GPUs." })
  count!: number[];

  @Field(() => [BigIntScalar], { description: "TRADE: GPU seconds paid for. ASK_…: ACTIVE GPUs." })
  volume!: bigint[];

  @Field(() => [BigIntScalar], {
    nullable: "items",
    description: "TRADE: GPU seconds left out at both sides together.",
  })
  trimmedSeconds!: (bigint | null)[];

  @Field(() => [DcScalar], { nullable: "items", description: "TRADE: the lowest rate that something is left of." })
  keptLowDcPerHour!: (bigint | null)[];

  @Field(() => [DcScalar], { nullable: "items", description: "TRADE: the highest rate that something is left of." })
  keptHighDcPerHour!: (bigint | null)[];
}

/** A chance within a time. */
@ObjectType({ simpleResolvers: true, description: "How likely a spot rental is to be taken away in a span." })
export class EvictionChance {
  @Field(() => Int, { description: "Within so many hours." })
  hours!: number;

  @Field(() => Float, { nullable: true, description: "0 to 1. Null for `reason`." })
  chance!: number | null;

  @Field(() => String, { nullable: true, description: "NO_EXPOSURE: no GPU was free of bookings in 14 days." })
  reason!: string | null;
}

/** Shows an `Eviction` of the domain. */
@ObjectType({
  simpleResolvers: true,
  description:
    "How likely a spot rental is to end for a reservation: certain where one is known, else 1 − exp(−λ h), λ = (n + ½) / exposed GPU-hours.",
})
export class Eviction {
  @Field(() => DateTimeScalar, { nullable: true, description: "A booking or exit that is known ends it by then." })
  endsBy!: Date | null;

  @Field(() => [EvictionChance], { description: "Within 1, 6 and 24 hours." })
  within!: EvictionChance[];

  @Field(() => Int, { description: "n: slots that began on a free GPU of the pool in 14 days." })
  takenCount!: number;

  @Field(() => Float, { description: "Hours of the pool's ACTIVE GPUs without a booking in 14 days." })
  exposedGpuHours!: number;
}

/** A term that a longer slot gives cheaper. */
@ObjectType({
  simpleResolvers: true,
  description: "Terms that a longer slot, cut by a split, gives cheaper: the rest is left to sell.",
})
export class TermArbitrage {
  @Field(() => Int, { description: "A slot of so many hours is dearer, hours," })
  fromHours!: number;

  @Field(() => Int, { description: "than one of so many, hours." })
  toHours!: number;

  @Field(() => Int, { description: "The longer slot." })
  boughtHours!: number;

  @Field(() => DcScalar, { description: "Most that is saved at one of these terms." })
  savedDc!: bigint;
}
