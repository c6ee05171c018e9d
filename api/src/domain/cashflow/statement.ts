import { BaseError } from "#kernel/errors.ts";
import { checkedWindow, type Window } from "../window.ts";
import { BCT, type CashFlowFacts, type FeeFact, type RewardFact, type SaleFact } from "./facts.ts";
import { byDate, usdTowardZero, type StatementLine } from "./line.ts";

/** Raised by any change of a formula. */
export const CASHFLOW_VERSION = 1;

/** Statements go back this far at a time. */
export const STATEMENT_MAX_DAYS = 3_660;

/**
 * Whose cash flows: a wallet's own; those of a GPU or of a pool's GPUs to whoever invested in them; those of an
 * operator's identity, which are its shares of rewards and its royalties.
 */
export type Scope =
  | { kind: "WALLET"; account: string }
  | { kind: "GPU"; gpuId: string }
  | { kind: "POOL"; poolId: string }
  | { kind: "OPERATOR"; operatorId: string };

/** A statement. Everything in it happened: projections are no lines. */
export interface Statement {
  methodologyVersion: number;
  asOf: number;
  scope: Scope;
  window: Window;
  lines: StatementLine[];
  /** BCT base units of all rewards in it; `claimed + unclaimed` */
  rewardBct: bigint;
  claimedBct: bigint;
  unclaimedBct: bigint;
}

/**
 * The statement of `scope` over `window`.
 *
 * @throws BaseError `BAD_WINDOW`, `WINDOW_TOO_LONG`; `BAD_SCOPE` for an id that is no id
 */
export function statementOf(scope: Scope, window: Window, facts: CashFlowFacts, asOf: number): Statement {
  checkedWindow(window, STATEMENT_MAX_DAYS);
  checkScope(scope);
  const isWithin = ({ at }: { at: number }): boolean => at >= window.fromAt && at < window.toAt;
  const lines = [
    ...facts.rewards.filter(isWithin).map(rewardLine),
    ...facts.sales
      .filter(isWithin)
      .flatMap((fact) => saleLines(fact).filter((line) => isOf(scope, line, fact.isPrimary))),
    ...facts.fees.filter(isWithin).map(feeLine),
  ]
    .filter((line) => isOf(scope, line, false))
    .sort(byDate);
  const sum = (of: (line: StatementLine) => bigint | null): bigint =>
    lines.reduce((all, line) => all + (of(line) ?? 0n), 0n);
  return {
    methodologyVersion: CASHFLOW_VERSION,
    asOf,
    scope,
    window,
    lines,
    rewardBct: sum((line) => (line.terms ? line.amount : null)),
    claimedBct: sum((line) => line.claimed),
    unclaimedBct: sum((line) => line.unclaimed),
  };
}

const REWARD_KINDS = { OPERATOR: "REWARD_OPERATOR", POOL_SHARE: "REWARD_POOL", GPU_BONUS: "REWARD_BONUS" } as const;

function rewardLine(fact: RewardFact): StatementLine {
  const { epoch, at, gpuId, poolId, operatorId, amountBct, claimedBct: claimed, terms } = fact;
  return {
    at,
    kind: REWARD_KINDS[fact.kind],
    id: `epoch ${String(epoch).padStart(10, "0")} pool ${poolId}`,
    epoch,
    gpuId,
    slotId: null,
    poolId,
    operatorId,
    account: fact.account.toLowerCase(),
    token: BCT,
    amount: amountBct,
    amountUsd: usdTowardZero(amountBct, BCT, fact.price),
    claimed,
    unclaimed: amountBct - claimed,
    terms,
  };
}

/** The buyer pays the price; the seller gets it and gives the royalty of it to its receiver. */
function saleLines(fact: SaleFact): StatementLine[] {
  const line = (kind: StatementLine["kind"], account: string, amount: bigint): StatementLine =>
    plainLine(fact, kind, `sale ${fact.saleId}`, account, amount);
  const lines = [line("PURCHASE", fact.buyer, -fact.price), line("SALE", fact.seller, fact.price)];
  if (fact.royaltyReceiver === null || fact.royalty === 0n) return lines;
  return [...lines, line("ROYALTY", fact.seller, -fact.royalty), line("ROYALTY", fact.royaltyReceiver, fact.royalty)];
}

function feeLine(fact: FeeFact): StatementLine {
  return plainLine(fact, "FEE", `fee ${fact.feeId}`, fact.account, -fact.amount);
}

function plainLine(
  fact: SaleFact | FeeFact,
  kind: StatementLine["kind"],
  id: string,
  account: string,
  amount: bigint,
): StatementLine {
  const { at, gpuId, poolId, operatorId, token } = fact;
  const amountUsd = usdTowardZero(amount, token, fact.tokenPrice);
  const none = { epoch: null, claimed: null, unclaimed: null, terms: null };
  const slotId = "slotId" in fact ? fact.slotId : null;
  return {
    at,
    kind,
    id,
    gpuId,
    slotId,
    poolId,
    operatorId,
    account: account.toLowerCase(),
    token,
    amount,
    amountUsd,
    ...none,
  };
}

/**
 * Whether a line is one of the scope's. A GPU's and a pool's investors don't get what a first sale brings its seller,
 * nor royalties, nor do they trade slots; an operator gets nothing else but its share.
 */
function isOf(scope: Scope, line: StatementLine, isPrimary: boolean): boolean {
  const isRoyaltyGot = line.kind === "ROYALTY" && line.amount > 0n;
  const isSellers = line.kind === "SALE" || line.kind === "ROYALTY";
  const isInvestors =
    line.slotId === null && line.kind !== "REWARD_OPERATOR" && !isRoyaltyGot && !(isPrimary && isSellers);
  switch (scope.kind) {
    case "WALLET":
      return line.account === scope.account.toLowerCase();
    case "GPU":
      return line.gpuId === scope.gpuId && isInvestors;
    case "POOL":
      return line.poolId === scope.poolId && isInvestors;
    case "OPERATOR":
      return line.operatorId === scope.operatorId && (line.kind === "REWARD_OPERATOR" || isRoyaltyGot);
  }
}

function checkScope(scope: Scope): void {
  const id =
    scope.kind === "WALLET"
      ? scope.account
      : scope.kind === "GPU"
        ? scope.gpuId
        : scope.kind === "POOL"
          ? scope.poolId
          : scope.operatorId;
  if (scope.kind === "WALLET" ? /^0x[0-9a-fA-F]{40}$/.test(id) : /^\d{1,78}$/.test(id)) return;
  throw new BaseError("BAD_SCOPE", `"${id}" is no id of a ${scope.kind.toLowerCase()}`, {
    hints: [scope.kind === "WALLET" ? "give an address: 0x and 40 hex digits" : "give the number of the token or pool"],
  });
}
