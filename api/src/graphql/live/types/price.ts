import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import type { PriceEventRow } from "../../../sources/live/prices.ts";
import { BytesScalar, DcScalar, UsdScalar } from "../../scalars.ts";
import { messageOf } from "./message.ts";

/** Whose price changed. */
export enum PriceEventKind {
  RATES = "RATES",
  TOKEN = "TOKEN",
}

registerEnumType(PriceEventKind, {
  name: "PriceEventKind",
  description: "Whose price changed.",
  valuesConfig: {
    RATES: { description: "A pool's rates, for what starts from here on." },
    TOKEN: { description: "The price of BCT that the network uses." },
  },
});

const RATE = "Of RATES: per GPU and hour.";

/** Shows a `PriceEventRow`. */
@ObjectType({ simpleResolvers: true, description: "New rates of a pool, or a new price of the token." })
export class PriceEvent {
  @Field(() => ID, { description: "The same in every message that tells or undoes it." })
  id!: string;

  @Field(() => PriceEventKind, { description: "What it is." })
  kind!: PriceEventRow["kind"];

  @Field(() => ID, { nullable: true, description: "Of RATES." })
  poolId!: string | null;

  @Field(() => ID, { nullable: true, description: "Of RATES." })
  operatorId!: string | null;

  @Field(() => String, { nullable: true, description: "Of RATES: the pool's, as DCGM names it." })
  model!: string | null;

  @Field(() => String, { nullable: true, description: "Of RATES." })
  region!: string | null;

  @Field(() => DcScalar, { nullable: true, description: RATE })
  spotRateDcPerHour!: bigint | null;

  @Field(() => DcScalar, { nullable: true, description: RATE })
  onDemandRateDcPerHour!: bigint | null;

  @Field(() => DcScalar, { nullable: true, description: RATE })
  reservedRateDcPerHour!: bigint | null;

  @Field(() => BytesScalar, { nullable: true, description: "Of RATES: who set them." })
  setBy!: string | null;

  @Field(() => Boolean, { nullable: true, description: "Of RATES: whether a pricer set them, within its bounds." })
  isByPricer!: boolean | null;

  @Field(() => UsdScalar, { nullable: true, description: "Of TOKEN: per BCT." })
  price!: bigint | null;
}

/** Messages of `prices`. */
@ObjectType({ simpleResolvers: true, description: "What became of prices in a block." })
export class PriceMessage extends messageOf(() => PriceEvent) {}

/** Filter of `prices`; null and absent are the same. */
@InputType({
  description: "Which prices; all that are given must hold. With a pool, a model or a region only rates are told.",
})
export class PriceEventWhere {
  @Field(() => PriceEventKind, { nullable: true, description: "Rates or the price of BCT." })
  kind?: PriceEventRow["kind"] | null;

  @Field(() => ID, { nullable: true, description: "Pool, its id." })
  pool?: string | null;

  @Field(() => String, { nullable: true, description: "As DCGM names it." })
  model?: string | null;

  @Field(() => String, { nullable: true, description: "The pool's region." })
  region?: string | null;
}
