import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import { Snapshot } from "../../sources/snapshot.ts";
import type { BlockRef, Node } from "../node.ts";
import type { Commit, EpochClock, RewardsReader, RewardsState, SettlementAddresses } from "./chain/rewards.ts";
import type { EpochRow } from "./ledger/epochs.ts";
import type { SettlementTerms } from "./options.ts";
import type { Outbox } from "../outbox/outbox.ts";

/** What every step of the job works with. */
export interface Context {
  pool: Pool;
  node: Node;
  rewards: RewardsReader;
  addresses: SettlementAddresses;
  clock: EpochClock;
  terms: SettlementTerms;
  /** one a signer; the first also does what anybody may */
  outboxes: readonly [Outbox, ...Outbox[]];
  logger: Logger;
  onPoint: (name: string) => void;
  memory: Memory;
}

/** What one look remembers for the next; all of it can be lost. */
export interface Memory {
  /** since when something waits for somebody else's turn, ms since 1970 by what */
  turns: Map<string, number>;
  /** what somebody has to look at, by epoch */
  troubles: Map<number, string>;
  /** when facts that failed are tried again, ms since 1970 by epoch */
  retryAt: Map<number, number>;
  /** inputs' hashes that a job beside this one stored, and that aren't ours: we don't vouch for them */
  foreign: Set<string>;
  /** finalized epochs whose commit was found to be our facts, as epoch and hash */
  agreed: Set<string>;
  /** the epoch whose rentals and slots were settled before its end */
  settledDue?: number;
  /** by the end of which epoch all wallets were found paid, under which root */
  paid?: { root: string; epoch: number };
}

/** How everything stands, as read at the beginning of a look. */
export interface Look {
  state: RewardsState;
  final: BlockRef;
  epochs: readonly EpochRow[];
  /** of epochs that are committed and not final */
  commits: ReadonlyMap<number, { commit: Commit; windowEndsAt: number }>;
  /** what an epoch waits for, where a step knows it better than its state tells */
  waits: Map<number, string>;
}

/** Does what is next, if anything is: true if the chain or the ledger have changed by it. */
export type Step = (context: Context, look: Look) => Promise<boolean>;

/** A statement over a whole network of many GPUs may take so long. */
const STATEMENT_TIMEOUT_MS = 300_000;

/** Reads the database at one moment. */
export async function withSnapshot<T>({ pool }: Context, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const snapshot = new Snapshot(pool, STATEMENT_TIMEOUT_MS);
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** The row of an epoch. */
export function epochOf({ epochs }: Look, epoch: number): EpochRow | undefined {
  return epochs.find((row) => row.epoch === epoch);
}

/** Whether two commits are the same. */
export function isSameCommit(a: Commit, b: Commit): boolean {
  return (
    a.linesRoot === b.linesRoot &&
    a.claimsRoot === b.claimsRoot &&
    a.inputsHash === b.inputsHash &&
    a.total === b.total &&
    Number(a.methodologyVersion) === Number(b.methodologyVersion)
  );
}

/** A time on the chain, for people. */
export function timeText(seconds: number | bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString().replace(".000Z", "Z");
}
