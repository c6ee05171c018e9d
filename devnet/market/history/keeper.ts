import type { Random } from "../random.ts";
import type { Cast } from "./cast.ts";
import type { Act, Stage } from "./stage.ts";

/** Hours between two rounds of the keeper. */
const ROUND_HOURS = 6;
/** Reporters that a new price takes. */
const QUORUM = 3;

/** Every few hours the price moves and what is due is settled; after each epoch's end it is closed. */
export async function* keepBooks(stage: Stage, cast: Cast, random: Random): Act {
  const { feed, market, slots, rewards, genesisTime, epochLength } = stage.network;
  const { keeper } = cast.plan;
  let epoch = 0n;
  for (let round = 1; ; round++) {
    const roundAt = stage.hours(round * ROUND_HOURS);
    for (let endOf = epochEnd(); endOf <= roundAt; endOf = epochEnd()) {
      yield endOf + 90;
      await settle();
      await stage.send(keeper, (terms) => rewards.write.closeEpoch([epoch], terms));
      epoch++;
    }
    yield roundAt;
    const [, answer] = await feed.read.latestRoundData();
    await reportPrices(stage, cast, (answer * BigInt(random.between(970, 1_035))) / 1_000n);
    await settle();
  }

  function epochEnd(): number {
    return genesisTime + Number(epoch + 1n) * epochLength;
  }

  async function settle(): Promise<void> {
    const [rentalIds, slotIds] = [[...stage.rentals], [...stage.slots]];
    if (rentalIds.length > 0) await stage.send(keeper, (terms) => market.write.settleMany([rentalIds], terms));
    if (slotIds.length > 0) await stage.send(keeper, (terms) => slots.write.settleSlots([slotIds], terms));
  }
}

/** As many reporters as it takes report the price, USD per BCT with 8 decimals. */
export async function reportPrices(stage: Stage, { plan }: Cast, price: bigint): Promise<void> {
  for (const reporter of plan.reporters.slice(0, QUORUM)) {
    await stage.send(reporter, (terms) => stage.network.feed.write.report([price], terms));
  }
}
