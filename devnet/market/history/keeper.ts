import { overAt } from "./book.ts";
import type { Cast } from "./cast.ts";
import type { Act, Stage } from "./stage.ts";

/** Reporters that a new price takes. */
const QUORUM = 3;
/** Rentals and slots that are settled in one transaction. */
const AT_ONCE = 100;

/** Every few hours what is due is settled, and after each epoch's end it is closed. */
export async function* keepBooks(stage: Stage, cast: Cast, roundHours: number): Act {
  const { rewards, genesisTime, epochLength } = stage.network;
  let epoch = 0n;
  for (let round = 1; ; round++) {
    const roundAt = cast.hours(round * roundHours);
    for (let endOf = epochEnd(); endOf <= roundAt; endOf = epochEnd()) {
      yield stage.soon(endOf + 90);
      settle(stage, cast);
      stage.post(cast.plan.keeper, rewards, "closeEpoch", [epoch]);
      epoch++;
    }
    yield stage.soon(roundAt);
    settle(stage, cast);
  }

  function epochEnd(): number {
    return genesisTime + Number(epoch + 1n) * epochLength;
  }
}

function settle(stage: Stage, { plan }: Cast): void {
  const { market, slots } = stage.network;
  const hourNow = Math.floor(stage.now / 3_600);
  const rentalIds = [...stage.book.gpus.values()].flatMap(({ rental }) =>
    rental && rental.rateDcPerHour > 0n && Math.min(overAt(rental), stage.now) > rental.startAt
      ? [rental.rentalId]
      : [],
  );
  const slotIds = [...stage.book.slots.values()]
    .filter(({ startHour }) => startHour < hourNow)
    .map(({ slotId }) => slotId);
  for (const ids of inParts(rentalIds)) stage.post(plan.keeper, market, "settleMany", [ids]);
  for (const ids of inParts(slotIds)) stage.post(plan.keeper, slots, "settleSlots", [ids]);
}

function inParts(ids: readonly bigint[]): bigint[][] {
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, part) =>
    ids.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );
}

/** As many reporters as it takes report the price, USD per BCT with 8 decimals. */
export function reportPrices(stage: Stage, { plan }: Cast, price = stage.book.price): void {
  for (const reporter of plan.reporters.slice(0, QUORUM)) stage.post(reporter, stage.network.feed, "report", [price]);
}
