import { poisson, secondsOf, TIERS } from "#devnet/market/history/month/arrivals.ts";
import { demandAt, type Course } from "#devnet/market/history/month/rhythm.ts";
import type { Random } from "#devnet/market/random.ts";

/** What customers want, and at what price; see bench/README.md. */
export interface DemandModel {
  /** wishes on an average day at the rates of the beginning: those of the played month are 235 */
  wishesPerDay: number;
  /** by how many percent fewer rent when rates are 1 % higher */
  elasticity: number;
}

/** One customer who looks for a GPU. */
export interface Wish {
  /** hours since the beginning */
  at: number;
  model: string;
  tier: "SPOT" | "ON_DEMAND" | "RESERVED";
  hours: number;
  /** of a reservation, hours since the beginning, whole */
  startAt: number;
  /** pays at most so many times what the tier cost at the beginning, the mean of the model's pools */
  worth: number;
  /** what each pool is to this customer beside its rate: its rate counts times these */
  tastes: readonly number[];
}

/** Rates fall no lower than this part of those of the beginning: more demand isn't modelled. */
export const LOWEST = 0.25;
/** How much customers differ in what they like: the scale of a Gumbel's logarithm; rates 10 % lower win two in three. */
const TASTE = 0.15;
const SLOT_HOURS = [4, 6, 8, 12, 24, 48];

/**
 * A month's wishes, hour by hour. At a rate ρ times that of the beginning, ρ^−elasticity as many are willing to pay as at
 * the beginning: willingness is Pareto's.
 *
 * @param shares of the models among all wishes
 */
export function wishesOf(
  { wishesPerDay, elasticity }: DemandModel,
  random: Random,
  course: Course,
  shares: readonly { model: string; share: number }[],
  poolCount: number,
): Wish[] {
  const wishes: Wish[] = [];
  const potential = (wishesPerDay / 24) * LOWEST ** -elasticity;
  for (let hour = 0; hour < (course.to - course.from) / 3_600; hour++) {
    const expected = potential * demandAt(course.from + hour * 3_600, course);
    for (let count = manyOf(expected, random); count > 0; count--) {
      wishes.push(wishAt(hour + random.next(), random, { elasticity, shares, poolCount }));
    }
  }
  return wishes.sort((a, b) => a.at - b.at);
}

interface Tastes {
  elasticity: number;
  shares: readonly { model: string; share: number }[];
  poolCount: number;
}

function wishAt(at: number, random: Random, { elasticity, shares, poolCount }: Tastes): Wish {
  let rest = random.next();
  const model = (shares.find(({ share }) => (rest -= share) < 0) ?? shares.at(-1))?.model ?? "";
  const kind = random.next();
  const tier = kind < TIERS.reserved ? "RESERVED" : kind < TIERS.reserved + TIERS.spot ? "SPOT" : "ON_DEMAND";
  return {
    ...{ at, model, tier },
    hours: tier === "RESERVED" ? random.pick(SLOT_HOURS) : secondsOf(random) / 3_600,
    startAt: Math.floor(at) + random.between(2, 20),
    worth: LOWEST * (1 - random.next()) ** (-1 / elasticity),
    tastes: Array.from({ length: poolCount }, () => Math.exp(-TASTE * Math.log(-Math.log(1 - random.next() || 1e-12)))),
  };
}

/** Poisson's, of any mean: Knuth's way takes as many numbers as come. */
function manyOf(expected: number, random: Random): number {
  let count = 0;
  for (let rest = expected; rest > 0; rest -= 20) count += poisson(Math.min(20, rest), random);
  return count;
}
