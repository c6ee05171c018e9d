import { accountOf } from "#devnet/market/wallets.ts";
import { MARKET_PLAN } from "#devnet/market/plan.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { openHourlyJobs } from "../../src/jobs/hourly/index.ts";
import { HOURLY_JOBS } from "../../src/jobs/hourly/jobs.ts";
import type { MarketFixture } from "../market.ts";

/**
 * Makes of the market's past what the jobs make of it: scores, prices, and the payments that its processor minted for.
 * Of these one is refused, and one is unknown to it although it was minted. Statistics are those of all rows.
 */
export async function workMarket({ databaseUrl, network }: MarketFixture): Promise<void> {
  const options = { databaseUrl, rpcUrl: network.rpcUrl, finality: 0, logger: silentLogger };
  const jobs = openHourlyJobs({ ...options, registry: createRegistry("jobs"), jobs: Object.values(HOURLY_JOBS) });
  await jobs.once(new AbortController().signal).finally(() => jobs.close());
  const pool = createPool(databaseUrl, { name: "golden", max: 1 });
  try {
    // as the settlement job writes it down when it first meets the token
    await pool.query("insert into ledger.token (address, symbol, decimals, is_bct) values ($1, 'BCT', 18, true)", [
      Buffer.from(network.token.address.slice(2), "hex"),
    ]);
    await takePayments(pool, accountOf(MARKET_PLAN.processor).address);
    await settleStatistics(pool);
  } finally {
    await pool.end();
  }
}

/** What the fiat door would have written of the mints that are on the chain, but for the last. */
async function takePayments(pool: Pool, processor: string): Promise<void> {
  await pool.query(
    `insert into payments.processor (address, chain_id, credits) values ($1, 31337, decode(repeat('00', 20), 'hex'))`,
    [Buffer.from(processor.slice(2), "hex")],
  );
  await pool.query(
    `with paid as (
       select *, row_number() over (order by timestamp) as place, count(*) over () as all_count
       from chain.credits_mint where payment_reference is not null
     )
     insert into payments.payment (id, reference, state, wallet, chain_id, amount_cents, currency, amount_dc, paid_at,
       taken_at, mint_hash, mint_block)
     select 'pi_' || place, payment_reference, 'FINAL', recipient, 31337, (amount_dc / 10000)::int8, 'usd', amount_dc,
       to_timestamp(timestamp::int8 - 60), to_timestamp(timestamp::int8 - 59), transaction_hash, block_number
     from paid where place < all_count order by place`,
  );
  await pool.query(
    `insert into payments.payment (id, reference, state, amount_cents, currency, reason, paid_at, taken_at)
     values ('pi_euro', sha256('pi_euro'), 'REFUSED', 1000, 'eur', 'it was paid in eur, and a DC is one US dollar',
       '2026-11-19T12:00Z', '2026-11-19T12:00Z')`,
  );
}

/** Plans hang on statistics, and these on when they were last taken and on how much room dead rows take. */
async function settleStatistics(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema|_timescaledb|timescaledb_)' order by 1`,
  );
  for (const { name } of rows) await pool.query(`vacuum (full, analyze) ${name}`);
  await pool.query("analyze");
}
