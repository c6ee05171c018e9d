import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { accruedDc, isRunning } from "../../domain/rental.ts";
import type * as chain from "../../sources/chain.ts";
import { GPU, POOL, RENTAL } from "../../sources/entities/core.ts";
import { ascending } from "../../sources/entity.ts";
import { PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { readListOf } from "../lists.ts";
import { DcScalar } from "../scalars.ts";
import { Account } from "../types/account.ts";
import { Gpu, GpuConnection } from "../types/gpu.ts";
import { Operator } from "../types/operator.ts";
import { Pool, PoolConnection } from "../types/pool.ts";
import { Rental, RentalConnection } from "../types/rental.ts";

/** By id: ids are given in the order of creation. */
const CREATED = ascending("created_at");

/** Lists of a wallet. */
@Resolver(() => Account)
export class AccountResolver {
  @FieldResolver(() => GpuConnection, { description: "GPU NFTs that it holds." })
  gpus(
    @Root() account: chain.AccountRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.GpuRow>> {
    return readListOf(snapshot, GPU, { column: "owner", key: account.address, isBytes: true }, page, {
      order: CREATED,
    });
  }

  @FieldResolver(() => RentalConnection, { description: "Rentals that it paid." })
  rentals(
    @Root() account: chain.AccountRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.RentalRow>> {
    const by = { column: "customer", key: account.address, isBytes: true };
    return readListOf(snapshot, RENTAL, by, page, { order: ascending("start_at") });
  }
}

/** An operator's holder and pools. */
@Resolver(() => Operator)
export class OperatorResolver {
  @FieldResolver(() => Account, { nullable: true, description: "Holder of the identity. CURRENT." })
  owner(@Root() operator: chain.OperatorRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(operator.ownerAddress);
  }

  @FieldResolver(() => PoolConnection, { description: "Pools that it opened, by id." })
  pools(
    @Root() operator: chain.OperatorRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.PoolRow>> {
    return readListOf(snapshot, POOL, { column: "operator", key: operator.id }, page, { order: CREATED });
  }
}

/** A pool's operator and GPUs. */
@Resolver(() => Pool)
export class PoolResolver {
  @FieldResolver(() => Operator, { nullable: true, description: "Who runs it." })
  operator(@Root() pool: chain.PoolRow, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(pool.operatorId);
  }

  @FieldResolver(() => GpuConnection, { description: "GPUs in it, by id." })
  gpus(
    @Root() pool: chain.PoolRow,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.GpuRow>> {
    return readListOf(snapshot, GPU, { column: "pool", key: pool.id }, page, { order: CREATED });
  }
}

/** What a rental belongs to, and where it stands at the answer's block. */
@Resolver(() => Rental)
export class RentalResolver {
  @FieldResolver(() => Gpu, { nullable: true, description: "The GPU used." })
  gpu(@Root() rental: chain.RentalRow, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(rental.gpuId);
  }

  @FieldResolver(() => Pool, { nullable: true, description: "The GPU's pool at the start." })
  pool(@Root() rental: chain.RentalRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(rental.poolId);
  }

  @FieldResolver(() => Account, { nullable: true, description: "Who pays." })
  customer(@Root() rental: chain.RentalRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(rental.customerAddress);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: "Whether it runs at the block of this answer: funded, not past its term, and not ended by anybody.",
  })
  async isRunning(@Root() rental: chain.RentalRow, @Ctx() context: Context): Promise<boolean> {
    const { block } = await context.asOf();
    return isRunning(rental, block.timestamp);
  }

  @FieldResolver(() => DcScalar, {
    nullable: true,
    description:
      "Used up to the block of this answer, burned or not yet: ⌈rate · seconds / 3600⌉, at most the deposit.",
  })
  async accruedDc(@Root() rental: chain.RentalRow, @Ctx() context: Context): Promise<bigint> {
    const { block } = await context.asOf();
    return accruedDc(rental, block.timestamp);
  }
}
