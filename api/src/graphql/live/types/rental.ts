import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import type { RentalEventRow } from "../../../sources/live/rentals.ts";
import { BytesScalar, DateTimeScalar, DcScalar } from "../../scalars.ts";
import { EndReason, Tier } from "../../types/enums.ts";
import { messageOf } from "./message.ts";

/** What becomes of rentals. */
export enum RentalEventKind {
  STARTED = "STARTED",
  TOPPED_UP = "TOPPED_UP",
  NOTICED = "NOTICED",
  TERM_CHANGED = "TERM_CHANGED",
  RAN_OUT = "RAN_OUT",
  ENDED = "ENDED",
}

registerEnumType(RentalEventKind, {
  name: "RentalEventKind",
  description: "What became of a rental.",
  valuesConfig: {
    STARTED: { description: "It began." },
    TOPPED_UP: { description: "Somebody added to its escrow." },
    NOTICED: { description: "A booking needs the GPU: the spot rental is over at `endsBy`." },
    TERM_CHANGED: { description: "The slot of a reserved one was cut short or grew: it is over at `endsBy`." },
    RAN_OUT: { description: "Its funds or its term are over by the block's time; nobody has ended it on-chain yet." },
    ENDED: { description: "Somebody ended it on-chain." },
  },
});

/** Shows a `RentalEventRow`. */
@ObjectType({ simpleResolvers: true, description: "What became of a rental; everything as of the event's block." })
export class RentalEvent {
  @Field(() => ID, { description: "The same in every message that tells or undoes it." })
  id!: string;

  @Field(() => RentalEventKind, { description: "What it is." })
  kind!: RentalEventRow["kind"];

  @Field(() => ID, { description: "Rental, its id." })
  rentalId!: string;

  @Field(() => ID, { description: "GPU, token id." })
  gpuId!: string;

  @Field(() => ID, { description: "Pool, its id." })
  poolId!: string;

  @Field(() => ID, { description: "Operator, token id." })
  operatorId!: string;

  @Field(() => String, { description: "Of the GPU, as DCGM names it." })
  model!: string;

  @Field(() => String, { description: "The pool's region." })
  region!: string;

  @Field(() => BytesScalar, { description: "Who pays." })
  customer!: string;

  @Field(() => Tier, { description: "On which terms." })
  tier!: string;

  @Field(() => DcScalar, { description: "Per hour; 0 for a reserved one, which its slot pays." })
  rateDcPerHour!: bigint;

  @Field(() => DcScalar, { nullable: true, description: "Of TOPPED_UP: what was added." })
  amountDc!: bigint | null;

  @Field(() => BytesScalar, { nullable: true, description: "Of TOPPED_UP: who added it." })
  payer!: string | null;

  @Field(() => DcScalar, { description: "Put into escrow. CUMULATIVE." })
  depositedDc!: bigint;

  @Field(() => DcScalar, { description: "Burned for use so far. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => DcScalar, { description: "Returned to the customer when it ended." })
  refundedDc!: bigint;

  @Field(() => DateTimeScalar, { description: "When it began." })
  startAt!: bigint;

  @Field(() => DateTimeScalar, { description: "When the escrow runs out." })
  paidUntil!: bigint;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it is over whatever the funds; null: never." })
  endsBy!: bigint | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Of ENDED: when the use ended." })
  endAt!: bigint | null;

  @Field(() => EndReason, { nullable: true, description: "Of ENDED." })
  endReason!: string | null;
}

/** Messages of `rentals`. */
@ObjectType({ simpleResolvers: true, description: "What became of rentals in a block." })
export class RentalMessage extends messageOf(() => RentalEvent) {}

/** Filter of `rentals`; null and absent are the same. */
@InputType({ description: "Which events of rentals; all that are given must hold." })
export class RentalEventWhere {
  @Field(() => [RentalEventKind], { nullable: true, description: "Of these kinds." })
  kinds?: RentalEventRow["kind"][] | null;

  @Field(() => ID, { nullable: true, description: "Rental, its id." })
  rental?: string | null;

  @Field(() => ID, { nullable: true, description: "GPU, token id." })
  gpu?: string | null;

  @Field(() => ID, { nullable: true, description: "Pool, its id." })
  pool?: string | null;

  @Field(() => ID, { nullable: true, description: "Operator, token id." })
  operator?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the customer." })
  customer?: string | null;

  @Field(() => String, { nullable: true, description: "Of the GPU, as DCGM names it." })
  model?: string | null;

  @Field(() => Tier, { nullable: true, description: "On which terms." })
  tier?: string | null;
}
