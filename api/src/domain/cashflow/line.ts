import { measured, unknown, type Measure } from "../measure.ts";
import type { RewardTerms, Token } from "./facts.ts";

/** Kinds of lines, in the order in which those of one time are listed. */
export const LINE_KINDS = [
  "REWARD_OPERATOR",
  "REWARD_POOL",
  "REWARD_BONUS",
  "PURCHASE",
  "SALE",
  "ROYALTY",
  "FEE",
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** One cash flow: dated, signed, in its token and in dollars at receipt, with what it stands on. */
export interface StatementLine {
  at: number;
  kind: LineKind;
  /** epoch and share of a reward, sale or fee: tells it from any other */
  id: string;
  epoch: number | null;
  gpuId: string | null;
  slotId: string | null;
  poolId: string | null;
  operatorId: string | null;
  account: string;
  token: Token;
  /** base units of the token; below 0: paid */
  amount: bigint;
  /** dollars with 6 decimals, toward 0, at the price of that time */
  amountUsd: Measure<bigint>;
  /** of a reward, what its wallet was paid of it by now, and what not; null: no reward */
  claimed: bigint | null;
  unclaimed: bigint | null;
  /** of a reward */
  terms: RewardTerms | null;
}

/** Where a line stands in its statement. */
export type LineKey = Pick<StatementLine, "at" | "kind" | "poolId" | "gpuId" | "account" | "id" | "amount">;

const USD_DECIMALS = 6;
const PRICE_DECIMALS = 8;

/** What `amount` is worth in dollars with 6 decimals, toward 0. */
export function usdTowardZero(amount: bigint, { decimals }: Token, price: bigint | null): Measure<bigint> {
  if (price === null || price <= 0n) return unknown("PRICE_UNKNOWN");
  return measured((amount * price) / 10n ** BigInt(decimals + PRICE_DECIMALS - USD_DECIMALS));
}

/** By time, kind, pool, GPU and account; ids in the order of their numbers. */
export function byDate(a: LineKey, b: LineKey): number {
  return (
    a.at - b.at ||
    LINE_KINDS.indexOf(a.kind) - LINE_KINDS.indexOf(b.kind) ||
    byNumber(a.poolId, b.poolId) ||
    byNumber(a.gpuId, b.gpuId) ||
    compare(a.account, b.account) ||
    compare(a.id, b.id) ||
    Number(a.amount > b.amount) - Number(a.amount < b.amount)
  );
}

/** Decimal texts without zeros in front by their numbers, nothing first. */
function byNumber(a: string | null, b: string | null): number {
  return (a ?? "").length - (b ?? "").length || compare(a ?? "", b ?? "");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
