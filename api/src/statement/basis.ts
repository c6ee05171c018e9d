import { STATEMENT_MAX_DAYS, type Scope } from "../domain/cashflow/statement.ts";
import { checkedWindow, DAY_SECONDS, type Window } from "../domain/window.ts";
import { readAsOf, type AsOf } from "../facts/as-of.ts";
import { readSaleFacts, type FinalEpochs, type SaleLineFact } from "../facts/statement-lines.ts";
import { readScope, type ScopeParts } from "../facts/statement-scope.ts";
import type { EpochRange } from "../sources/cashflow-rewards.ts";
import { readEpochClock } from "../sources/epochs.ts";
import { readFinalEpochs } from "../sources/cashflow-terms.ts";
import type { Snapshot } from "../sources/snapshot.ts";

/** What everything of a statement is read with. */
export interface StatementBasis {
  snapshot: Snapshot;
  asOf: AsOf;
  /** time of the block that it stands on, seconds since 1970 */
  at: number;
  scope: Scope;
  parts: ScopeParts;
  window: Window;
  /** that are final and whose lines the ledger has as the chain pays them */
  epochs: FinalEpochs;
  /** that are final, and whose lines the ledger hasn't: they are in no statement */
  missing: readonly number[];
  /** when those ended, seconds since 1970 */
  missingEnds: readonly number[];
  sales(): Promise<SaleLineFact[]>;
}

/** Ends of a window as asked for, seconds since 1970; null: from the first epoch's start, up to the answer's block. */
export interface AskedWindow {
  fromAt: number | null;
  toAt: number | null;
}

/**
 * Finds what a statement stands on.
 *
 * @throws BaseError `NOT_INDEXED`, `BAD_WINDOW`, `WINDOW_TOO_LONG`, `BAD_SCOPE`, `UNKNOWN_GPU`, `UNKNOWN_POOL`,
 * `UNKNOWN_OPERATOR`
 */
export async function openStatement(snapshot: Snapshot, scope: Scope, asked: AskedWindow): Promise<StatementBasis> {
  const known = scope.kind === "WALLET" ? { ...scope, account: scope.account.toLowerCase() } : scope;
  const asOf = await readAsOf(snapshot);
  const at = Number(asOf.block.timestamp);
  const toAt = asked.toAt ?? at + 1;
  const genesis = (await readEpochClock(snapshot))?.genesis ?? 0;
  const fromAt = asked.fromAt ?? Math.max(genesis, toAt - STATEMENT_MAX_DAYS * DAY_SECONDS);
  const window = checkedWindow({ fromAt, toAt }, STATEMENT_MAX_DAYS);
  const parts = await readScope(snapshot, known);
  const rows = await readFinalEpochs(snapshot);
  const missing = rows.filter(({ isKnown }) => !isKnown);
  let sales: Promise<SaleLineFact[]> | undefined;
  return {
    ...{ snapshot, asOf, at, scope: known, parts, window },
    epochs: new Map(rows.filter(({ isKnown }) => isKnown).map((row) => [row.epoch, row])),
    missing: missing.map(({ epoch }) => epoch),
    missingEnds: missing.map(({ endAt }) => endAt),
    sales: () => (sales ??= readSaleFacts(snapshot, parts.sale)),
  };
}

/** Up to when rewards are known: the end of the last final epoch, seconds since 1970; 0: of none. */
export function knownThrough({ epochs }: StatementBasis): number {
  return [...epochs.values()].at(-1)?.endAt ?? 0;
}

/** Whether some epoch's lines are missing whose rewards lie in a window: their sum isn't known. */
export function isMissingWithin({ missingEnds }: StatementBasis, { fromAt, toAt }: Window): boolean {
  return missingEnds.some((endAt) => endAt - 1 >= fromAt && endAt - 1 < toAt);
}

/** The epochs whose rewards lie in a window: an epoch's are of its last second. Undefined: none. */
export function epochsWithin({ epochs, missing }: StatementBasis, { fromAt, toAt }: Window): EpochRange | undefined {
  const within = [...epochs.values()].filter(({ endAt }) => endAt - 1 >= fromAt && endAt - 1 < toAt);
  const [first, last] = [within[0], within.at(-1)];
  return first && last && { from: first.epoch, to: last.epoch, without: missing };
}
