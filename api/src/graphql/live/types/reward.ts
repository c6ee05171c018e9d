import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import type { RewardEventRow } from "../../../sources/live/rewards.ts";
import { BctScalar, BytesScalar } from "../../scalars.ts";
import { messageOf } from "./message.ts";

/** What becomes of a wallet's rewards. */
export enum RewardEventKind {
  EARNED = "EARNED",
  CLAIMED = "CLAIMED",
}

registerEnumType(RewardEventKind, {
  name: "RewardEventKind",
  description: "What became of a wallet's rewards.",
  valuesConfig: {
    EARNED: { description: "An epoch became final: what the wallet earned in it can be claimed." },
    CLAIMED: { description: "The wallet was paid." },
  },
});

/** Shows a `RewardEventRow`. */
@ObjectType({ simpleResolvers: true, description: "What became of a wallet's rewards." })
export class RewardEvent {
  @Field(() => ID, { description: "The same in every message that tells or undoes it." })
  id!: string;

  @Field(() => RewardEventKind, { description: "What it is." })
  kind!: RewardEventRow["kind"];

  @Field(() => BytesScalar, { description: "The wallet." })
  account!: string;

  @Field(() => Int, { nullable: true, description: "Of EARNED: number of the epoch." })
  epoch!: number | null;

  @Field(() => BctScalar, { description: "Earned in the epoch, or paid." })
  amountBct!: bigint;

  @Field(() => BctScalar, { description: "Earned, or paid, in all by then. CUMULATIVE." })
  cumulativeBct!: bigint;
}

/** Messages of `rewards`. */
@ObjectType({ simpleResolvers: true, description: "What became of a wallet's rewards in a block." })
export class RewardMessage extends messageOf(() => RewardEvent) {}
