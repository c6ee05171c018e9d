import { BaseError } from "#kernel/errors.ts";
import type { Tier } from "../domain/pricing/facts.ts";
import { quote, type Quote, type RankedOffer } from "../domain/pricing/quote.ts";
import { gatherOffers, type Offers } from "../facts/pricing-offers.ts";
import { listModels } from "../sources/offers.ts";
import type { Snapshot } from "../sources/snapshot.ts";

const HOUR = 3_600;

/** A quote as it is asked for; null: any, or the first time that can be had. */
export interface Wanted {
  model: string;
  tier: Tier;
  /** seconds since 1970 */
  startAt: number | null;
  hours: number;
  count: number;
  region: string | null;
  minimumScore: number | null;
}

/** An offer and what people know its GPU by. */
export type NamedOffer = RankedOffer & { fact: Offers["facts"][number] };

/** A quote and what it stands on beside its offers. */
export interface MadeQuote extends Omit<Quote, "offers"> {
  offers: NamedOffer[];
  /** USD per BCT, 8 decimals; null: no price yet */
  price: bigint | null;
  /** new rentals and slots are stopped on the chain: nothing can be bought now */
  isIntakePaused: boolean;
}

/**
 * Quotes for what is wanted, at the time of the answer's block.
 *
 * @param now time of that block, seconds since 1970
 * @throws BaseError `BAD_QUOTE`; `UNKNOWN_MODEL` where no pool has ever had the model
 */
export async function makeQuote(snapshot: Snapshot, wanted: Wanted, now: number): Promise<MadeQuote> {
  const { model, tier, minimumScore } = wanted;
  if (minimumScore !== null && !(minimumScore >= 0 && minimumScore <= 100)) {
    throw new BaseError("BAD_QUOTE", "a quote needs a least score from 0 to 100");
  }
  const startAt = wanted.startAt ?? (tier === "RESERVED" ? Math.ceil(now / HOUR) * HOUR : now);
  const request = { ...wanted, startAt };
  quote(request, [], null, now); // what is wrong with it is told before anything is read
  const { facts, price, isIntakePaused } = await gatherOffers(snapshot, { model, tier, startAt, now });
  if (facts.length === 0) await requireModel(snapshot, model);
  const factOf = new Map(facts.map((fact) => [fact.gpuId, fact]));
  const made = quote(request, facts, price, now);
  const offers = made.offers.flatMap((offer) => {
    const fact = factOf.get(offer.gpuId);
    return fact ? [{ ...offer, fact }] : [];
  });
  return { ...made, offers, price, isIntakePaused };
}

async function requireModel(snapshot: Snapshot, model: string): Promise<void> {
  const models = await listModels(snapshot);
  if (models.includes(model)) return;
  throw new BaseError("UNKNOWN_MODEL", `no pool has GPUs of the model "${model}"`, {
    hints: models.length === 0 ? ["no pool has been opened yet"] : [`ask for one of: ${models.join(", ")}`],
  });
}
