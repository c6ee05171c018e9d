import { Field, ObjectType } from "type-graphql";
import { BigIntScalar, BytesScalar, DateTimeScalar } from "../scalars.ts";

/** Shows a `HeadRow`. */
@ObjectType({ simpleResolvers: true, description: "A block of the chain." })
export class Block {
  @Field(() => BigIntScalar, { description: "Height." })
  number!: bigint;

  @Field(() => BytesScalar, { description: "Hash; it tells a block from another at the same height." })
  hash!: string;

  @Field(() => DateTimeScalar, { description: "Time of the block." })
  timestamp!: bigint;
}

/** Shows the fact `AsOf`. */
@ObjectType({ simpleResolvers: true, description: "What an answer stands on. All of one answer stands on the same." })
export class AsOf {
  @Field(() => Block, { description: "The last block whose events are in the answer." })
  block!: Block;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "Telemetry is complete through here; later samples may be missing. Null before the first sample.",
  })
  sampledThrough?: Date;
}
