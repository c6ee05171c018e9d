import { DAY_SECONDS } from "../window.ts";
import type { Fact, RelationFact } from "./facts.ts";

type Span = Pick<RelationFact, "fromAt" | "toAt">;

/** Who stood on which operator's side, and when. */
export type Relations = ReadonlyMap<string, ReadonlyMap<string, readonly Span[]>>;

/** Relations by operator and account; addresses in any letter case. */
export function relationsOf(facts: Iterable<RelationFact>): Map<string, Map<string, Span[]>> {
  const relations = new Map<string, Map<string, Span[]>>();
  for (const { operatorId, account, fromAt, toAt } of facts) {
    const accounts = relations.get(operatorId) ?? new Map<string, Span[]>();
    const key = account.toLowerCase();
    accounts.set(key, [...(accounts.get(key) ?? []), { fromAt, toAt }]);
    relations.set(operatorId, accounts);
  }
  return relations;
}

/**
 * Whether the payer was a stranger to the operator all the while: over the rental, or over the fact's day. A customer
 * who buys a GPU later keeps what it said before; one who sold keeps nothing of when it owned.
 */
export function isArmsLength(relations: Relations, fact: Fact, payer: string): boolean {
  const spans = relations.get(fact.operatorId)?.get(payer.toLowerCase());
  if (!spans) return true;
  const fromAt = fact.kind === "RENTAL_END" ? fact.startAt : fact.day * DAY_SECONDS;
  const toAt = fact.kind === "RENTAL_END" ? Math.max(fact.endAt, fromAt + 1) : fromAt + DAY_SECONDS;
  return !spans.some((span) => span.fromAt < toAt && (span.toAt === null || span.toAt > fromAt));
}
