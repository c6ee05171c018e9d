import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BigIntScalar, BytesScalar, DcScalar } from "../scalars.ts";
import { LogRecord, PeriodRecord } from "./records.ts";

/** As the subgraph names them. */
export enum PricerEnd {
  REPLACED = "REPLACED",
  REMOVED = "REMOVED",
  OPERATOR_MOVED = "OPERATOR_MOVED",
}

registerEnumType(PricerEnd, {
  name: "PricerEnd",
  description: "Why a pricer's right ended.",
  valuesConfig: {
    REPLACED: { description: "The operator named a pricer anew." },
    REMOVED: { description: "The operator took the right back." },
    OPERATOR_MOVED: { description: "The operator's identity changed hands." },
  },
});

/** How rewards are split. */
@ObjectType({ simpleResolvers: true, description: "How a pool's rewards are split." })
abstract class Shares {
  @Field(() => BigIntScalar, { description: "First epoch in which it holds, number." })
  effectiveEpoch!: bigint;

  @Field(() => BigIntScalar, { description: "Epoch in which it was announced, number; of a pool's first 0." })
  scheduledIn!: bigint;

  @Field(() => Int, { description: "Share to the operator, basis points." })
  operatorBps!: number;

  @Field(() => Int, { description: "Share to all healthy GPUs of the pool, basis points." })
  poolBps!: number;

  @Field(() => Int, { description: "Share to the GPU used, basis points." })
  gpuBps!: number;
}

/** Shows a row of `SHARE_RULE`. */
@ObjectType({
  simpleResolvers: true,
  description: "A pool's split of rewards from an epoch on: the last that begins in an epoch or before holds in it.",
})
export class ShareRule extends Shares {
  @Field(() => ID, { description: "Pool id and epoch." })
  id!: string;
}

/** A page of share rules. */
@ObjectType({ simpleResolvers: true, description: "A page of a pool's share rules." })
export class ShareRuleConnection extends connectionOf("ShareRule", () => ShareRule) {}

/** Shows a row of `RATE_CHANGE`. */
@ObjectType({ simpleResolvers: true, description: "New rates of a pool, for what starts from here on." })
export class RateChange extends LogRecord {
  @Field(() => BytesScalar, { description: "Address that set them: the operator's holder, or the pricer." })
  setBy!: string;

  @Field(() => Boolean, { description: "Whether the pricer set them, within its bounds." })
  isByPricer!: boolean;

  @Field(() => DcScalar, { description: "DC per GPU and hour." })
  spotRateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "DC per GPU and hour." })
  onDemandRateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "DC per GPU and hour." })
  reservedRateDcPerHour!: bigint;
}

/** A page of rate changes. */
@ObjectType({ simpleResolvers: true, description: "A page of a pool's rates over time." })
export class RateChangeConnection extends connectionOf("RateChange", () => RateChange) {}

/** Shows a row of `DISCOUNT_CHANGE`. */
@ObjectType({ simpleResolvers: true, description: "New discounts of a pool for longer terms." })
export class DiscountChange extends LogRecord {
  @Field(() => [Int], {
    description: "From how many hours each discount holds, ascending; empty: there are none anymore.",
  })
  minHours!: number[];

  @Field(() => [Int], { description: "The discounts on the reserved rate, basis points, in the order of `minHours`." })
  bps!: number[];
}

/** A page of discount changes. */
@ObjectType({ simpleResolvers: true, description: "A page of a pool's discounts over time." })
export class DiscountChangeConnection extends connectionOf("DiscountChange", () => DiscountChange) {}

/** Shows a row of `PRICER_DELEGATION`. */
@ObjectType({ simpleResolvers: true, description: "Who may set a pool's rates, and within which bounds." })
export class PricerDelegation {
  @Field(() => BytesScalar, { description: "Address that may set rates." })
  pricer!: string;

  @Field(() => BytesScalar, {
    description: "Address that named it: the right holds only while that holds the operator.",
  })
  namedBy!: string;

  @Field(() => DcScalar, { description: "Lowest spot rate, DC per GPU and hour." })
  spotFloorDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "Highest spot rate, DC per GPU and hour." })
  spotCapDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "Lowest on-demand rate, DC per GPU and hour." })
  onDemandFloorDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "Highest on-demand rate, DC per GPU and hour." })
  onDemandCapDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "Lowest reserved rate, DC per GPU and hour." })
  reservedFloorDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "Highest reserved rate, DC per GPU and hour." })
  reservedCapDcPerHour!: bigint;

  @Field(() => Int, { description: "How far one change may move each rate, basis points of the one that stood." })
  maxStepBps!: number;

  @Field(() => BigIntScalar, { description: "Least time between two changes by the pricer, seconds." })
  minIntervalSeconds!: bigint;
}

/** Shows a `PricerPeriodRow`; `delegation` is in `resolvers/pool-history.ts`. */
@ObjectType({ simpleResolvers: true, description: "A span of time in which a pricer might set a pool's rates." })
export class PricerPeriod extends PeriodRecord {
  @Field(() => PricerEnd, { nullable: true, description: "Why it ended; null: it lasts. CURRENT." })
  end!: PricerEnd | null;
}

/** A page of pricers' periods. */
@ObjectType({ simpleResolvers: true, description: "A page of a pool's pricers." })
export class PricerPeriodConnection extends connectionOf("PricerPeriod", () => PricerPeriod) {}
