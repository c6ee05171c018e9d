import { planOf } from "#devnet/market/plans.ts";
import type { MarketPlan, PoolPlan } from "#devnet/market/plan.ts";
import { createRandom } from "#devnet/market/random.ts";
import type { Figure } from "../figure.ts";
import type { BenchFlags } from "../flags.ts";
import { wishesOf, type DemandModel } from "./demand.ts";
import type { SimulatedPool } from "./market.ts";
import { simulate, type PoolResult } from "./simulate.ts";

const SEEDS = 24;
/** A Monday, so that a seed's weeks are like others'. */
const FROM = Date.UTC(2026, 9, 5) / 1_000;
const UNITS = 1_000_000;
/** By how many percent fewer rent when all rates are 1 % higher. */
const ELASTICITIES = [0.6, 1.2, 2];
/** Wishes beside those of the month that a first start plays. */
const LOADS = [0.6, 1, 1.6];
/** What the figures are of: the played month, and customers who heed prices. */
const BASE = { elasticity: 1.2, load: 1 };

/** How a side did beside fixed rates, over all seeds. */
interface Comparison {
  fixed: number;
  advised: number;
  /** mean and standard deviation of advised over fixed, less 1 */
  gain: number;
  spread: number;
  wins: number;
  fixedOccupancy: number;
  occupancy: number;
  endRate: number;
}

/**
 * A month of the seeded market's pools and rhythm under fixed rates and under advice that is followed every hour: by all
 * pools, and by each pool alone while the others keep theirs. The same wishes on all sides. What counts is revenue per
 * available GPU-hour.
 */
export function benchPricing({ runs = SEEDS }: BenchFlags): Promise<Figure[]> {
  const plan = planOf("month");
  const figures: Figure[] = [];
  process.stdout.write(`${HEAD}\n`);
  for (const load of LOADS) {
    for (const elasticity of ELASTICITIES) {
      const { all, alone } = compare(plan, { load, elasticity }, runs);
      process.stdout.write(`${rowOf("all", load, elasticity, all, runs)}\n`);
      process.stdout.write(`${rowOf("alone", load, elasticity, alone, runs)}\n`);
      if (load !== BASE.load || elasticity !== BASE.elasticity) continue;
      figures.push(
        {
          name: "revenue under advice over fixed rates, all follow",
          value: all.advised / all.fixed,
          unit: "×",
          limit: 1,
          isFloor: true,
        },
        {
          name: "revenue under advice over fixed rates, one follows",
          value: alone.advised / alone.fixed,
          unit: "×",
          limit: 1,
          isFloor: true,
        },
      );
    }
  }
  return Promise.resolve(figures);
}

function compare(
  plan: MarketPlan,
  { load, elasticity }: typeof BASE,
  runs: number,
): Record<"all" | "alone", Comparison> {
  const month = plan.month;
  if (!month) throw new Error("BUG: a month without a plan of its own");
  const demand: DemandModel = { wishesPerDay: month.wishesPerDay * load, elasticity };
  const hours = plan.historyHours;
  const course = { from: FROM, to: FROM + hours * 3_600, crashAt: FROM + month.crashHour * 3_600 };
  const pools = plan.pools.map((pool) => simulated(plan, pool));
  const shares = sharesOf(pools);
  const [all, alone]: [Pair[], Pair[]] = [[], []];
  for (let seed = 1; seed <= runs; seed++) {
    const wishes = wishesOf(demand, createRandom(seed * 7_919), course, shares, pools.length);
    const run = (follows: (place: number) => boolean): PoolResult[] =>
      simulate(
        pools,
        wishes,
        pools.map((_, place) => follows(place)),
        hours,
      );
    const fixed = run(() => false);
    all.push({ fixed: total(fixed), advised: total(run(() => true)) });
    const solo = (seed - 1) % pools.length;
    const one = run((place) => place === solo);
    alone.push({ fixed: total(fixed.slice(solo, solo + 1)), advised: total(one.slice(solo, solo + 1)) });
  }
  return { all: summary(all), alone: summary(alone) };
}

type Pair = Record<"fixed" | "advised", PoolResult>;

/** All of a plan's pool that a price is about: GPUs of its hosts, from when they come on. */
function simulated({ hosts }: MarketPlan, { model, rates, hosts: names, laterHosts = [] }: PoolPlan): SimulatedPool {
  const since = names.flatMap((name) => {
    const day = laterHosts.find((later) => later.name === name)?.day ?? 0;
    const count = hosts.find((host) => host.name === name)?.gpuCount ?? 0;
    return Array.from({ length: count }, () => day * 24);
  });
  const dc = (rate: bigint): number => Number(rate) / UNITS;
  return { model, rates: { spot: dc(rates.spot), onDemand: dc(rates.onDemand), reserved: dc(rates.reserved) }, since };
}

/** A model is wanted as much as there are GPUs of it. */
function sharesOf(pools: readonly SimulatedPool[]): { model: string; share: number }[] {
  const all = pools.reduce((sum, { since }) => sum + since.length, 0);
  return [...new Set(pools.map(({ model }) => model))].map((model) => ({
    model,
    share: pools.filter((pool) => pool.model === model).reduce((sum, { since }) => sum + since.length, 0) / all,
  }));
}

function total(results: readonly PoolResult[]): PoolResult {
  const sum = (of: (result: PoolResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  return {
    revenue: sum(({ revenue }) => revenue),
    availableHours: sum(({ availableHours }) => availableHours),
    soldHours: sum(({ soldHours }) => soldHours),
    endRate: sum(({ endRate }) => endRate) / results.length,
  };
}

function summary(pairs: readonly Pair[]): Comparison {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const earned = ({ revenue, availableHours }: PoolResult): number => revenue / availableHours;
  const occupied = ({ soldHours, availableHours }: PoolResult): number => soldHours / availableHours;
  const gains = pairs.map(({ fixed, advised }) => earned(advised) / earned(fixed) - 1);
  const gain = mean(gains);
  return {
    fixed: mean(pairs.map(({ fixed }) => earned(fixed))),
    advised: mean(pairs.map(({ advised }) => earned(advised))),
    gain,
    spread: Math.sqrt(mean(gains.map((one) => (one - gain) ** 2)) * (gains.length / Math.max(1, gains.length - 1))),
    wins: gains.filter((one) => one > 0).length,
    fixedOccupancy: mean(pairs.map(({ fixed }) => occupied(fixed))),
    occupancy: mean(pairs.map(({ advised }) => occupied(advised))),
    endRate: mean(pairs.map(({ advised }) => advised.endRate)),
  };
}

const HEAD =
  "follows  load  elasticity  fixed $/h  advised $/h    gain  spread    wins  occupied, fixed → advised  rate at the end";

function rowOf(who: string, load: number, elasticity: number, found: Comparison, runs: number): string {
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  return [
    who.padEnd(7),
    load.toFixed(1).padStart(4),
    elasticity.toFixed(1).padStart(10),
    found.fixed.toFixed(3).padStart(9),
    found.advised.toFixed(3).padStart(11),
    percent(found.gain).padStart(7),
    percent(found.spread).padStart(7),
    `${found.wins}/${runs}`.padStart(7),
    `${percent(found.fixedOccupancy)} → ${percent(found.occupancy)}`.padStart(26),
    `${found.endRate.toFixed(2)} ×`.padStart(16),
  ].join("  ");
}
