import { ArrayMaxSize } from "class-validator";
import { Field, InputType, registerEnumType } from "type-graphql";
import { OperatorMode } from "../types/enums.ts";
import { AddressField, DcField, IdField, IntField, NestedField, TextField } from "./fields.ts";
import { OfSlotInput, SenderInput } from "./inputs-customer.ts";

const OPTIONAL = { nullable: true };
const BPS = 10_000;
const MAX_TEXT = 64;
const MAX_URI = 2_048;
/** GraphQL's Int ends there. */
const MAX_INT = 2_147_483_647;

/** As the contracts name them. */
export enum KickReason {
  PERFORMANCE = "PERFORMANCE",
  RELIABILITY = "RELIABILITY",
  UPTIME = "UPTIME",
  OTHER = "OTHER",
}

registerEnumType(KickReason, {
  name: "KickReason",
  description: "Why a member is kicked.",
  valuesConfig: {
    PERFORMANCE: { description: "Its GPUs were too slow." },
    RELIABILITY: { description: "Its GPUs failed too often." },
    UPTIME: { description: "Its GPUs were away too long." },
    OTHER: { description: "Something else." },
  },
});

/** An operator. */
@InputType({ description: "An operator." })
export class OfOperatorInput extends SenderInput {
  @IdField("The operator.")
  operator!: string;
}

/** An operator to be. */
@InputType({ description: "An operator to be." })
export class RegisterOperatorInput extends SenderInput {
  @Field(() => OperatorMode, { description: "How it runs its pools; for life." })
  mode!: "SELF_POOLED" | "SINGLE_SOURCE" | "DISTRIBUTED";

  @TextField("Shown to customers, 1 to 64 bytes.", MAX_TEXT)
  name!: string;

  @TextField("Where more is told.", MAX_URI, OPTIONAL)
  metadataURI?: string;
}

/** What an operator is called. */
@InputType({ description: "What an operator is called." })
export class SetOperatorMetadataInput extends OfOperatorInput {
  @TextField("Shown to customers, 1 to 64 bytes.", MAX_TEXT)
  name!: string;

  @TextField("Where more is told.", MAX_URI, OPTIONAL)
  metadataURI?: string;
}

/** Where an operator is paid. */
@InputType({ description: "Where an operator is paid." })
export class SetPayoutInput extends OfOperatorInput {
  @AddressField("Where its rewards go. Null: to the holder of its token.", OPTIONAL)
  payout?: string;
}

/** A member of an operator. */
@InputType({ description: "A member of an operator." })
export class OfMemberInput extends OfOperatorInput {
  @AddressField("The member.")
  member!: string;
}

/** A member to be kicked. */
@InputType({ description: "A member to be kicked." })
export class KickMemberInput extends OfMemberInput {
  @Field(() => KickReason, { description: "Why." })
  reason!: "PERFORMANCE" | "RELIABILITY" | "UPTIME" | "OTHER";
}

/** Rates of a pool. */
@InputType({ description: "Per GPU and hour." })
export class RatesInput {
  @DcField("At most the on-demand rate.")
  spot!: bigint;

  @DcField("Pay as you go.")
  onDemand!: bigint;

  @DcField("Before term discounts.")
  reserved!: bigint;
}

/** Shares of a pool. */
@InputType({ description: "Basis points that sum to 10,000." })
export class SharesInput {
  @IntField("To the operator.", 0, BPS)
  operatorBps!: number;

  @IntField("To all healthy GPUs of the pool.", 0, BPS)
  poolBps!: number;

  @IntField("Extra to the GPU used.", 0, BPS)
  gpuBps!: number;
}

/** A pool to be opened. */
@InputType({ description: "A pool to be opened." })
export class CreatePoolInput extends OfOperatorInput {
  @TextField('As DCGM names it, e.g. "NVIDIA H100 80GB HBM3".', MAX_TEXT)
  model!: string;

  @TextField('Free text, e.g. "us-west".', MAX_TEXT)
  region!: string;

  @NestedField(() => RatesInput, "What a GPU costs.")
  rates!: RatesInput;

  @NestedField(() => SharesInput, "How its rewards are split.")
  shares!: SharesInput;
}

/** A pool. */
@InputType({ description: "A pool." })
abstract class OfPoolInput extends SenderInput {
  @IdField("The pool.")
  pool!: string;
}

/** A pool's rates. */
@InputType({ description: "A pool's rates." })
export class SetRatesInput extends OfPoolInput {
  @NestedField(() => RatesInput, "For rentals that start from now on.")
  rates!: RatesInput;
}

/** A step of the discounts. */
@InputType({ description: "A step of the discounts." })
export class TermDiscountInput {
  @IntField("For terms of so many hours or more.", 1, 65_535)
  minHours!: number;

  @IntField("Off the reserved rate, basis points, at most 9,000.", 1, BPS)
  bps!: number;
}

/** Discounts for longer terms. */
@InputType({ description: "Discounts for longer terms." })
export class SetTermDiscountsInput extends OfPoolInput {
  @NestedField(() => [TermDiscountInput], "At most eight, ascending in both; none removes them.")
  @ArrayMaxSize(8, { message: "must be at most eight" })
  steps!: TermDiscountInput[];
}

/** A delegated pricer. */
@InputType({ description: "A delegated pricer." })
export class SetPricerInput extends OfPoolInput {
  @AddressField("Who may set the rates. Null: nobody but the operator; the rest doesn't matter then.", OPTIONAL)
  pricer?: string;

  @NestedField(() => RatesInput, "No lower.", OPTIONAL)
  floor?: RatesInput;

  @NestedField(() => RatesInput, "No higher.", OPTIONAL)
  cap?: RatesInput;

  @IntField("How far a change may move each tier, basis points of the rate that stands.", 1, BPS, OPTIONAL)
  maxStepBps?: number;
  @IntField("Seconds between two changes.", 0, MAX_INT, OPTIONAL)
  minIntervalSeconds?: number;
}

/** Shares to be announced. */
@InputType({ description: "Shares to be announced." })
export class ScheduleSharesInput extends OfPoolInput {
  @NestedField(() => SharesInput, "How its rewards are split from then on.")
  shares!: SharesInput;

  @IntField("The first epoch with them, after the notice.", 0, MAX_INT)
  effectiveEpoch!: number;
}

/** A GPU's twin to be minted. */
@InputType({ description: "A GPU's twin to be minted." })
export class MintGpuInput extends SenderInput {
  @IdField("The pool that it joins.")
  pool!: string;

  @TextField("UUID of the GPU as DCGM prints it.", MAX_TEXT)
  uuid!: string;

  @AddressField("Its first owner. Null: the sender.", OPTIONAL)
  owner?: string;
}

/** A slot and where it is to go. */
@InputType({ description: "A slot and where it is to go." })
export class MoveSlotInput extends OfSlotInput {
  @IdField("An equal GPU of the pool, ACTIVE and free in its hours.")
  toGpu!: string;
}
