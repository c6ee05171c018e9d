import { totalUsd } from "../domain/cashflow/income.ts";
import type { Token } from "../domain/cashflow/facts.ts";
import { LINE_KINDS, type LineKind, type StatementLine } from "../domain/cashflow/line.ts";
import { statementOf, type Statement } from "../domain/cashflow/statement.ts";
import type { Measure } from "../domain/measure.ts";
import type { Window } from "../domain/window.ts";
import { readRewardSumFacts, type RewardSumFact } from "../facts/statement-lines.ts";
import type { StatementBasis } from "./basis.ts";

/** Lines of one kind in one token. Amounts in base units. */
export interface StatementTotal {
  kind: LineKind;
  token: Token;
  lineCount: number;
  amount: bigint;
  amountUsd: Measure<bigint>;
  /** of rewards; null: these are none */
  claimed: bigint | null;
  unclaimed: bigint | null;
}

/** A statement with its rewards by epoch and kind instead of one by one. */
export interface SummedStatement {
  statement: Statement;
  totals: StatementTotal[];
}

const REWARD_KINDS = { OPERATOR: "REWARD_OPERATOR", POOL_SHARE: "REWARD_POOL", GPU_BONUS: "REWARD_BONUS" } as const;

/** Everything that ever came to a scope, rewards by epoch and kind: what windows are cut from. */
export async function readSums(basis: StatementBasis): Promise<readonly RewardSumFact[]> {
  const { snapshot, parts, epochs, missing } = basis;
  const last = [...epochs.keys()].at(-1);
  return last === undefined ? [] : readRewardSumFacts(snapshot, parts.reward, epochs, last, missing);
}

/** The statement of a window, and its totals by kind and token. */
export async function sumWindow(
  basis: StatementBasis,
  sums: readonly RewardSumFact[],
  window: Window,
): Promise<SummedStatement> {
  const rewards = sums.map((sum) =>
    basis.scope.kind === "OPERATOR" ? { ...sum, operatorId: basis.scope.operatorId } : sum,
  );
  const statement = statementOf(basis.scope, window, { rewards, sales: await basis.sales(), fees: [] }, basis.at);
  const counts = new Map<string, number>();
  for (const { kind, at, lineCount } of sums) {
    if (at < window.fromAt || at >= window.toAt) continue;
    counts.set(REWARD_KINDS[kind], (counts.get(REWARD_KINDS[kind]) ?? 0) + lineCount);
  }
  const groups = new Map<string, StatementLine[]>();
  for (const line of statement.lines) {
    const key = `${LINE_KINDS.indexOf(line.kind)} ${line.token.address ?? ""}`;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const totals = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, lines]) => totalOf(lines, counts));
  return { statement, totals };
}

function totalOf(lines: readonly StatementLine[], counts: ReadonlyMap<string, number>): StatementTotal[] {
  const [first] = lines;
  if (!first) return [];
  const isReward = first.terms !== null;
  const sum = (of: (line: StatementLine) => bigint | null): bigint =>
    lines.reduce((all, line) => all + (of(line) ?? 0n), 0n);
  return [
    {
      kind: first.kind,
      token: first.token,
      lineCount: counts.get(first.kind) ?? lines.length,
      amount: sum((line) => line.amount),
      amountUsd: totalUsd(lines),
      claimed: isReward ? sum((line) => line.claimed) : null,
      unclaimed: isReward ? sum((line) => line.unclaimed) : null,
    },
  ];
}
