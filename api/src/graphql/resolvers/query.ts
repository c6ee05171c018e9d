import { Arg, Args, Ctx, ID, Query, Resolver } from "type-graphql";
import type { AsOf as AsOfFact } from "../../facts/as-of.ts";
import * as chain from "../../sources/chain.ts";
import { GPU, OPERATOR, POOL, RENTAL } from "../../sources/entities/core.ts";
import { is, isBytes } from "../../sources/entity.ts";
import { addressArgument, PageArgs, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
import { GPU_ORDER, OPERATOR_ORDER, POOL_ORDER, RENTAL_ORDER } from "../core-orders.ts";
import { readList } from "../lists.ts";
import { BytesScalar } from "../scalars.ts";
import { Account } from "../types/account.ts";
import { AsOf } from "../types/as-of.ts";
import { Gpu, GpuConnection, GpuWhere } from "../types/gpu.ts";
import { Network } from "../types/network.ts";
import { Operator, OperatorConnection } from "../types/operator.ts";
import { Pool, PoolConnection, PoolWhere } from "../types/pool.ts";
import { Rental, RentalConnection, RentalWhere } from "../types/rental.ts";

/** Every entry into the graph. Lists are ordered by id. */
@Resolver()
export class QueryResolver {
  @Query(() => AsOf, { nullable: true, description: "What this answer stands on." })
  asOf(@Ctx() context: Context): Promise<AsOfFact> {
    return context.asOf();
  }

  @Query(() => Network, { nullable: true, description: "Totals of the network; null before its first event." })
  network(@Ctx() { snapshot }: Context): Promise<chain.NetworkRow | undefined> {
    return chain.readNetwork(snapshot);
  }

  @Query(() => Operator, { nullable: true, description: "An operator by its token id; null: there is none." })
  operator(
    @Arg("id", () => ID, { description: "Its id." }) id: string,
    @Ctx() { load }: Context,
  ): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(id);
  }

  @Query(() => OperatorConnection, { nullable: true, description: "All operators." })
  operators(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("orderBy", () => OPERATOR_ORDER.values, { defaultValue: "CREATED_AT_ASC", description: "In which order." })
    order: keyof typeof OPERATOR_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.OperatorRow>> {
    return readList(snapshot, OPERATOR, page, { order: OPERATOR_ORDER.orderOf(order) });
  }

  @Query(() => Pool, { nullable: true, description: "A pool by its id; null: there is none." })
  pool(
    @Arg("id", () => ID, { description: "Its id." }) id: string,
    @Ctx() { load }: Context,
  ): Promise<chain.PoolRow | undefined> {
    return load.pool.load(id);
  }

  @Query(() => PoolConnection, { nullable: true, description: "Pools of all operators." })
  pools(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => PoolWhere, { nullable: true, description: "Which." }) where: PoolWhere | null | undefined,
    @Arg("orderBy", () => POOL_ORDER.values, { defaultValue: "CREATED_AT_ASC", description: "In which order." })
    order: keyof typeof POOL_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.PoolRow>> {
    const conditions = [
      ...is("operator", where?.operator),
      ...is("model", where?.model),
      ...is("region", where?.region),
    ];
    return readList(snapshot, POOL, page, { where: conditions, order: POOL_ORDER.orderOf(order) });
  }

  @Query(() => Gpu, { nullable: true, description: "A GPU NFT by its token id; null: nobody minted it." })
  gpu(
    @Arg("id", () => ID, { description: "Its id." }) id: string,
    @Ctx() { load }: Context,
  ): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(id);
  }

  @Query(() => GpuConnection, { nullable: true, description: "GPU NFTs, retired ones too." })
  gpus(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => GpuWhere, { nullable: true, description: "Which." }) where: GpuWhere | null | undefined,
    @Arg("orderBy", () => GPU_ORDER.values, { defaultValue: "CREATED_AT_ASC", description: "In which order." })
    order: keyof typeof GPU_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.GpuRow>> {
    const conditions = [
      ...is("pool", where?.pool),
      ...is("operator", where?.operator),
      ...isBytes("owner", addressArgument("where.owner", where?.owner)),
      ...is("status", where?.status),
    ];
    return readList(snapshot, GPU, page, { where: conditions, order: GPU_ORDER.orderOf(order) });
  }

  @Query(() => Rental, { nullable: true, description: "A rental by its id; null: there is none." })
  rental(
    @Arg("id", () => ID, { description: "Its id." }) id: string,
    @Ctx() { load }: Context,
  ): Promise<chain.RentalRow | undefined> {
    return load.rental.load(id);
  }

  @Query(() => RentalConnection, { nullable: true, description: "Rentals, past ones too." })
  rentals(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => RentalWhere, { nullable: true, description: "Which." }) where: RentalWhere | null | undefined,
    @Arg("orderBy", () => RENTAL_ORDER.values, { defaultValue: "START_AT_ASC", description: "In which order." })
    order: keyof typeof RENTAL_ORDER.values,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.RentalRow>> {
    const conditions = [
      ...is("gpu", where?.gpu),
      ...isBytes("customer", addressArgument("where.customer", where?.customer)),
    ];
    return readList(snapshot, RENTAL, page, { where: conditions, order: RENTAL_ORDER.orderOf(order) });
  }

  @Query(() => Account, { nullable: true, description: "A wallet; null if the network never saw it." })
  account(
    @Arg("address", () => BytesScalar, { description: "0x and 40 hex digits." }) value: string,
    @Ctx() { load }: Context,
  ): Promise<chain.AccountRow | undefined> {
    return load.account.load(addressArgument("address", value) ?? value);
  }
}
