import { Field, ID, InputType, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { DateTimeScalar, DcScalar } from "../scalars.ts";
import { Tier } from "./enums.ts";

/** Shows a `NowRow`; what takes another read is in `resolvers/offers.ts`. */
@ObjectType({ simpleResolvers: true, description: "A GPU that can be had at the answer's block." })
export class Offer {
  @Field(() => ID, { description: "GPU, token id." })
  gpuId!: string;

  @Field(() => Tier, { description: "On which terms." })
  tier!: Tier;

  @Field(() => DcScalar, { description: "DC per hour; of RESERVED before discounts for longer terms." })
  rateDcPerHour!: bigint;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When the first booking or an exit that is known takes it; null: none is known.",
  })
  freeUntil!: bigint | null;
}

/** A page of offers. */
@ObjectType({ simpleResolvers: true, description: "A page of GPUs that can be had." })
export class OfferConnection extends connectionOf("Offer", () => Offer) {}

/** Filter of offers; null and absent are the same. */
@InputType({ description: "Which GPUs; all that are given must hold." })
export class OfferWhere {
  @Field(() => Tier, { defaultValue: Tier.ON_DEMAND, description: "On which terms." })
  tier!: Tier;

  @Field(() => String, { nullable: true, description: "Model, as DCGM names it." })
  model?: string | null;

  @Field(() => String, { nullable: true, description: "Region of the pool." })
  region?: string | null;

  @Field(() => ID, { nullable: true, description: "Of this operator." })
  operator?: string | null;

  @Field(() => ID, { nullable: true, description: "Of this pool." })
  pool?: string | null;

  @Field(() => DcScalar, { nullable: true, description: "Highest rate, DC per hour." })
  maxRateDcPerHour?: bigint | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Nothing that is known takes it away before this." })
  freeUntil?: Date | null;
}
