import { freeFor } from "./offers.ts";
import type { Filter } from "./message.ts";
import type { OfferEventWhere } from "./types/offer.ts";
import type { PriceEventWhere } from "./types/price.ts";
import type { RentalEventWhere } from "./types/rental.ts";

/** Filters with the same conditions have the same key: null and absent are the same, and so is any order. */
function keyOf(where: object): string {
  const given = Object.entries(where).filter(([, value]) => value !== null && value !== undefined);
  return JSON.stringify(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const is = (wanted: unknown, found: unknown): boolean => wanted === null || wanted === undefined || wanted === found;

/** Events of rentals. */
export function rentalFilter(where: RentalEventWhere): Filter<"rentals"> {
  const kinds = where.kinds ? new Set(where.kinds) : undefined;
  const key = keyOf({ ...where, kinds: kinds && [...kinds].sort() });
  return {
    stream: "rentals",
    key,
    passes: (event) =>
      (kinds?.has(event.kind) ?? true) &&
      is(where.rental, event.rentalId) &&
      is(where.gpu, event.gpuId) &&
      is(where.pool, event.poolId) &&
      is(where.operator, event.operatorId) &&
      is(where.customer, event.customer) &&
      is(where.model, event.model) &&
      is(where.tier, event.tier),
  };
}

/** Rates and the token's price; of a pool, a model or a region only rates. */
export function priceFilter(where: PriceEventWhere): Filter<"prices"> {
  return {
    stream: "prices",
    key: keyOf(where),
    passes: (event) =>
      is(where.kind, event.kind) &&
      is(where.pool, event.poolId) &&
      is(where.model, event.model) &&
      is(where.region, event.region),
  };
}

/** GPUs that became free or taken; on given terms only what makes a difference to them. */
export function offerFilter(where: OfferEventWhere): Filter<"offers"> {
  const { tier } = where;
  return {
    stream: "offers",
    key: keyOf(where),
    passes: (event) =>
      is(where.model, event.model) &&
      is(where.region, event.region) &&
      is(where.pool, event.poolId) &&
      is(where.operator, event.operatorId) &&
      (!tier || freeFor(event.was).includes(tier) !== freeFor(event.now).includes(tier)),
  };
}

/** All steps of epochs. */
export const epochFilter: Filter<"epochs"> = { stream: "epochs", key: "", passes: () => true };

/** What becomes of one wallet's rewards. */
export function rewardFilter(account: string): Filter<"rewards"> {
  return { stream: "rewards", key: account, passes: (event) => event.account === account };
}
