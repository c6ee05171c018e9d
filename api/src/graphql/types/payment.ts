import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BigIntScalar, BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";

/** As `payments.payment` names them. */
export enum PaymentState {
  QUEUED = "QUEUED",
  SENT = "SENT",
  MINTED = "MINTED",
  FINAL = "FINAL",
  REFUSED = "REFUSED",
}

registerEnumType(PaymentState, {
  name: "PaymentState",
  description: "How far a payment has come.",
  valuesConfig: {
    QUEUED: { description: "To be minted; `reason` says what it waits for." },
    SENT: { description: "Being minted." },
    MINTED: { description: "Minted in a block that may still vanish." },
    FINAL: { description: "Minted." },
    REFUSED: { description: "Never to be minted: the money is to be given back." },
  },
});

/** As `sources/payments.ts` names them. */
export enum DiscrepancyKind {
  NOT_MINTED = "NOT_MINTED",
  UNKNOWN_MINT = "UNKNOWN_MINT",
  OTHER_MINT = "OTHER_MINT",
  MONEY_BACK = "MONEY_BACK",
  WAITING = "WAITING",
}

registerEnumType(DiscrepancyKind, {
  name: "DiscrepancyKind",
  description: "How payments and mints disagree.",
  valuesConfig: {
    NOT_MINTED: { description: "Said to be minted, and the chain knows nothing of it." },
    UNKNOWN_MINT: { description: "Minted for a payment that isn't known, or was refused." },
    OTHER_MINT: { description: "Minted with another amount, or for another wallet." },
    MONEY_BACK: { description: "Minted, and the money was refunded or is disputed." },
    WAITING: { description: "Waits to be minted for more than 15 minutes." },
  },
});

/** Shows a `PaymentRow`. */
@ObjectType({
  simpleResolvers: true,
  description: "A payment of money for Data Credits. For the processor's admin only.",
})
export class Payment {
  @Field(() => ID, { description: "Its place in the order in which they came." })
  id!: string;

  @Field(() => String, { description: "The payment service's own id." })
  payment!: string;

  @Field(() => BytesScalar, { description: "keccak256 of that id: the payment reference on the chain." })
  reference!: string;

  @Field(() => PaymentState, { description: "How far it has come." })
  state!: PaymentState;

  @Field(() => BytesScalar, { nullable: true, description: "Who gets the DC; null: nobody could be made out." })
  wallet!: string | null;

  @Field(() => BigIntScalar, { description: "Received, hundredths of its currency." })
  amountCents!: bigint;

  @Field(() => String, { description: "ISO 4217, in lower case." })
  currency!: string;

  @Field(() => DcScalar, { nullable: true, description: "Minted, or to be minted; null: nothing." })
  amountDc!: bigint | null;

  @Field(() => String, { nullable: true, description: "Why it waits or was refused." })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: "REFUNDED or DISPUTED: the money went back, or may." })
  flag!: string | null;

  @Field(() => DateTimeScalar, { description: "By the payment service." })
  paidAt!: Date;

  @Field(() => DateTimeScalar, { description: "When it was written down here." })
  takenAt!: Date;

  @Field(() => BytesScalar, { nullable: true, description: "Hash of the transaction that mints." })
  mintHash!: string | null;

  @Field(() => BigIntScalar, { nullable: true, description: "Block of that transaction." })
  mintBlock!: bigint | null;
}

/** A page of payments. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: payment." })
export class PaymentConnection extends connectionOf("Payment", () => Payment) {}

/** Filter of a list of payments. */
@InputType({ description: "Which payments; all that are given must hold." })
export class PaymentWhere {
  @Field(() => PaymentState, { nullable: true, description: "In this state." })
  state?: PaymentState | null;
}

/** Shows a `DiscrepancyRow`. */
@ObjectType({ simpleResolvers: true, description: "Something to look at. For the processor's admin only." })
export class PaymentDiscrepancy {
  @Field(() => DiscrepancyKind, { description: "What doesn't agree." })
  kind!: DiscrepancyKind;

  @Field(() => String, { nullable: true, description: "The payment service's own id; null: no payment is known." })
  payment!: string | null;

  @Field(() => BytesScalar, { description: "Payment reference on the chain." })
  reference!: string;

  @Field(() => DcScalar, { nullable: true, description: "What the payment is for; null: nothing is to be minted." })
  paidDc!: bigint | null;

  @Field(() => DcScalar, { nullable: true, description: "What was minted under its reference; null: nothing." })
  mintedDc!: bigint | null;
}
