import { readEpochClock, readEpochs, readNewestEpoch, type EpochClockRow, type EpochRow } from "../sources/epochs.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** How far an epoch has come. */
export type EpochState = "RUNNING" | "ENDED" | "CLOSED" | "COMMITTED" | "FINAL" | "PAID";

/** An epoch, how far it has come, and what its next step waits for. */
export interface EpochFact extends EpochRow {
  state: EpochState;
  /** in words that begin with "for"; null: nothing is left to do */
  waits: string | null;
  /** `[startAt, endAt)`, seconds since 1970; null before the settlement job has come to know the network */
  startAt: number | null;
  endAt: number | null;
}

/** Which epochs: the newest first, below `before`; null: from the running one on. */
export interface EpochPage {
  before: number | null;
  limit: number;
}

/** Epochs, the newest first: from the running one back to 0. */
export async function listEpochs(snapshot: Snapshot, { before, limit }: EpochPage): Promise<EpochFact[]> {
  const newest = await newestEpoch(snapshot);
  const from = before === null ? newest : Math.min(before - 1, newest);
  const numbers = Array.from({ length: Math.min(limit, from + 1) }, (_, i) => from - i);
  return readEpochFacts(snapshot, numbers);
}

/** The running epoch, or the newest that is known of; -1 before any. */
export async function newestEpoch(snapshot: Snapshot): Promise<number> {
  const clock = await readEpochClock(snapshot);
  const known = (await readNewestEpoch(snapshot)) ?? -1;
  return clock ? Math.max(known, Math.floor((clock.headAt - clock.genesis) / clock.length)) : known;
}

/** These epochs, in the order given. */
export async function readEpochFacts(snapshot: Snapshot, numbers: readonly number[]): Promise<EpochFact[]> {
  if (numbers.length === 0) return [];
  const clock = await readEpochClock(snapshot);
  const rowOf = new Map((await readEpochs(snapshot, numbers)).map((row) => [row.epoch, row]));
  return numbers.flatMap((number) => {
    const row = rowOf.get(number);
    return row ? [factOf(row, clock)] : [];
  });
}

function factOf(row: EpochRow, clock: EpochClockRow | undefined): EpochFact {
  const startAt = clock ? clock.genesis + row.epoch * clock.length : null;
  const endAt = clock && startAt !== null ? startAt + clock.length : null;
  const state = stateOf(row, clock !== undefined && endAt !== null && clock.headAt >= endAt);
  const fact = { ...row, state, startAt, endAt };
  return { ...fact, waits: row.waitsFor ?? waitsFor(fact, clock?.headAt ?? 0) };
}

/** The chain's word comes first; whether everybody was paid is the ledger's. */
function stateOf({ status, isPaid }: EpochRow, isOver: boolean): EpochState {
  if (status === "FINALIZED") return isPaid ? "PAID" : "FINAL";
  if (status !== null) return status;
  return isOver ? "ENDED" : "RUNNING";
}

const time = (seconds: number | null): string =>
  seconds === null ? "its end" : new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");

/** What comes next, where the settlement job says nothing of it. */
function waitsFor(fact: Omit<EpochFact, "waits">, headAt: number): string | null {
  switch (fact.state) {
    case "RUNNING":
      return `for its end at ${time(fact.endAt)}`;
    case "ENDED":
      return "for somebody to close it on the chain: closeEpoch";
    case "CLOSED":
      return `for oracles: ${fact.votes} of ${fact.quorum ?? "?"} vouch for the same${fact.isSettled ? "" : "; its facts aren't gathered yet"}`;
    case "COMMITTED":
      return fact.windowEndsAt !== null && headAt >= fact.windowEndsAt
        ? "for somebody to finalize it on the chain: finalize"
        : `for the end of the challenge window at ${time(fact.windowEndsAt)}`;
    case "FINAL":
      return "for wallets to be paid: claim, claimMany";
    case "PAID":
      return null;
  }
}
