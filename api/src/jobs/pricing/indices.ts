import { askIndex } from "../../domain/pricing/ask-index.ts";
import { tradeIndex } from "../../domain/pricing/trade-index.ts";
import { groupBy } from "../../facts/group-by.ts";
import type { PricedPool, PricingSpan } from "../../facts/pricing-span.ts";
import type { RateChangeRow, SettledUseRow } from "../../sources/pricing.ts";

const HOUR = 3_600;
const DAY = 86_400;

/** What is asked, by the tier that it is asked for. */
const ASKS = [
  ["ASK_SPOT", (rates: RateChangeRow) => rates.spotDcPerHour],
  ["ASK_ON_DEMAND", (rates: RateChangeRow) => rates.onDemandDcPerHour],
  ["ASK_RESERVED", (rates: RateChangeRow) => rates.reservedDcPerHour],
] as const;

/** One index at one hour; the columns of `market.price_index`. */
export interface IndexPoint {
  model: string;
  region: string;
  kind: "TRADE" | (typeof ASKS)[number][0];
  at: number;
  methodologyVersion: number;
  dcPerHour: bigint | null;
  reason: string | null;
  count: number;
  volume: bigint;
  trimmedSeconds: bigint | null;
  keptDcPerHour: { low: bigint; high: bigint } | null;
}

/** All indices at the ends of the hours in `[from, to)`: of each model and region that has a pool by then. */
export function indicesOf({ pools, uses }: PricingSpan, from: number, to: number): IndexPoint[] {
  const placeOf = new Map(pools.map((pool) => [pool.poolId, `${pool.model}\n${pool.region}`]));
  const sorted = [...uses].sort((a, b) => a.at - b.at);
  const usesOf = groupBy(sorted, ({ poolId }) => placeOf.get(poolId) ?? "");
  const points: IndexPoint[] = [];
  for (const [place, members] of groupBy(pools, (pool) => placeOf.get(pool.poolId) ?? "")) {
    const window = new Window(usesOf.get(place) ?? []);
    for (let at = from + HOUR; at <= to; at += HOUR) {
      const present = members.filter(({ createdAt }) => createdAt <= at);
      const [first] = present;
      if (!first) continue;
      const common = { model: first.model, region: first.region, at };
      points.push({ ...common, ...tradeAt(window.upTo(at), at) }, ...asksAt(present, at, common));
    }
  }
  return points;
}

type Shown = Omit<IndexPoint, "model" | "region" | "at">;

function tradeAt(uses: readonly SettledUseRow[], at: number): Shown {
  const { dcPerHour, tradeCount, seconds, trimmedSeconds, keptDcPerHour, methodologyVersion } = tradeIndex(uses, at);
  return {
    kind: "TRADE",
    methodologyVersion,
    ...{ dcPerHour: dcPerHour.value, reason: dcPerHour.reason },
    ...{ count: tradeCount, volume: seconds, trimmedSeconds, keptDcPerHour },
  };
}

function asksAt(pools: readonly PricedPool[], at: number, common: Omit<IndexPoint, keyof Shown>): IndexPoint[] {
  const offered = pools.flatMap((pool) => {
    const rates = pool.ratesAt(at);
    return rates ? [{ rates, gpuCount: pool.activeCountAt(at) }] : [];
  });
  return ASKS.map(([kind, rateOf]) => {
    const asks = offered.map(({ rates, gpuCount }) => ({ rateDcPerHour: rateOf(rates), gpuCount }));
    const { dcPerHour, poolCount, gpuCount, methodologyVersion } = askIndex(asks, at);
    return {
      ...common,
      ...{ kind, methodologyVersion, dcPerHour: dcPerHour.value, reason: dcPerHour.reason },
      ...{ count: poolCount, volume: BigInt(gpuCount), trimmedSeconds: null, keptDcPerHour: null },
    };
  });
}

/** The burns of the 24 h to a time that only goes on. */
class Window {
  readonly #uses: readonly SettledUseRow[];
  #from = 0;
  #to = 0;

  constructor(uses: readonly SettledUseRow[]) {
    this.#uses = uses;
  }

  upTo(at: number): readonly SettledUseRow[] {
    while ((this.#uses[this.#to]?.at ?? Infinity) <= at) this.#to++;
    while ((this.#uses[this.#from]?.at ?? Infinity) <= at - DAY) this.#from++;
    return this.#uses.slice(this.#from, this.#to);
  }
}
