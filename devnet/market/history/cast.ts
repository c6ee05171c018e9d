import { accountOf } from "../wallets.ts";
import { inTurn, type AccountIndex, type MarketPlan } from "../plan.ts";

const HOUR = 3_600;

/** Whom and what some acts are about, by the numbers that the bootstrap gave them on the chain, and when. */
export interface Cast {
  plan: MarketPlan;
  /** GPU ids by pool, in the order of the plan */
  gpus: readonly (readonly bigint[])[];
  /** which repetition of the acts it is, from 0 on */
  round: number;
  /** so many hours after the acts begin, seconds since 1970 */
  hours(count: number): number;
  /** the hour since 1970 that is so many whole hours after the acts begin */
  hour(count: number): bigint;
}

/**
 * The cast of a plan on a chain where nothing but the bootstrap has happened: it counts GPUs from 1, pool after pool.
 *
 * @param firstHour when its acts begin, in hours since 1970
 */
export function castOf(plan: MarketPlan, firstHour: number): Cast {
  let count = 0n;
  const gpus = plan.pools.map((pool) => {
    const size = plan.hosts
      .filter(({ name }) => pool.hosts.includes(name) && !pool.laterHosts?.some((later) => later.name === name))
      .reduce((sum, host) => sum + host.gpuCount, 0);
    return Array.from({ length: size }, () => ++count);
  });
  return { plan, gpus, round: 0, ...clockFrom(firstHour) };
}

/** GPUs of a pool that one repetition of the acts has to itself. */
export const GPUS_A_ROUND = 8;

/** The same acts once more: some hours later, with the next GPUs of each pool. */
export function nextCast(cast: Cast, round: number, firstHour: number): Cast {
  return { ...cast, round, gpus: cast.gpus.map((ids) => ids.slice(round * GPUS_A_ROUND)), ...clockFrom(firstHour) };
}

const clockFrom = (firstHour: number): Pick<Cast, "hours" | "hour"> => ({
  hours: (count) => Math.round((firstHour + count) * HOUR),
  hour: (count) => BigInt(firstHour + count),
});

/** GPU number `place` of pool number `pool`, both counted from 0. */
export function gpuAt({ gpus }: Cast, pool: number, place: number): bigint {
  return oneOf(gpus[pool], place);
}

/** Who runs pool number `pool`, counted from 0. */
export function operatorAt({ plan }: Cast, pool: number): AccountIndex {
  return oneOf(plan.operators, oneOf(plan.pools, pool).operator).owner;
}

/** Who first held GPU number `place` of pool number `pool`. */
export function ownerAt({ plan, round }: Cast, pool: number, place: number): AccountIndex {
  return inTurn(oneOf(plan.pools, pool).owners, round * GPUS_A_ROUND + place);
}

/** Rates of pool number `pool`, as at its opening. */
export function ratesAt({ plan }: Cast, pool: number): { spot: bigint; onDemand: bigint; reserved: bigint } {
  return oneOf(plan.pools, pool).rates;
}

/** Address of an account. */
export const addressAt = (index: AccountIndex): `0x${string}` => accountOf(index).address;

/** An item that the plan has. */
export function oneOf<T>(list: readonly T[] | undefined, place: number): T {
  const item = list?.[place];
  if (item === undefined) throw new Error(`BUG: the plan has no number ${place} of these`);
  return item;
}
