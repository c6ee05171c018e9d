import { ArrayMaxSize, ArrayMinSize, IsIn } from "class-validator";
import { Field, InputType } from "type-graphql";
import { Tier } from "../types/enums.ts";
import {
  AddressField,
  BctField,
  BigIntField,
  DcField,
  HashField,
  HourField,
  HoursField,
  IdField,
  IntField,
  TimeField,
} from "./fields.ts";

const OPTIONAL = { nullable: true };
/** A year and a day. */
const MAX_HOURS = 8_784;
const MAX_CUTS = 100;

/** What every transaction has. */
@InputType({ description: "What every transaction has." })
export abstract class SenderInput {
  @AddressField("Who signs and sends it.")
  from!: string;
}

/** DC to be minted. */
@InputType({ description: "Give just one of `dc` and `bct`." })
export class MintCreditsInput extends SenderInput {
  @DcField("So many DC, whatever they cost.", OPTIONAL)
  dc?: bigint;

  @BctField("For so much BCT.", OPTIONAL)
  bct?: bigint;

  @BctField("With `dc`: the most that it may cost. Null: 2 % more than now.", OPTIONAL)
  maxBct?: bigint;

  @DcField("With `bct`: the fewest that it must give. Null: 2 % fewer than now.", OPTIONAL)
  minDc?: bigint;

  @AddressField("Who gets the DC. Null: the sender.", OPTIONAL)
  recipient?: string;

  @HashField("Ties the mint to a payment elsewhere; each sender can use one once. Null: none.", OPTIONAL)
  paymentReference?: string;
}

/** A spender of one's DC. */
@InputType({ description: "A spender of one's DC." })
export class SetSpenderInput extends SenderInput {
  @AddressField("Who may spend them.")
  spender!: string;

  @DcField("At most so many; 0 takes it back.")
  dc!: bigint;
}

/** A rental to be started. */
@InputType({ description: "A rental to be started." })
export class RentInput extends SenderInput {
  @IdField("The GPU.")
  gpu!: string;

  @Field(() => Tier, { description: "SPOT or ON_DEMAND; hours in advance are reserved with prepareReserve." })
  @IsIn(["SPOT", "ON_DEMAND"], { message: "must be SPOT or ON_DEMAND: hours in advance are for prepareReserve" })
  tier!: "SPOT" | "ON_DEMAND";

  @DcField("Put aside; what isn't used comes back.")
  escrowDc!: bigint;

  @DcField("The most per hour. Null: what the pool asks for now.", OPTIONAL)
  maxRateDcPerHour?: bigint;

  @AddressField("Whose DC pay, if it has named the sender as a spender. Null: the sender's.", OPTIONAL)
  customer?: string;
}

/** A rental. */
@InputType({ description: "A rental." })
export class OfRentalInput extends SenderInput {
  @IdField("The rental.")
  rental!: string;
}

/** More escrow for a rental. */
@InputType({ description: "More escrow for a rental." })
export class TopUpInput extends OfRentalInput {
  @DcField("Added to its escrow.")
  dc!: bigint;
}

/** Hours to be reserved. */
@InputType({ description: "Hours to be reserved." })
export class ReserveInput extends SenderInput {
  @IdField("The GPU.")
  gpu!: string;

  @HourField("The first hour: a whole UTC hour, of now or at most a year ahead.")
  startAt!: Date;

  @IntField("How many, 1 to 8784.", 1, MAX_HOURS)
  hours!: number;

  @DcField("The most per hour. Null: what the pool asks for now, less its discount.", OPTIONAL)
  maxRateDcPerHour?: bigint;

  @AddressField("Whose DC pay and who holds the slot, if it has named the sender. Null: the sender.", OPTIONAL)
  holder?: string;
}

/** A slot. */
@InputType({ description: "A slot." })
export class OfSlotInput extends SenderInput {
  @IdField("The slot.")
  slot!: string;
}

/** Cuts of a slot. */
@InputType({ description: "Cuts of a slot." })
export class SplitSlotInput extends OfSlotInput {
  @HoursField("Where to cut: whole UTC hours inside it that haven't begun, ascending.")
  @ArrayMinSize(1, { message: "must name an hour" })
  @ArrayMaxSize(MAX_CUTS, { message: `must name at most ${MAX_CUTS} hours` })
  cutAt!: Date[];
}

/** Two slots. */
@InputType({ description: "Two slots." })
export class MergeSlotsInput extends OfSlotInput {
  @IdField("Its later neighbor, which is no more afterwards.")
  laterSlot!: string;
}

/** Who may use a slot. */
@InputType({ description: "Who may use a slot." })
export class LendSlotInput extends OfSlotInput {
  @AddressField("Who may use it. Null: nobody but its holder.", OPTIONAL)
  user?: string;

  @TimeField("Until when.", OPTIONAL)
  until?: Date;
}

/** A token that the exchange trades. */
@InputType({ description: "Give just one of `gpu` and `slot`." })
export class OfTokenInput extends SenderInput {
  @IdField("A GPU NFT.", OPTIONAL)
  gpu?: string;

  @IdField("A slot.", OPTIONAL)
  slot?: string;
}

/** A token to be bought. */
@InputType({ description: "Give just one of `gpu` and `slot`." })
export class BuyTokenInput extends OfTokenInput {
  @BigIntField("The most, in base units of the offer's currency. Null: its price of now.", OPTIONAL)
  maxPrice?: bigint;

  @BigIntField("The token's `transferCount` when you looked at it. Null: of now.", OPTIONAL)
  transferCount?: bigint;
}
