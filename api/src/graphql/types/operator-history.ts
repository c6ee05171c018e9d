import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BigIntScalar, BytesScalar, DcScalar } from "../scalars.ts";
import { PeriodRecord } from "./records.ts";

/** Shows a row of `OPERATOR_OWNERSHIP`. */
@ObjectType({ simpleResolvers: true, description: "A span of time in which one account held an operator's identity." })
export class OperatorOwnership extends PeriodRecord {
  @Field(() => BytesScalar, { description: "Address that held it." })
  address!: string;
}

/** A page of ownerships. */
@ObjectType({ simpleResolvers: true, description: "A page of an operator's holders." })
export class OperatorOwnershipConnection extends connectionOf("OperatorOwnership", () => OperatorOwnership) {}

/** Shows a row of `OPERATOR_PAYEE`. */
@ObjectType({
  simpleResolvers: true,
  description: "A span of time in which one account was paid an operator's rewards and royalties.",
})
export class OperatorPayee extends PeriodRecord {
  @Field(() => BytesScalar, { description: "Address that was paid." })
  address!: string;
}

/** A page of payees. */
@ObjectType({ simpleResolvers: true, description: "A page of who was paid for an operator." })
export class OperatorPayeeConnection extends connectionOf("OperatorPayee", () => OperatorPayee) {}

/** Shows a row of `MEMBER_PERIOD`. */
@ObjectType({ simpleResolvers: true, description: "A span of time in which an account was a member; a kick ends it." })
export class MemberPeriod extends PeriodRecord {
  @Field(() => String, {
    nullable: true,
    description: "Why it was kicked: PERFORMANCE, RELIABILITY, UPTIME, OTHER; null: it wasn't.",
  })
  kickReason!: string | null;
}

/** A page of memberships. */
@ObjectType({ simpleResolvers: true, description: "A page of a member's memberships." })
export class MemberPeriodConnection extends connectionOf("MemberPeriod", () => MemberPeriod) {}

/** Shows a `MemberUseRow`. */
@ObjectType({
  simpleResolvers: true,
  description: "What a member's GPUs do for the operator; how well, `Member.reputation` tells.",
})
export class MemberPerformance {
  @Field(() => Int, { description: "GPUs that it brought and that are in the operator's pools now, count." })
  gpuCount!: number;

  @Field(() => Int, { description: "Those of them that are ACTIVE, count." })
  activeGpuCount!: number;

  @Field(() => Int, { description: "Those of them that are rented at the answer's block, count." })
  rentedGpuCount!: number;

  @Field(() => DcScalar, { description: "Burned for use of those GPUs since they were minted, DC." })
  burnedDc!: bigint;

  @Field(() => BigIntScalar, { description: "Use of those GPUs that was paid since they were minted, seconds." })
  paidSeconds!: bigint;
}

/** Filter of a list of members; null and absent are the same. */
@InputType({ description: "Which members; all that are given must hold." })
export class MemberWhere {
  @Field(() => ID, { nullable: true, description: "Of this operator." })
  operator?: string | null;

  @Field(() => BytesScalar, { nullable: true, description: "Address of the member." })
  account?: string | null;

  @Field(() => Boolean, { nullable: true, description: "In good standing, or not." })
  isActive?: boolean | null;
}
