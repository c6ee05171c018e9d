import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { DcScalar } from "../../scalars.ts";
import { Tier } from "../../types/enums.ts";
import type { Occupancy as OccupancyName } from "../offers.ts";
import { messageOf } from "./message.ts";

/** Who has a GPU. */
export enum Occupancy {
  FREE = "FREE",
  SPOT = "SPOT",
  ON_DEMAND = "ON_DEMAND",
  RESERVED = "RESERVED",
  OUT = "OUT",
}

registerEnumType(Occupancy, {
  name: "Occupancy",
  description: "Who has a GPU at a block's time.",
  valuesConfig: {
    FREE: { description: "Nobody uses it, and nobody has booked the hour." },
    SPOT: { description: "A spot rental runs, which gives way to a reservation." },
    ON_DEMAND: { description: "An on-demand rental runs." },
    RESERVED: { description: "A slot is used, or has the hour." },
    OUT: { description: "It is not ACTIVE, or in no pool." },
  },
});

const RATE = "The pool's, per GPU and hour.";

/** Shows an `OfferEventRow`. */
@ObjectType({
  simpleResolvers: true,
  description: "A GPU that became free or taken; everything as of the event's block.",
})
export class OfferEvent {
  @Field(() => ID, { description: "The same in every message that tells or undoes it." })
  id!: string;

  @Field(() => ID, { description: "GPU, token id." })
  gpuId!: string;

  @Field(() => ID, { description: "Pool, its id." })
  poolId!: string;

  @Field(() => ID, { description: "Operator, token id." })
  operatorId!: string;

  @Field(() => String, { description: "As DCGM names it." })
  model!: string;

  @Field(() => String, { description: "The pool's region." })
  region!: string;

  @Field(() => Occupancy, { description: "As of the block before." })
  was!: OccupancyName;

  @Field(() => Occupancy, { description: "As of the block." })
  now!: OccupancyName;

  @Field(() => [Tier], {
    description: "Terms on which it can be had now: none while it is taken; RESERVED while only a spot rental runs.",
  })
  freeFor!: Tier[];

  @Field(() => DcScalar, { description: RATE })
  spotRateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: RATE })
  onDemandRateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: RATE })
  reservedRateDcPerHour!: bigint;
}

/** Messages of `offers`. */
@ObjectType({ simpleResolvers: true, description: "GPUs that became free or taken in a block." })
export class OfferMessage extends messageOf(() => OfferEvent) {}

/** Filter of `offers`; null and absent are the same. */
@InputType({ description: "Which GPUs; all that are given must hold." })
export class OfferEventWhere {
  @Field(() => String, { nullable: true, description: "As DCGM names it." })
  model?: string | null;

  @Field(() => String, { nullable: true, description: "The pool's region." })
  region?: string | null;

  @Field(() => ID, { nullable: true, description: "Pool, its id." })
  pool?: string | null;

  @Field(() => ID, { nullable: true, description: "Operator, token id." })
  operator?: string | null;

  @Field(() => Tier, {
    nullable: true,
    description: "Only what can or can't be had on these terms from now on. Left out: every change of who has a GPU.",
  })
  tier?: Tier | null;
}
