import { BaseError } from "#kernel/errors.ts";
import { owedDcUp } from "../rental.ts";
import { PRICING_VERSION } from "./advice.ts";
import { cheaperSlot, MAX_SLOT_HOURS, slotCostUp, type CheaperSlot } from "./arbitrage.ts";
import { evictionOf, type Eviction } from "./eviction.ts";
import type { Rates, ReservationHazard, TermDiscount, Tier } from "./facts.ts";

/** What a customer wants. */
export interface QuoteRequest {
  model: string;
  tier: Tier;
  /** seconds since 1970, not before now; a reservation begins on a whole hour */
  startAt: number;
  hours: number;
  count: number;
  /** null: any */
  region: string | null;
  /** null: any, and operators without a score too */
  minimumScore: number | null;
}

/** One GPU that might be had: its pool, its calendar around the start, its operator. */
export interface OfferFact {
  gpuId: string;
  poolId: string;
  operatorId: string;
  model: string;
  region: string;
  rates: Rates;
  discounts: readonly TermDiscount[];
  /** whether it is ACTIVE and free of rentals and bookings at the start */
  isFree: boolean;
  /** start of the first booking after that; null: none */
  nextBookingAt: number | null;
  hazard: ReservationHazard;
  score: { score: number; low: number; high: number } | null;
}

/** A GPU with what it comes to. */
export interface RankedOffer {
  gpuId: string;
  poolId: string;
  operatorId: string;
  /** DC base units for all hours */
  totalDc: bigint;
  /** BCT base units that mint as many DC at the price given; null: no price */
  totalBctUp: bigint | null;
  /** of spot only */
  eviction: Eviction | null;
  /** of reserved only: a longer slot that is free too and costs less in all */
  cheaper: CheaperSlot | null;
  score: OfferFact["score"];
}

/** Offers for a request, best first. */
export interface Quote {
  methodologyVersion: number;
  asOf: number;
  request: QuoteRequest;
  offers: RankedOffer[];
  /** DC of the first `count` offers; null if there are fewer */
  totalDc: bigint | null;
  totalBctUp: bigint | null;
  /** how many GPUs of the model fell out, by the first rule that they break */
  left: { reason: "REGION" | "TAKEN" | "SCORE"; count: number }[];
}

/** BCT base units × price (8 decimals) are DC base units × this. */
const BCT_SCALE = 10n ** 20n;

/**
 * Quotes for `request`: cheapest first, then the better score, then the lesser chance of eviction, then the lower id.
 *
 * @param price USD per BCT with 8 decimals; null: unknown
 * @throws BaseError `BAD_QUOTE` naming what is wrong with the request
 */
export function quote(request: QuoteRequest, facts: readonly OfferFact[], price: bigint | null, now: number): Quote {
  checkRequest(request, now);
  const left = { REGION: 0, TAKEN: 0, SCORE: 0 };
  const offers: RankedOffer[] = [];
  for (const fact of facts) {
    if (fact.model !== request.model) continue;
    const reason = refusal(fact, request);
    if (reason) left[reason]++;
    else offers.push(offerOf(fact, request, price, now));
  }
  offers.sort(byRank);
  const chosen = offers.length >= request.count ? offers.slice(0, request.count) : null;
  const totalDc = chosen?.reduce((sum, offer) => sum + offer.totalDc, 0n) ?? null;
  return {
    methodologyVersion: PRICING_VERSION,
    asOf: now,
    request,
    offers,
    totalDc,
    totalBctUp: totalDc === null ? null : toBctUp(totalDc, price),
    left: (["REGION", "TAKEN", "SCORE"] as const).map((reason) => ({ reason, count: left[reason] })),
  };
}

function refusal(fact: OfferFact, request: QuoteRequest): "REGION" | "TAKEN" | "SCORE" | null {
  if (request.region !== null && fact.region !== request.region) return "REGION";
  const endAt = request.startAt + request.hours * 3_600;
  const isShort = fact.nextBookingAt !== null && fact.nextBookingAt < endAt;
  if (!fact.isFree || (isShort && request.tier !== "SPOT")) return "TAKEN";
  const isBelow = request.minimumScore !== null && (fact.score === null || fact.score.score < request.minimumScore);
  return isBelow ? "SCORE" : null;
}

function offerOf(fact: OfferFact, request: QuoteRequest, price: bigint | null, now: number): RankedOffer {
  const { gpuId, poolId, operatorId, score } = fact;
  const totalDc = totalOf(fact, request);
  const eviction = request.tier === "SPOT" ? evictionOf(fact.hazard, fact.nextBookingAt, now) : null;
  const cheaper = request.tier === "RESERVED" ? cheaperThan(fact, request) : null;
  return { gpuId, poolId, operatorId, totalDc, totalBctUp: toBctUp(totalDc, price), eviction, cheaper, score };
}

function cheaperThan({ rates, discounts, nextBookingAt }: OfferFact, request: QuoteRequest): CheaperSlot | null {
  const free = nextBookingAt === null ? MAX_SLOT_HOURS : Math.floor((nextBookingAt - request.startAt) / 3_600);
  return cheaperSlot(rates.reservedDcPerHour, discounts, request.hours, Math.min(free, MAX_SLOT_HOURS));
}

function totalOf({ rates, discounts }: OfferFact, { tier, hours }: QuoteRequest): bigint {
  if (tier === "RESERVED") return slotCostUp(rates.reservedDcPerHour, discounts, hours);
  const rate = tier === "SPOT" ? rates.spotDcPerHour : rates.onDemandDcPerHour;
  return owedDcUp(rate, BigInt(hours) * 3_600n);
}

function toBctUp(dc: bigint, price: bigint | null): bigint | null {
  return price === null || price <= 0n ? null : (dc * BCT_SCALE + price - 1n) / price;
}

function byRank(a: RankedOffer, b: RankedOffer): number {
  if (a.totalDc !== b.totalDc) return a.totalDc < b.totalDc ? -1 : 1;
  const evicted = (offer: RankedOffer): number => offer.eviction?.within.at(-1)?.chance.value ?? 2;
  return (
    (b.score?.score ?? -1) - (a.score?.score ?? -1) ||
    evicted(a) - evicted(b) ||
    a.gpuId.length - b.gpuId.length ||
    (a.gpuId < b.gpuId ? -1 : 1)
  );
}

function checkRequest({ tier, startAt, hours, count }: QuoteRequest, now: number): void {
  const faults = [
    ...(Number.isSafeInteger(hours) && hours >= 1 && hours <= MAX_SLOT_HOURS
      ? []
      : [`hours from 1 to ${MAX_SLOT_HOURS}`]),
    ...(Number.isSafeInteger(count) && count >= 1 ? [] : ["a count of at least 1"]),
    ...(Number.isSafeInteger(startAt) && startAt >= now ? [] : ["a start that isn't past"]),
    ...(tier === "RESERVED" && startAt % 3_600 !== 0 ? ["a start on a whole hour"] : []),
  ];
  if (faults.length > 0) throw new BaseError("BAD_QUOTE", `a quote needs ${faults.join(", ")}`, { hints: faults });
}
