import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { HOUR_MS, MINUTE_MS } from "#kernel/time.ts";
import { isRunning } from "../../domain/rental.ts";
import type { AsOf as AsOfFact } from "../../facts/as-of.ts";
import type { TelemetryMinutesFact } from "../../facts/gpu-series.ts";
import type * as chain from "../../sources/chain.ts";
import type { HourRow } from "../../sources/usage.ts";
import { badArgument } from "../connection.ts";
import type { Context } from "../context.ts";
import { Account } from "../types/account.ts";
import { AsOf } from "../types/as-of.ts";
import { Gpu, TelemetryMinutes, UsageHour } from "../types/gpu.ts";
import { Operator } from "../types/operator.ts";
import { Pool } from "../types/pool.ts";
import { Rental } from "../types/rental.ts";

const MAX_HOURS = 24 * 31;
const MAX_MINUTES = 24 * 60;

/** Where a GPU's two streams meet: the chain's facts and its telemetry. */
@Resolver(() => Gpu)
export class GpuResolver {
  @FieldResolver(() => Account, { nullable: true, description: "Holder of the NFT. CURRENT." })
  owner(@Root() gpu: chain.GpuRow, @Ctx() { load }: Context): Promise<chain.AccountRow | undefined> {
    return load.account.load(gpu.ownerAddress);
  }

  @FieldResolver(() => Operator, { nullable: true, description: "Null: it is in no pool. CURRENT." })
  async operator(@Root() gpu: chain.GpuRow, @Ctx() { load }: Context): Promise<chain.OperatorRow | undefined> {
    return gpu.operatorId === null ? undefined : load.operator.load(gpu.operatorId);
  }

  @FieldResolver(() => Pool, { nullable: true, description: "Null: it is in no pool. CURRENT." })
  async pool(@Root() gpu: chain.GpuRow, @Ctx() { load }: Context): Promise<chain.PoolRow | undefined> {
    return gpu.poolId === null ? undefined : load.pool.load(gpu.poolId);
  }

  @FieldResolver(() => Rental, {
    nullable: true,
    description: "The rental that runs on it at the block of this answer; null: it is free.",
  })
  async rental(@Root() gpu: chain.GpuRow, @Ctx() context: Context): Promise<chain.RentalRow | undefined> {
    if (gpu.rentalId === null) return undefined;
    const [rental, { block }] = await Promise.all([context.load.rental.load(gpu.rentalId), context.asOf()]);
    return rental && isRunning(rental, block.timestamp) ? rental : undefined;
  }

  @FieldResolver(() => [UsageHour], {
    nullable: true,
    description: `Data Credits burned for it by hour of the burn, oldest first: the hour of this answer's block and the
hours before it, those with a burn.`,
  })
  async burnedByHour(
    @Root() gpu: chain.GpuRow,
    @Arg("hours", () => Int, { defaultValue: 24, description: `1 to ${MAX_HOURS}.` }) hours: number,
    @Ctx() context: Context,
  ): Promise<HourRow[]> {
    if (hours < 1 || hours > MAX_HOURS) throw badArgument("hours", `must be 1 to ${MAX_HOURS}`);
    const { block } = await context.asOf();
    const span = { at: Number(block.timestamp) * 1_000, width: hours * HOUR_MS };
    return context.load.burnedHours(span).load(gpu.id);
  }

  @FieldResolver(() => TelemetryMinutes, {
    nullable: true,
    description: `What DCGM reported by minute: the minute of \`asOf.sampledThrough\`, which may still run, and those before
it. Null: no exporter has shown this GPU yet.`,
  })
  async telemetry(
    @Root() gpu: chain.GpuRow,
    @Arg("minutes", () => Int, { defaultValue: 60, description: `1 to ${MAX_MINUTES}.` }) minutes: number,
    @Ctx() context: Context,
  ): Promise<TelemetryMinutesFact | undefined> {
    if (minutes < 1 || minutes > MAX_MINUTES) throw badArgument("minutes", `must be 1 to ${MAX_MINUTES}`);
    const { sampledThrough } = await context.asOf();
    if (!sampledThrough) return undefined;
    const span = { at: sampledThrough.getTime(), width: minutes * MINUTE_MS };
    return context.load.telemetryMinutes(span).load(gpu.uuidHash);
  }

  @FieldResolver(() => AsOf, { nullable: true, description: "What this answer stands on." })
  asOf(@Ctx() context: Context): Promise<AsOfFact> {
    return context.asOf();
  }
}
