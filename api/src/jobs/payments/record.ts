import { keccak256, toBytes, type Hex } from "viem";
import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";
import type { BackEvent, PaidEvent } from "./event.ts";

/** What became of an event. */
export interface Recorded {
  outcome: "QUEUED" | "REFUSED" | "REPEATED" | "CONFLICT" | "REFUNDED" | "DISPUTED";
  /** why it was refused */
  reason?: string;
}

/** The payment reference on the chain. */
export function referenceOf(payment: string): Hex {
  return keccak256(toBytes(payment));
}

/**
 * Writes an event down, and what it means for its payment. However often it comes, and in whatever order events come, a
 * payment is queued once at most; one whose money went back before it was minted never is.
 */
export async function record(pool: Pool, event: PaidEvent | BackEvent): Promise<Recorded> {
  return withTransaction(pool, async (client) => {
    // one payment's events come one after the other
    await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [event.payment]);
    const known = await client.query("select from payments.event where id = $1", [event.id]);
    if (known.rows.length > 0) return { outcome: "REPEATED" };
    const recorded = event.kind === "PAID" ? await recordPaid(client, event) : await recordBack(client, event);
    await client.query(
      "insert into payments.event (id, type, payment, outcome, created_at) values ($1, $2, $3, $4, $5)",
      [event.id, event.type, event.payment, recorded.outcome, event.createdAt],
    );
    return recorded;
  });
}

async function recordPaid(client: PoolClient, event: PaidEvent): Promise<Recorded> {
  const wallet = event.wallet === null ? null : Buffer.from(event.wallet.slice(2), "hex");
  const { rows: before } = await client.query<{ isSame: boolean }>(
    `select amount_cents = $2 and currency = $3 and wallet is not distinct from $4 and chain_id is not distinct from $5 as "isSame"
     from payments.payment where id = $1`,
    [event.payment, event.amountCents, event.currency, wallet, event.chainId],
  );
  if (before[0]) return { outcome: before[0].isSame ? "REPEATED" : "CONFLICT" };
  const { rows: back } = await client.query<{ outcome: string }>(
    "select outcome from payments.event where payment = $1 and outcome in ('REFUNDED', 'DISPUTED') order by taken_at limit 1",
    [event.payment],
  );
  const flag = back[0]?.outcome ?? null;
  const reason = event.refusal ?? (flag === null ? null : `it was ${flag.toLowerCase()} before it was minted`);
  await client.query(
    `insert into payments.payment
       (id, reference, state, wallet, chain_id, amount_cents, currency, amount_dc, reason, flag, paid_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[
        event.payment,
        Buffer.from(referenceOf(event.payment).slice(2), "hex"),
        reason === null ? "QUEUED" : "REFUSED",
      ],
      ...[wallet, event.chainId, event.amountCents, event.currency, event.amountDc?.toString() ?? null],
      ...[reason, flag, event.createdAt],
    ],
  );
  return reason === null ? { outcome: "QUEUED" } : { outcome: "REFUSED", reason };
}

/** What isn't being minted yet never will be; the rest is flagged, for somebody to look at. */
async function recordBack(client: PoolClient, { payment, flag }: BackEvent): Promise<Recorded> {
  await client.query(
    `update payments.payment set flag = $2, changed_at = now(),
       reason = case when state = 'QUEUED' then $3 else reason end,
       state = case when state = 'QUEUED' then 'REFUSED' else state end
     where id = $1`,
    [payment, flag, `it was ${flag.toLowerCase()} before it was minted`],
  );
  return { outcome: flag };
}
