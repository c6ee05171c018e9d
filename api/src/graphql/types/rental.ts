import { Field, ID, InputType, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";
import { EndReason, Tier } from "./enums.ts";

/** Shows a `RentalRow`; what takes another read, or the answer's block, is in `resolvers/entities.ts`. */
@ObjectType({ simpleResolvers: true, description: "One use of a GPU." })
export class Rental {
  @Field(() => ID, { description: "Its id." })
  id!: string;

  @Field(() => Tier, { description: "Its terms. Fixed." })
  tier!: Tier;

  @Field(() => DcScalar, { description: "Per hour; 0 for a reserved one, which its slot pays. Fixed at its start." })
  rateDcPerHour!: bigint;

  @Field(() => DcScalar, { description: "Put into escrow. CUMULATIVE." })
  depositedDc!: bigint;

  @Field(() => DcScalar, { description: "Burned for use so far. CUMULATIVE." })
  burnedDc!: bigint;

  @Field(() => DcScalar, { description: "Returned to the customer when it ended." })
  refundedDc!: bigint;

  @Field(() => DateTimeScalar, { description: "When it began. Fixed." })
  startAt!: bigint;

  @Field(() => DateTimeScalar, { description: "When the escrow runs out; of a reserved one its slot's end." })
  paidUntil!: bigint;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      "When it is over whatever the funds: of a spot one the next booking, of a reserved one its slot's end; null: never.",
  })
  endsBy!: bigint | null;

  @Field(() => DateTimeScalar, { description: "Use is burned for up to here." })
  settledUntil!: bigint;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When the use ended; null while nobody has ended it on-chain.",
  })
  endAt!: bigint | null;

  @Field(() => EndReason, { nullable: true, description: "Why it ended; null while nobody has ended it on-chain." })
  endReason!: EndReason | null;
}

/** A page of rentals. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: rental." })
export class RentalConnection extends connectionOf("Rental", () => Rental) {}

/** Filter of a list of rentals; null and absent are the same. */
@InputType({ description: "Which rentals; all that are given must hold." })
export class RentalWhere {
  @Field(() => ID, { nullable: true, description: "GPU, token id." })
  gpu?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the customer." })
  customer?: string | null;
}
