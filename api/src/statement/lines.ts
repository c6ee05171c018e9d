import type { CashFlowFacts } from "../domain/cashflow/facts.ts";
import { byDate, LINE_KINDS, type LineKey, type StatementLine } from "../domain/cashflow/line.ts";
import { statementOf } from "../domain/cashflow/statement.ts";
import { readRewardFacts } from "../facts/statement-lines.ts";
import type { RewardKey } from "../sources/cashflow-rewards.ts";
import { epochsWithin, type StatementBasis } from "./basis.ts";

/** How many lines one statement of SQL reads where all of them are wanted. */
const LINES_AT_ONCE = 5_000;
const REWARD_KINDS = 3;

/** Lines of a statement in their order, those after `after`, at most `limit`. */
export async function readLines(
  basis: StatementBasis,
  { after, limit }: { after: LineKey | null; limit: number },
): Promise<StatementLine[]> {
  const traded = linesOf(basis, { sales: await basis.sales() }).filter((line) => !after || byDate(line, after) > 0);
  const rewards = await readRewardFacts(basis.snapshot, basis.parts.reward, basis.epochs, {
    ...rewardsAfter(basis, after),
    limit,
  });
  return [...traded, ...linesOf(basis, { rewards })].sort(byDate).slice(0, limit);
}

/** All lines of a statement, in their order and in pieces: what is held of them at once doesn't grow with their number. */
export async function* streamLines(basis: StatementBasis): AsyncGenerator<StatementLine[]> {
  for (let after: LineKey | null = null; ;) {
    const lines: StatementLine[] = await readLines(basis, { after, limit: LINES_AT_ONCE });
    if (lines.length > 0) yield lines;
    after = lines.at(-1) ?? null;
    if (lines.length < LINES_AT_ONCE) return;
  }
}

function linesOf({ scope, window, at }: StatementBasis, facts: Partial<CashFlowFacts>): StatementLine[] {
  return statementOf(scope, window, { rewards: [], sales: [], fees: [], ...facts }, at).lines;
}

/** Where rewards go on after a line: after itself if it is one, else with the next epoch's, as rewards come first in theirs. */
function rewardsAfter(basis: StatementBasis, after: LineKey | null) {
  const fromAt = after ? Math.max(after.at, basis.window.fromAt) : basis.window.fromAt;
  const kind = after ? LINE_KINDS.indexOf(after.kind) : REWARD_KINDS;
  const isReward = kind < REWARD_KINDS;
  const range = epochsWithin(basis, { fromAt: after && !isReward ? fromAt + 1 : fromAt, toAt: basis.window.toAt });
  const none = { range: { from: 0, to: -1, without: [] }, after: null };
  if (!range) return none;
  const epoch = isReward && after ? basis.epochs.get(range.from) : undefined;
  const isThere = epoch && after && epoch.endAt - 1 === after.at;
  const key: RewardKey | null = isThere
    ? { epoch: epoch.epoch, kind, poolId: after.poolId ?? "0", gpuId: after.gpuId ?? "0", account: after.account }
    : null;
  return { range, after: key };
}
