import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import type { EpochEventRow } from "../../../sources/live/epochs.ts";
import { BctScalar, BytesScalar, DateTimeScalar } from "../../scalars.ts";
import { messageOf } from "./message.ts";

/** Steps of an epoch. */
export enum EpochEventKind {
  BEGAN = "BEGAN",
  CLOSED = "CLOSED",
  ATTESTED = "ATTESTED",
  COMMITTED = "COMMITTED",
  VETOED = "VETOED",
  FINALIZED = "FINALIZED",
}

registerEnumType(EpochEventKind, {
  name: "EpochEventKind",
  description: "A step of an epoch.",
  valuesConfig: {
    BEGAN: { description: "The first block in it came. Told where the settlement job has run." },
    CLOSED: { description: "It has its budget." },
    ATTESTED: { description: "An oracle vouches for its rewards." },
    COMMITTED: { description: "A quorum of oracles does; the guardian can veto up to `windowEndsAt`." },
    VETOED: { description: "The guardian voided its commit and all after it." },
    FINALIZED: { description: "Its rewards are minted and can be claimed." },
  },
});

/** Shows an `EpochEventRow`. */
@ObjectType({ simpleResolvers: true, description: "A step of an epoch; everything as of the event's block." })
export class EpochEvent {
  @Field(() => ID, { description: "The same in every message that tells or undoes it." })
  id!: string;

  @Field(() => EpochEventKind, { description: "What it is." })
  kind!: EpochEventRow["kind"];

  @Field(() => Int, { description: "Number of the epoch." })
  epoch!: number;

  @Field(() => BctScalar, { nullable: true, description: "What it may mint at most; null before it is closed." })
  budgetBct!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "Of ATTESTED and COMMITTED: what is vouched for." })
  totalBct!: bigint | null;

  @Field(() => BctScalar, { nullable: true, description: "Minted for it; null before it is final." })
  mintedBct!: bigint | null;

  @Field(() => BytesScalar, { nullable: true, description: "Of ATTESTED: address of the oracle." })
  oracle!: string | null;

  @Field(() => Int, { nullable: true, description: "Of ATTESTED: how many vouch for the same by now." })
  votes!: number | null;

  @Field(() => Int, { nullable: true, description: "Of ATTESTED: how many must." })
  quorum!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Of COMMITTED: up to when the guardian can veto." })
  windowEndsAt!: bigint | null;

  @Field(() => String, { nullable: true, description: "Of VETOED: what the guardian said." })
  reason!: string | null;
}

/** Messages of `epochProgress`. */
@ObjectType({ simpleResolvers: true, description: "What became of epochs in a block." })
export class EpochMessage extends messageOf(() => EpochEvent) {}
