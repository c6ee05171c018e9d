import type { BlockSpan } from "../../sources/live/blocks.ts";
import { readEpochEvents, type EpochEventRow } from "../../sources/live/epochs.ts";
import { readPriceEvents, type PriceEventRow } from "../../sources/live/prices.ts";
import { readRentalEvents, type RentalEventRow } from "../../sources/live/rentals.ts";
import { readRewardEvents, type RewardEventRow } from "../../sources/live/rewards.ts";
import type { Snapshot } from "../../sources/snapshot.ts";
import { readOfferEvents, type OfferEventRow } from "./offers.ts";

/** What each stream tells of. */
export interface StreamEvents {
  rentals: RentalEventRow[];
  prices: PriceEventRow[];
  offers: OfferEventRow[];
  epochs: EpochEventRow[];
  rewards: RewardEventRow[];
}

/** The name of a stream. */
export type StreamName = keyof StreamEvents;

/** One event of a stream. */
export type EventOf<Name extends StreamName> = StreamEvents[Name][number];

/** Every event of the blocks of a span, by block: the same whoever reads them, because the database alone decides. */
export async function readEvents(snapshot: Snapshot, span: BlockSpan): Promise<StreamEvents[]> {
  const rentals = byBlock(await readRentalEvents(snapshot, span));
  const prices = byBlock(await readPriceEvents(snapshot, span));
  const offers = byBlock(await readOfferEvents(snapshot, span));
  const epochs = byBlock(await readEpochEvents(snapshot, span));
  const rewards = byBlock(await readRewardEvents(snapshot, span));
  return span.blocks.map(({ number }) => ({
    rentals: rentals.get(number) ?? [],
    prices: prices.get(number) ?? [],
    offers: offers.get(number) ?? [],
    epochs: epochs.get(number) ?? [],
    rewards: rewards.get(number) ?? [],
  }));
}

function byBlock<Event extends { block: number }>(events: readonly Event[]): Map<number, Event[]> {
  const result = new Map<number, Event[]>();
  for (const event of events) {
    const found = result.get(event.block);
    if (found) found.push(event);
    else result.set(event.block, [event]);
  }
  return result;
}
