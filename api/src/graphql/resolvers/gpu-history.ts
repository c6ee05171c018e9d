import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type * as chain from "../../sources/chain.ts";
import {
  GPU_EXIT,
  GPU_INVITATION,
  GPU_MEMBERSHIP,
  GPU_OWNERSHIP,
  GPU_STATUS_PERIOD,
  type GpuExitRow,
  type GpuInvitationRow,
  type GpuMembershipRow,
  type GpuOwnershipRow,
} from "../../sources/entities/gpu-history.ts";
import { descending, NEWEST, type Entity, type Order } from "../../sources/entity.ts";
import { PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { readListOf } from "../lists.ts";
import { Account } from "../types/account.ts";
import {
  GpuExit,
  GpuExitConnection,
  GpuInvitation,
  GpuInvitationConnection,
  GpuMembership,
  GpuMembershipConnection,
  GpuOwnership,
  GpuOwnershipConnection,
  GpuStatusPeriodConnection,
} from "../types/gpu-history.ts";
import { Gpu } from "../types/gpu.ts";
import { Pool } from "../types/pool.ts";

const LATEST = descending("from_at");

function ofGpu<Row extends { id: string }>(
  kind: Entity<Row>,
  { id }: chain.GpuRow,
  page: PageArgs,
  { snapshot }: Context,
  order: Order = LATEST,
): Promise<Connection<Row>> {
  return readListOf(snapshot, kind, { column: "gpu", key: id }, page, { order });
}

/** What became of a GPU NFT. */
@Resolver(() => Gpu)
export class GpuHistoryResolver {
  @FieldResolver(() => GpuOwnershipConnection, { description: "Who held it when, the latest first." })
  ownerships(@Root() gpu: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofGpu(GPU_OWNERSHIP, gpu, page, context);
  }

  @FieldResolver(() => GpuMembershipConnection, { description: "In which pools it was when, the latest first." })
  memberships(@Root() gpu: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofGpu(GPU_MEMBERSHIP, gpu, page, context);
  }

  @FieldResolver(() => GpuStatusPeriodConnection, { description: "Which status it had when, the latest first." })
  statusPeriods(@Root() gpu: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofGpu(GPU_STATUS_PERIOD, gpu, page, context);
  }

  @FieldResolver(() => GpuExitConnection, { description: "Exits that its owners announced, the latest first." })
  exits(@Root() gpu: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofGpu(GPU_EXIT, gpu, page, context, descending("announced_at"));
  }

  @FieldResolver(() => GpuInvitationConnection, { description: "Pools that it was invited to, the latest first." })
  invitations(@Root() gpu: chain.GpuRow, @Args(() => PageArgs) page: PageArgs, @Ctx() context: Context) {
    return ofGpu(GPU_INVITATION, gpu, page, context, NEWEST);
  }
}

/** Who held it. */
@Resolver(() => GpuOwnership)
export class GpuOwnershipResolver {
  @FieldResolver(() => Account, { nullable: true, description: "Who held it." })
  owner(@Root() row: GpuOwnershipRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(row.ownerAddress);
  }

  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU." })
  gpu(@Root() row: GpuOwnershipRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(row.gpuId);
  }
}

/** Which GPU was in which pool. */
@Resolver(() => GpuMembership)
export class GpuMembershipResolver {
  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU." })
  gpu(@Root() row: GpuMembershipRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(row.gpuId);
  }

  @FieldResolver(() => Pool, { nullable: true, description: "The pool." })
  pool(@Root() row: GpuMembershipRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(row.poolId);
  }
}

/** The pool of an exit. */
@Resolver(() => GpuExit)
export class GpuExitResolver {
  @FieldResolver(() => Pool, { nullable: true, description: "The pool that it is to leave." })
  pool(@Root() row: GpuExitRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(row.poolId);
  }
}

/** The pool of an invitation. */
@Resolver(() => GpuInvitation)
export class GpuInvitationResolver {
  @FieldResolver(() => Pool, { nullable: true, description: "The pool." })
  pool(@Root() row: GpuInvitationRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(row.poolId);
  }
}

/** Spans of a wallet's GPU NFTs. */
@Resolver(() => Account)
export class AccountHoldingsResolver {
  @FieldResolver(() => GpuOwnershipConnection, { description: "GPU NFTs that it held, when; the latest first." })
  ownerships(
    @Root() { address }: chain.AccountRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ) {
    const by = { column: "owner", key: address, isBytes: true };
    return readListOf(snapshot, GPU_OWNERSHIP, by, page, { order: LATEST });
  }
}

/** All of them. */
export const GPU_HISTORY_RESOLVERS = [
  GpuHistoryResolver,
  GpuOwnershipResolver,
  GpuMembershipResolver,
  GpuExitResolver,
  GpuInvitationResolver,
  AccountHoldingsResolver,
] as const;
