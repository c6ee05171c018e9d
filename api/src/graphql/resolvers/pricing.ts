import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { evictionOf, type Eviction as EvictionFact } from "../../domain/pricing/eviction.ts";
import { findArbitrage, type SplitArbitrage } from "../../domain/pricing/arbitrage.ts";
import { checkedWindow, type Window } from "../../domain/window.ts";
import type * as chain from "../../sources/chain.ts";
import { readPriceIndex, readTicks, type AdviceRow, type TickRow } from "../../sources/market.ts";
import { readDiscounts } from "../../sources/offers.ts";
import type { Context } from "../context.ts";
import { DateTimeScalar } from "../scalars.ts";
import { Tier } from "../types/enums.ts";
import { Pool } from "../types/pool.ts";
import {
  Eviction,
  PriceAdvice,
  PriceHistory,
  PriceIndex,
  PriceIndexKind,
  TermArbitrage,
  type BoundBy,
} from "../types/pricing.ts";

/** Hourly points of one series: three months of them. */
const MAX_DAYS = 92;

const at = (seconds: number): Date => new Date(seconds * 1_000);

/** What a pool should ask, asked, and how safe its spot rentals are. */
@Resolver(() => Pool)
export class PoolPricingResolver {
  @FieldResolver(() => PriceAdvice, { nullable: true, description: "The newest; null before the first full hour." })
  async advice(
    @Root() pool: chain.PoolRow,
    @Arg("tier", () => Tier, { description: "On which terms." }) tier: Tier,
    @Ctx() { load }: Context,
  ): Promise<PriceAdvice | undefined> {
    const tick = await load.pricing.newestTick.load(pool.id);
    return tick && adviceOf(tick, tier);
  }

  @FieldResolver(() => PriceHistory, {
    nullable: true,
    description: `Full hours in [from, to], at most ${MAX_DAYS} days.`,
  })
  async priceHistory(
    @Root() pool: chain.PoolRow,
    @Arg("tier", () => Tier, { description: "On which terms." }) tier: Tier,
    @Arg("from", () => DateTimeScalar, { description: "First moment." }) from: Date,
    @Arg("to", () => DateTimeScalar, { description: "Last moment." }) to: Date,
    @Ctx() { snapshot, load }: Context,
  ): Promise<PriceHistory> {
    const { fromAt, toAt } = spanOf(from, to);
    load.pricing.takeHours(toAt - fromAt);
    const ticks = await readTicks(snapshot, pool.id, fromAt, toAt);
    return {
      at: ticks.map((tick) => at(tick.at)),
      rateDcPerHour: ticks.map((tick) => rateOf(tick, tier)),
      adviceDcPerHour: ticks.map((tick) => adviceRow(tick, tier)?.rate ?? null),
      occupancy: ticks.map(({ occupancy }) => occupancy),
      hourOccupancy: ticks.map(({ rentedSeconds, availableSeconds }) =>
        availableSeconds > 0 ? Math.min(1, rentedSeconds / availableSeconds) : null,
      ),
    };
  }

  @FieldResolver(() => Eviction, {
    nullable: true,
    description: "Of a spot rental on any of its GPUs that no booking is known of; null before the first full hour.",
  })
  async eviction(@Root() pool: chain.PoolRow, @Ctx() context: Context): Promise<Eviction | undefined> {
    const hazard = await context.load.pricing.hazard.load(pool.id);
    const { block } = await context.asOf();
    return hazard && shownEviction(evictionOf(hazard, null, Number(block.timestamp)));
  }

  @FieldResolver(() => [TermArbitrage], {
    nullable: true,
    description: "Where its discounts can be beaten; empty: no slot is cheaper by any way than directly.",
  })
  async termArbitrage(@Root() pool: chain.PoolRow, @Ctx() { snapshot }: Context): Promise<SplitArbitrage[]> {
    return findArbitrage(pool.reservedRateDcPerHour, await readDiscounts(snapshot, pool.id));
  }
}

/** Entry to the indices. */
@Resolver(() => PriceIndex)
export class PriceIndexResolver {
  @Query(() => PriceIndex, {
    nullable: true,
    description: `What was paid or is asked for a model in a region at each full hour in [from, to], at most ${MAX_DAYS} days.`,
  })
  async priceIndex(
    @Arg("model", () => String, { description: "As DCGM names it." }) model: string,
    @Arg("region", () => String, { description: "The pools' region." }) region: string,
    @Arg("kind", () => PriceIndexKind, { description: "Paid or asked." }) kind: PriceIndexKind,
    @Arg("from", () => DateTimeScalar, { description: "First moment." }) from: Date,
    @Arg("to", () => DateTimeScalar, { description: "Last moment." }) to: Date,
    @Ctx() { snapshot, load }: Context,
  ): Promise<PriceIndex> {
    const { fromAt, toAt } = spanOf(from, to);
    load.pricing.takeHours(toAt - fromAt);
    const rows = await readPriceIndex(snapshot, { model, region, kind }, fromAt, toAt);
    return {
      kind,
      at: rows.map((row) => at(row.at)),
      dcPerHour: rows.map((row) => row.dcPerHour),
      reason: rows.map((row) => row.reason),
      count: rows.map((row) => row.count),
      volume: rows.map((row) => row.volume),
      trimmedSeconds: rows.map((row) => row.trimmedSeconds),
      keptLowDcPerHour: rows.map((row) => row.keptLow),
      keptHighDcPerHour: rows.map((row) => row.keptHigh),
    };
  }
}

/** An eviction as the graph has it. */
export function shownEviction({ endsBy, within, takenCount, exposedGpuHours }: EvictionFact): Eviction {
  return {
    endsBy: endsBy === null ? null : at(endsBy),
    within: within.map(({ hours, chance }) => ({ hours, chance: chance.value, reason: chance.reason })),
    ...{ takenCount, exposedGpuHours },
  };
}

function spanOf(from: Date, to: Date): Window {
  return checkedWindow(
    { fromAt: Math.floor(from.getTime() / 1_000), toAt: Math.floor(to.getTime() / 1_000) },
    MAX_DAYS,
  );
}

function rateOf(tick: TickRow, tier: Tier): bigint {
  if (tier === Tier.RESERVED) return tick.reservedRate;
  return tier === Tier.SPOT ? tick.spotRate : tick.onDemandRate;
}

function adviceRow({ advice }: TickRow, tier: string): AdviceRow | undefined {
  return advice.find((one) => one.tier === tier);
}

function adviceOf(tick: TickRow, tier: Tier): PriceAdvice | undefined {
  const one = adviceRow(tick, tier);
  if (!one) return undefined;
  const isSpot = tier === Tier.SPOT;
  return {
    tier,
    at: at(tick.at),
    rateDcPerHour: one.rate,
    reason: one.reason,
    presentRateDcPerHour: rateOf(tick, tier),
    steppedDcPerHour: one.stepped,
    boundBy: one.boundBy as BoundBy | null,
    ...{ occupancy: tick.occupancy, occupancyReason: tick.occupancyReason },
    ...{ target: tick.target, sensitivity: tick.sensitivity },
    floorDcPerHour: isSpot ? tick.spotFloor : tick.onDemandFloor,
    capDcPerHour: isSpot ? tick.spotCap : tick.onDemandCap,
    ...{ costFloorDcPerHour: tick.costFloor, costFloorReason: tick.costFloorReason },
    ...{ methodologyVersion: tick.methodologyVersion, asOfBlock: tick.asOfBlock },
  };
}
