import { Field, ID, Int, ObjectType } from "type-graphql";
import { BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";
import { connectionOf } from "../connection.ts";
import { OperatorMode } from "./enums.ts";

/** Shows an `OperatorRow`; what takes another read is in `resolvers/entities.ts`. */
@ObjectType({ simpleResolvers: true, description: "An operator: the identity NFT whose holder runs the pools." })
export class Operator {
  @Field(() => ID, { description: "Token id." })
  id!: string;

  @Field(() => BytesScalar, { nullable: true, description: "Where its rewards go; null: to the owner. CURRENT." })
  payout!: string | null;

  @Field(() => OperatorMode, { description: "How its pools are run. Fixed." })
  mode!: OperatorMode;

  @Field(() => String, { description: "Shown name. CURRENT." })
  name!: string;

  @Field(() => String, { description: "Where more is told; may be empty." })
  metadataURI!: string;

  @Field(() => Int, { description: "Pools opened. CUMULATIVE." })
  poolCount!: number;

  @Field(() => Int, { description: "GPUs in its pools, retired ones too. CURRENT." })
  gpuCount!: number;

  @Field(() => Int, { description: "Members in good standing. CURRENT." })
  memberCount!: number;

  @Field(() => DcScalar, { description: "Burned for use of its GPUs. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => DateTimeScalar, { description: "When it came to be." })
  createdAt!: bigint;
}

/** A page of operators. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: operator." })
export class OperatorConnection extends connectionOf("Operator", () => Operator) {}
