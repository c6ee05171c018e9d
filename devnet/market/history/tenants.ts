import type { AccountIndex } from "../plan.ts";
import { createRandom, type Random } from "../random.ts";
import { gpuAt, ratesAt, type Cast } from "./cast.ts";
import { told, type Act, type Stage } from "./stage.ts";

/** GPUs that customers come and go on, by pool: they have no part in the other acts' bookings. */
const RENTED: readonly (readonly number[])[] = [[0, 1, 2], [0, 1, 2, 3], [1], [0, 1]];

const HOUR = 3_600;

/** For each of some GPUs: customers who rent it on demand or as spot, top up, end early or let it run out. */
export function rentNowAndThen(stage: Stage, cast: Cast, seeds: Random): Act[] {
  return RENTED.flatMap((places, pool) =>
    places.map((place) => tenants(stage, cast, pool, place, createRandom(seeds.between(1, 2 ** 31)))),
  );
}

async function* tenants(stage: Stage, cast: Cast, pool: number, place: number, random: Random): Act {
  const { market } = stage.network;
  let next = cast.hours(1) + random.between(0, 8 * HOUR);
  for (;;) {
    yield next;
    const customer = random.pick(cast.plan.customers);
    const paidFor = random.between(2 * HOUR, 12 * HOUR);
    const rental = await rent(stage, cast, { pool, place, customer, paidFor, isSpot: random.next() < 0.4 });
    let until = stage.now + paidFor;
    if (random.next() < 0.4) {
      yield stage.now + Math.floor(paidFor / 2);
      const more = random.between(HOUR, 4 * HOUR);
      const amountDc = (rental.rateDcPerHour * BigInt(more)) / 3_600n;
      await stage.send(customer, market, "topUp", [rental.rentalId, amountDc]);
      until += more;
    }
    const isEndedEarly = random.next() < 0.4;
    yield isEndedEarly ? until - random.between(60, HOUR) : until + random.between(60, 900);
    const by = isEndedEarly ? customer : cast.plan.keeper;
    await stage.send(by, market, "end", [rental.rentalId]);
    next = stage.now + random.between(600, 8 * HOUR);
  }
}

async function rent(
  stage: Stage,
  cast: Cast,
  wish: { pool: number; place: number; customer: AccountIndex; paidFor: number; isSpot: boolean },
): Promise<{ rentalId: bigint; rateDcPerHour: bigint }> {
  const { market } = stage.network;
  const rates = ratesAt(cast, wish.pool);
  // The pricer may have moved the rate: up to twice that of the opening is accepted.
  const rate = wish.isSpot ? rates.spot : rates.onDemand;
  const escrowDc = (rate * BigInt(wish.paidFor)) / 3_600n;
  const args = [gpuAt(cast, wish.pool, wish.place), escrowDc, 2n * rate] as const;
  const receipt = await stage.send(wish.customer, market, wish.isSpot ? "rentSpot" : "rentOnDemand", args);
  return told(receipt, market, "RentalStarted");
}
