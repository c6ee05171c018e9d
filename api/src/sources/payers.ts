import type { Snapshot } from "./snapshot.ts";

/** What one customer's use burned. */
export interface PayerRow {
  /** 0x hex */
  address: string;
  burnedDc: bigint;
}

/** Which burns. Times half-open. */
export interface PayerScope {
  /** of these; null: everybody's, told with the operator "" */
  operatorIds: readonly string[] | null;
  from: Date;
  to: Date;
}

/** Everybody whose use burned DC in a span, the most first, by operator. */
export async function readPayersOf(
  snapshot: Snapshot,
  { operatorIds, from, to }: PayerScope,
): Promise<Map<string, PayerRow[]>> {
  const operator = operatorIds === null ? "''::text" : "operator";
  const rows = await snapshot.rows<{ operatorId: string; address: string; burnedDc: string }>(
    operatorIds === null ? "payers" : "payers-of-operators",
    `select ${operator} as "operatorId", '0x' || encode(payer, 'hex') as address, sum(amount_dc)::text as "burnedDc"
     from chain.usage_point where timestamp >= $1 and timestamp < $2 ${operatorIds === null ? "" : "and operator = any($3)"}
     group by 1, payer order by sum(amount_dc) desc, payer`,
    operatorIds === null ? [from, to] : [from, to, operatorIds],
  );
  const result = new Map<string, PayerRow[]>();
  for (const { operatorId, address, burnedDc } of rows) {
    const list = result.get(operatorId) ?? [];
    list.push({ address, burnedDc: BigInt(burnedDc) });
    result.set(operatorId, list);
  }
  return result;
}
