import type { Metrics } from "#api/src/domain/cashflow/metrics.ts";
import type { Scope, Statement } from "#api/src/domain/cashflow/statement.ts";
import type { Window } from "#api/src/domain/window.ts";
import type { StatementBasis } from "#api/src/statement/basis.ts";
import type { Assumptions } from "#api/src/statement/metrics.ts";
import { readMetrics } from "#api/src/statement/metrics.ts";
import { readSums, sumWindow, type StatementTotal } from "#api/src/statement/totals.ts";

/** A statement without its lines. */
export interface ReadStatement {
  /** whose it is, for people */
  title: string;
  window: Window;
  /** time of the block that it stands on, seconds since 1970 */
  at: number;
  block: bigint;
  statement: Statement;
  totals: StatementTotal[];
  metrics: Metrics;
  missing: readonly number[];
}

/** Reads all of a statement but its lines. */
export async function readStatement(basis: StatementBasis, assumptions: Assumptions): Promise<ReadStatement> {
  const { window, at, asOf, missing, scope } = basis;
  const sums = await readSums(basis);
  const { statement, totals } = await sumWindow(basis, sums, window);
  const metrics = await readMetrics(basis, sums, assumptions);
  return { title: titleOf(scope), window, at, block: asOf.block.number, statement, totals, metrics, missing };
}

function titleOf(scope: Scope): string {
  switch (scope.kind) {
    case "WALLET":
      return `wallet ${scope.account}`;
    case "GPU":
      return `GPU ${scope.gpuId}`;
    case "POOL":
      return `pool ${scope.poolId}`;
    case "OPERATOR":
      return `operator ${scope.operatorId}`;
  }
}
