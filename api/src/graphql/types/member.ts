import { Field, ID, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BytesScalar, DateTimeScalar } from "../scalars.ts";

/** Shows a `MemberRow`; what takes another read is in `resolvers/reputation.ts`. */
@ObjectType({ simpleResolvers: true, description: "Who brings or once brought GPUs to a distributed operator." })
export class Member {
  @Field(() => ID, { description: "Operator id and address." })
  id!: string;

  @Field(() => BytesScalar, { description: "The member's address." })
  address!: string;

  @Field(() => Boolean, { description: "In good standing. CURRENT." })
  isActive!: boolean;

  @Field(() => String, { nullable: true, description: "Why it was last kicked; null while in good standing." })
  kickReason!: string | null;

  @Field(() => DateTimeScalar, { description: "When the latest membership began." })
  addedAt!: bigint;

  @Field(() => DateTimeScalar, { nullable: true, description: "When it was last kicked; null while in good standing." })
  kickedAt!: bigint | null;
}

/** A page of members. */
@ObjectType({ simpleResolvers: true, description: "A page of a list: member." })
export class MemberConnection extends connectionOf("Member", () => Member) {}
