import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { DateTimeScalar, DcScalar } from "../scalars.ts";

const RATE = "Per GPU and hour, for use that begins now. CURRENT.";

/** Shows a `PoolRow`; what takes another read is in `resolvers/entities.ts`. */
@ObjectType({
  simpleResolvers: true,
  description: "GPUs of one model under one operator, one price list and one share rule.",
})
export class Pool {
  @Field(() => ID, { description: "Its id." })
  id!: string;

  @Field(() => String, { description: "Model of all its GPUs, as DCGM names it." })
  model!: string;

  @Field(() => String, { description: "Free text, as its operator named it. Fixed." })
  region!: string;

  @Field(() => DcScalar, { description: RATE })
  spotRateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: RATE })
  onDemandRateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: RATE })
  reservedRateDcPerHour!: bigint;

  @Field(() => Int, { description: "Share of rewards to the operator, in basis points. CURRENT." })
  operatorBps!: number;

  @Field(() => Int, { description: "Share of rewards to all healthy GPUs of the pool, in basis points. CURRENT." })
  poolBps!: number;

  @Field(() => Int, { description: "Share of rewards to the GPU used, in basis points. CURRENT." })
  gpuBps!: number;

  @Field(() => Int, { description: "GPUs in it, retired ones too. CURRENT." })
  gpuCount!: number;

  @Field(() => DcScalar, { description: "Burned for use of its GPUs. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => DateTimeScalar, { description: "When it came to be." })
  createdAt!: bigint;
}

/** A page of pools. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: pool." })
export class PoolConnection extends connectionOf("Pool", () => Pool) {}

/** Filter of a list of pools; null and absent are the same. */
@InputType({ description: "Which pools; all that are given must hold." })
export class PoolWhere {
  @Field(() => ID, { nullable: true, description: "Operator, token id." })
  operator?: string | null;

  @Field(() => String, { nullable: true, description: "As DCGM names it." })
  model?: string | null;

  @Field(() => String, { nullable: true, description: "As the operator named it." })
  region?: string | null;
}
