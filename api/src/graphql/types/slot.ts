import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { LogRecord } from "./records.ts";
import { BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";

/** As the contracts and the subgraph name them. */
export enum SlotRefundKind {
  HOURS_LOST = "HOURS_LOST",
  GIVEN_UP = "GIVEN_UP",
}

registerEnumType(SlotRefundKind, {
  name: "SlotRefundKind",
  description: "Why a slot's Data Credits went back to its holder.",
  valuesConfig: {
    HOURS_LOST: { description: "Hours that passed while the GPU wasn't ACTIVE." },
    GIVEN_UP: { description: "The slot was given up: its remaining hours won't be delivered." },
  },
});

/** Shows a `SlotRow`; what takes another read is in `resolvers/slot.ts`. */
@ObjectType({ simpleResolvers: true, description: "Whole UTC hours of one GPU, paid in full: an NFT." })
export class Slot {
  @Field(() => ID, { description: "Token id." })
  id!: string;

  @Field(() => Int, { description: "How many hours it had when it came to be, hours. Fixed." })
  hourCount!: number;

  @Field(() => DcScalar, { description: "Price of an hour, DC. Fixed." })
  hourlyDc!: bigint;

  @Field(() => DcScalar, { description: "Paid when it was reserved, DC; 0 for a part of another. Fixed." })
  paidDc!: bigint;

  @Field(() => DcScalar, { description: "Burned for its hours, DC. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => DcScalar, { description: "Returned for hours not delivered, DC. CUMULATIVE." })
  refundedDc!: bigint;

  @Field(() => BytesScalar, {
    nullable: true,
    description: "Address that may use it but the holder; null: nobody. CURRENT.",
  })
  user!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "When the user's time passes; null: there is no user." })
  userExpiresAt!: bigint | null;

  @Field(() => Boolean, { description: "Whether the token was merged into another or refunded. CURRENT." })
  isGone!: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: "When that was; null: it is there." })
  goneAt!: bigint | null;

  @Field(() => DateTimeScalar, { description: "When it came to be." })
  createdAt!: bigint;
}

/** A page of slots. */
@ObjectType({ simpleResolvers: true, description: "A page of slots." })
export class SlotConnection extends connectionOf("Slot", () => Slot) {}

/** Filter of a list of slots; null and absent are the same. */
@InputType({ description: "Which slots; all that are given must hold." })
export class SlotWhere {
  @Field(() => ID, { nullable: true, description: "GPU that they are on now, by token id." })
  gpu?: string | null;

  @Field(() => ID, { nullable: true, description: "Pool." })
  pool?: string | null;

  @Field(() => ID, { nullable: true, description: "Operator." })
  operator?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the holder." })
  holder?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Merged into another or refunded, or not." })
  isGone?: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Those that end after it." })
  endsAfter?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Those that start before it." })
  startsBefore?: Date | null;
}

/** Shows a row of `SLOT_TRANSFER`. */
@ObjectType({ simpleResolvers: true, description: "One change of a slot's holder; not its mint or its end." })
export class SlotTransfer extends LogRecord {
  @Field(() => BytesScalar, { description: "Address that held it." })
  from!: string;

  @Field(() => BytesScalar, { description: "Address that holds it from here on." })
  to!: string;

  @Field(() => DcScalar, { description: "In escrow, and went with it, DC." })
  escrowDc!: bigint;
}

/** A page of transfers. */
@ObjectType({ simpleResolvers: true, description: "A page of a slot's changes of hands." })
export class SlotTransferConnection extends connectionOf("SlotTransfer", () => SlotTransfer) {}

/** Shows a `SlotCheckInRow`; `rental` is in `resolvers/slot.ts`. */
@ObjectType({ simpleResolvers: true, description: "The use of a slot began." })
export class SlotCheckIn extends LogRecord {
  @Field(() => BytesScalar, { description: "Address that uses it: the holder's or the named user's." })
  userAddress!: string;
}

/** A page of check-ins. */
@ObjectType({ simpleResolvers: true, description: "A page of a slot's uses." })
export class SlotCheckInConnection extends connectionOf("SlotCheckIn", () => SlotCheckIn) {}

/** Shows a `SlotMoveRow`; the GPUs and the hour are in `resolvers/slot.ts`. */
@ObjectType({
  simpleResolvers: true,
  description: "An operator moved the rest of a slot's hours to an equal GPU of the pool.",
})
export class SlotMove extends LogRecord {}

/** A page of moves. */
@ObjectType({ simpleResolvers: true, description: "A page of a slot's moves to other GPUs." })
export class SlotMoveConnection extends connectionOf("SlotMove", () => SlotMove) {}

/** Shows a `SlotRefundRow`; the GPU and the hours are in `resolvers/slot.ts`. */
@ObjectType({ simpleResolvers: true, description: "Data Credits returned to a slot's holder for hours not delivered." })
export class SlotRefund extends LogRecord {
  @Field(() => SlotRefundKind, { description: "Why." })
  kind!: SlotRefundKind;

  @Field(() => BytesScalar, { description: "Address that was paid back." })
  holderAddress!: string;

  @Field(() => Int, { description: "How many hours were lost, hours." })
  hourCount!: number;

  @Field(() => DcScalar, { description: "Returned, DC." })
  refundedDc!: bigint;
}

/** A page of refunds. */
@ObjectType({ simpleResolvers: true, description: "A page of a slot's refunds." })
export class SlotRefundConnection extends connectionOf("SlotRefund", () => SlotRefund) {}
