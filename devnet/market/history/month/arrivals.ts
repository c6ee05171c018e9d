import type { AccountIndex } from "../../plan.ts";
import type { Random } from "../../random.ts";
import type { GpuEntry } from "../book.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";
import { isBookable, reservation, type Booking } from "./reservation.ts";
import { demandAt, type Course } from "./rhythm.ts";
import { isFit, tenancy, type Wish } from "./tenancy.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Parts of the wishes; the rest is on demand. */
export const TIERS = { reserved: 0.1, spot: 0.38 };
/** One wish in so many is for days. */
const LONG = 0.1;
/** Customers who are there from the beginning; the others come in the first three weeks. */
const FROM_BEGINNING = 0.6;
const LAST_NEWCOMER_DAY = 20;
/** How much the pool of a self-dealer or an unreliable operator is wanted, beside others' GPUs. */
const SHUNNED = { selfDealer: 0.05, unreliable: 0.75, unreliableAtLast: 0.3 };

/** A customer of a month: how much of all that is wanted he wants, and from when on. */
interface Member {
  customer: AccountIndex;
  weight: number;
  since: number;
}

/** Customers who come in the rhythm of days and weeks, more and more of them, and rent or reserve what is free. */
export async function* arrive(crowd: Crowd, course: Course): Act {
  const { stage, grid, random } = crowd;
  const members = membersOf(crowd, course);
  let before = course.from;
  for (;;) {
    yield grid.next(before + 1);
    const expected = (crowd.plan.wishesPerDay * demandAt(stage.now, course) * (stage.now - before)) / DAY;
    before = stage.now;
    const present = members.filter(({ since }) => since <= stage.now);
    for (let count = poisson(expected, random); count > 0; count--) wish(crowd, course, present);
  }
}

/** A few want much, most of them little. The first four of the plan have their own acts. */
function membersOf({ cast, random }: Crowd, { from }: Course): Member[] {
  return cast.plan.customers.slice(4).map((customer, rank) => {
    const day = random.next() < FROM_BEGINNING ? 0 : random.between(1, LAST_NEWCOMER_DAY);
    return { customer, weight: 1 / Math.sqrt(rank + 2), since: from + day * DAY };
  });
}

function wish(crowd: Crowd, course: Course, present: readonly Member[]): void {
  const { random, stage } = crowd;
  const { customer } = weighted(present, ({ weight }) => weight, random);
  const pool = poolFor(crowd, course);
  const tier = random.next();
  if (tier < TIERS.reserved) {
    const startHour = Math.floor(stage.now / HOUR) + random.between(2, 20);
    const delay = pool === crowd.plan.unreliable.pool ? random.between(1, 3) * HOUR : random.between(60, HOUR);
    const booking: Booking = { customer, startHour, hours: random.pick([4, 6, 8, 12, 24, 48]), delay };
    const gpu = oneOf(crowd.gpusOf(pool), random, (each) => isBookable(crowd, each, booking));
    if (gpu) begin(crowd, gpu, reservation(crowd, gpu, booking));
    return;
  }
  const rental: Wish = { customer, pool, isSpot: tier < TIERS.reserved + TIERS.spot, paidFor: secondsOf(random) };
  const gpu = oneOf(crowd.free(pool), random, (each) => isFit(crowd, each, rental));
  if (gpu) begin(crowd, gpu, tenancy(crowd, gpu, rental));
}

/** In this block, and nobody else gets the GPU in it. */
function begin(crowd: Crowd, { gpuId }: GpuEntry, act: Act): void {
  crowd.touch(gpuId);
  crowd.stage.begin(act);
}

/** By how many GPUs are free there, and by the operator's name among customers. */
function poolFor(crowd: Crowd, { from, to }: Course): number {
  const { plan, stage, random, cast } = crowd;
  const part = (stage.now - from) / (to - from);
  const unreliable = SHUNNED.unreliable + (SHUNNED.unreliableAtLast - SHUNNED.unreliable) * part;
  const weights = [...cast.plan.pools.keys()].map((pool) => {
    const name = pool === plan.selfDealer.pool ? SHUNNED.selfDealer : pool === plan.unreliable.pool ? unreliable : 1;
    return { pool, weight: name * (0.2 + crowd.free(pool).length) };
  });
  return weighted(weights, ({ weight }) => weight, random).pool;
}

/** Half of them want up to seven hours, some want days. */
export function secondsOf(random: Random): number {
  if (random.next() < LONG) return random.between(20, 80) * HOUR;
  const bell = random.next() + random.next() + random.next() + random.next() - 2; // of deviation 0.58
  return Math.round(Math.min(48, Math.max(0.75, 7 * Math.exp(1.4 * bell))) * HOUR);
}

function oneOf(gpus: readonly GpuEntry[], random: Random, isGood: (gpu: GpuEntry) => boolean): GpuEntry | undefined {
  if (gpus.length === 0) return undefined;
  const first = random.between(0, gpus.length - 1);
  return [...gpus.slice(first), ...gpus.slice(0, first)].find(isGood);
}

function weighted<T>(list: readonly T[], weightOf: (item: T) => number, random: Random): T {
  let rest = random.next() * list.reduce((sum, item) => sum + weightOf(item), 0);
  const item = list.find((each) => (rest -= weightOf(each)) < 0) ?? list.at(-1);
  if (item === undefined) throw new Error("BUG: nobody to choose from");
  return item;
}

/** Knuth's: how many come when `expected` are expected. */
export function poisson(expected: number, random: Random): number {
  const limit = Math.exp(-expected);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}
