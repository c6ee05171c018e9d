import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "../connection.ts";
import { BigIntScalar, BytesScalar, DateTimeScalar } from "../scalars.ts";
import { GpuStatus } from "./enums.ts";
import { LogRecord, PeriodRecord } from "./records.ts";

/** As the subgraph names them. */
export enum LeaveReason {
  WITHDRAWN = "WITHDRAWN",
  RELEASED = "RELEASED",
}

registerEnumType(LeaveReason, {
  name: "LeaveReason",
  description: "Why a GPU left its pool.",
  valuesConfig: {
    WITHDRAWN: { description: "Its owner took it out." },
    RELEASED: { description: "The operator let go of a former member's." },
  },
});

/** As the subgraph names them. */
export enum ExitOutcome {
  CANCELLED = "CANCELLED",
  LEFT = "LEFT",
}

registerEnumType(ExitOutcome, {
  name: "ExitOutcome",
  description: "What became of an announced exit.",
  valuesConfig: {
    CANCELLED: { description: "The owner thought better of it." },
    LEFT: { description: "The GPU left its pool." },
  },
});

/** Shows a `GpuOwnershipRow`; `owner` is in `resolvers/gpu-history.ts`. */
@ObjectType({ simpleResolvers: true, description: "A span of time in which one account held a GPU NFT." })
export class GpuOwnership extends PeriodRecord {}

/** A page of ownerships. */
@ObjectType({ simpleResolvers: true, description: "A page of a GPU NFT's holders." })
export class GpuOwnershipConnection extends connectionOf("GpuOwnership", () => GpuOwnership) {}

/** Shows a `GpuMembershipRow`; `pool` and `gpu` are in `resolvers/gpu-history.ts`. */
@ObjectType({ simpleResolvers: true, description: "A span of time in which a GPU was in one pool, ACTIVE or not." })
export class GpuMembership extends PeriodRecord {
  @Field(() => BytesScalar, { description: "Address that brought the GPU: the minter's, or the owner's who joined." })
  contributor!: string;

  @Field(() => LeaveReason, { nullable: true, description: "Why it ended; null: it lasts. CURRENT." })
  leaveReason!: LeaveReason | null;
}

/** A page of memberships. */
@ObjectType({ simpleResolvers: true, description: "A page of spans of GPUs in pools." })
export class GpuMembershipConnection extends connectionOf("GpuMembership", () => GpuMembership) {}

/** Shows a row of `GPU_STATUS_PERIOD`. */
@ObjectType({ simpleResolvers: true, description: "A span of time in which a GPU had one status." })
export class GpuStatusPeriod extends PeriodRecord {
  @Field(() => GpuStatus, { description: "The status." })
  status!: GpuStatus;
}

/** A page of status periods. */
@ObjectType({ simpleResolvers: true, description: "A page of a GPU's statuses." })
export class GpuStatusPeriodConnection extends connectionOf("GpuStatusPeriod", () => GpuStatusPeriod) {}

/** Shows a `GpuExitRow`; `pool` is in `resolvers/gpu-history.ts`. */
@ObjectType({ simpleResolvers: true, description: "An exit of a GPU from its pool, from its announcement on." })
export class GpuExit {
  @Field(() => ID, { description: "Transaction hash and log index of the announcement." })
  id!: string;

  @Field(() => DateTimeScalar, { description: "When it was announced." })
  announcedAt!: bigint;

  @Field(() => DateTimeScalar, { description: "From when on the owner may take the GPU out." })
  exitAt!: bigint;

  @Field(() => ExitOutcome, { nullable: true, description: "What became of it; null: it stands. CURRENT." })
  outcome!: ExitOutcome | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When it was cancelled or the GPU left; null: it stands.",
  })
  endedAt!: bigint | null;
}

/** A page of exits. */
@ObjectType({ simpleResolvers: true, description: "A page of a GPU's exits." })
export class GpuExitConnection extends connectionOf("GpuExit", () => GpuExit) {}

/** Shows a `GpuInvitationRow`; `pool` is in `resolvers/gpu-history.ts`. */
@ObjectType({
  simpleResolvers: true,
  description: "An operator let a GPU's owner bring it to a pool; a later move of the token or of the GPU voids it.",
})
export class GpuInvitation extends LogRecord {
  @Field(() => BigIntScalar, { description: "Moves of the token and of the GPU by then, count." })
  transferCount!: bigint;
}

/** A page of invitations. */
@ObjectType({ simpleResolvers: true, description: "A page of a GPU's invitations." })
export class GpuInvitationConnection extends connectionOf("GpuInvitation", () => GpuInvitation) {}
