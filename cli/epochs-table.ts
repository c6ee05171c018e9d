import type { EpochFact } from "#api/src/facts/epochs.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits } from "#kernel/units.ts";
import { alignTable } from "./tables.ts";

const time = (seconds: number | null): string =>
  seconds === null ? "-" : new Date(seconds * 1_000).toISOString().replace(/(:00)?\.000Z$/, "Z");
/** Of BCT's 18 decimals people compare the first; `--json` has all. */
const SHOWN_DECIMALS = 6;
/** Cut to six decimals. */
const units = (amount: bigint | null, decimals: number): string =>
  amount === null ? "-" : formatUnits(amount / 10n ** BigInt(decimals - SHOWN_DECIMALS), SHOWN_DECIMALS);

/** An epoch, and how many of its earners were paid. */
export type ListedEpoch = EpochFact & { earners: number; paid: number };

/** What `bc epochs` prints: a row an epoch, and below it what somebody has to look at. */
export function epochsTable(epochs: readonly ListedEpoch[]): string {
  if (epochs.length === 0) return "no epochs yet: nothing is known of the chain's clock, and none was closed";
  const head = ["epoch", "ends", "state", "attested", "burned DC", "budget BCT", "rewards BCT", "paid", "waits"];
  const rows = epochs.map((one) => [
    String(one.epoch),
    time(one.endAt),
    one.vetoedCount > 0 && one.state === "CLOSED" ? "CLOSED (vetoed)" : one.state,
    one.state === "CLOSED" ? `${one.votes} of ${one.quorum ?? "?"}` : one.status === null ? "-" : "quorum",
    units(one.burnedDc, DC_DECIMALS),
    units(one.budgetBct, BCT_DECIMALS),
    units(one.totalBct, BCT_DECIMALS),
    one.earners === 0 ? "-" : `${one.paid} of ${one.earners}`,
    one.waits ?? "",
  ]);
  const troubles = epochs.flatMap((one) => [
    ...(one.trouble === null ? [] : [`epoch ${one.epoch}: ${one.trouble}`]),
    ...(one.vetoReason === null
      ? []
      : [`epoch ${one.epoch} was vetoed ${one.vetoedCount} times, last: ${one.vetoReason}`]),
  ]);
  const table = alignTable([head, ...rows], new Set([0, 4, 5, 6]));
  return [table, ...(troubles.length === 0 ? [] : [troubles.join("\n")])].join("\n\n");
}

/** The same as JSON: amounts in base units as decimal strings, times in ISO 8601. */
export function epochsJson(epochs: readonly ListedEpoch[]) {
  const iso = (seconds: number | null): string | null =>
    seconds === null ? null : new Date(seconds * 1_000).toISOString();
  const text = (amount: bigint | null): string | null => (amount === null ? null : String(amount));
  return epochs.map(({ status: _, ...one }) => ({
    ...one,
    startAt: iso(one.startAt),
    endAt: iso(one.endAt),
    closedAt: iso(one.closedAt),
    finalizedAt: iso(one.finalizedAt),
    windowEndsAt: iso(one.windowEndsAt),
    budgetBct: text(one.budgetBct),
    burnedDc: text(one.burnedDc),
    mintedBct: text(one.mintedBct),
    totalBct: text(one.totalBct),
    unallocatedBct: text(one.unallocatedBct),
  }));
}
