import { Arg, Args, Ctx, ID, Query, Resolver } from "type-graphql";
import type { AsOf as AsOfFact } from "../../facts/as-of.ts";
import * as chain from "../../sources/chain.ts";
import { addressArgument, PageArgs, readConnection, type Connection } from "../connection.ts";
import type { Context } from "../context.ts";
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
  @Query(() => AsOf, { description: "What this answer stands on." })
  asOf(@Ctx() context: Context): Promise<AsOfFact> {
    return context.asOf();
  }

  @Query(() => Network, { nullable: true, description: "Totals of the network; null before its first event." })
  network(@Ctx() { snapshot }: Context): Promise<chain.NetworkRow | undefined> {
    return chain.readNetwork(snapshot);
  }

  @Query(() => Operator, { nullable: true })
  operator(@Arg("id", () => ID) id: string, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return load.operator.load(id);
  }

  @Query(() => OperatorConnection)
  operators(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.OperatorRow>> {
    return readConnection(page, (slice) => chain.listOperators(snapshot, slice));
  }

  @Query(() => Pool, { nullable: true })
  pool(@Arg("id", () => ID) id: string, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return load.pool.load(id);
  }

  @Query(() => PoolConnection)
  pools(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => PoolWhere, { nullable: true }) where: PoolWhere | null | undefined,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.PoolRow>> {
    const filter = { operatorId: where?.operator ?? null, model: where?.model ?? null, region: where?.region ?? null };
    return readConnection(page, (slice) => chain.listPools(snapshot, slice, filter));
  }

  @Query(() => Gpu, { nullable: true })
  gpu(@Arg("id", () => ID) id: string, @Ctx() { load }: Context): Promise<chain.GpuRow | undefined> {
    return load.gpu.load(id);
  }

  @Query(() => GpuConnection)
  gpus(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => GpuWhere, { nullable: true }) where: GpuWhere | null | undefined,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.GpuRow>> {
    const filter = {
      poolId: where?.pool ?? null,
      operatorId: where?.operator ?? null,
      owner: addressArgument("where.owner", where?.owner),
      status: where?.status ?? null,
    };
    return readConnection(page, (slice) => chain.listGpus(snapshot, slice, filter));
  }

  @Query(() => Rental, { nullable: true })
  rental(@Arg("id", () => ID) id: string, @Ctx() { load }: Context): Promise<chain.RentalRow | undefined> {
    return load.rental.load(id);
  }

  @Query(() => RentalConnection)
  rentals(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => RentalWhere, { nullable: true }) where: RentalWhere | null | undefined,
    @Ctx() { snapshot }: Context,
  ): Promise<Connection<chain.RentalRow>> {
    const filter = { gpuId: where?.gpu ?? null, customer: addressArgument("where.customer", where?.customer) };
    return readConnection(page, (slice) => chain.listRentals(snapshot, slice, filter));
  }

  @Query(() => Account, { nullable: true, description: "A wallet; null if the network never saw it." })
  account(
    @Arg("address", () => BytesScalar) value: string,
    @Ctx() { load }: Context,
  ): Promise<chain.AccountRow | undefined> {
    return load.account.load(addressArgument("address", value) ?? value);
  }
}
