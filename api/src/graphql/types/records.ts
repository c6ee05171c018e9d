import { Field, ID, ObjectType } from "type-graphql";
import { BigIntScalar, BytesScalar, DateTimeScalar } from "../scalars.ts";

/** What every record of one log has. */
@ObjectType({ simpleResolvers: true, description: "A record of one log." })
export abstract class LogRecord {
  @Field(() => ID, { description: "Transaction hash and log index." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "Time of the block." })
  at!: bigint;

  @Field(() => BigIntScalar, { description: "Block, height." })
  blockNumber!: bigint;

  @Field(() => BytesScalar, { description: "Hash of the transaction." })
  transactionHash!: string;
}

/** What every span of time has: half-open, [fromAt, toAt). */
@ObjectType({ simpleResolvers: true, description: "A span of time." })
export abstract class PeriodRecord {
  @Field(() => ID, { description: "Transaction hash and log index of what began it." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "When it began." })
  fromAt!: bigint;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it ended, exclusive; null: it lasts. CURRENT." })
  toAt!: bigint | null;

  @Field(() => BigIntScalar, { description: "Block in which it began, height." })
  fromBlock!: bigint;

  @Field(() => BigIntScalar, { nullable: true, description: "Block in which it ended, height; null: it lasts." })
  toBlock!: bigint | null;
}
