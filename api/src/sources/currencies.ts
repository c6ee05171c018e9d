import { bytesOf } from "./entity.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a price is in, and when it was asked. */
export interface PriceKey {
  /** 0x hex */
  currency: string;
  /** seconds since 1970 */
  at: bigint;
}

/** An ERC-20 as its contract names it. */
export interface PricedCurrencyRow {
  symbol: string | null;
  decimals: number | null;
  /** USD per BCT with 8 decimals at that time; null: it isn't BCT, or there was no price */
  bctPrice: bigint | null;
}

/** Names of currencies, and what BCT was worth at each time: in the order asked for. */
export async function readPricedCurrencies(
  snapshot: Snapshot,
  keys: readonly PriceKey[],
): Promise<(PricedCurrencyRow | undefined)[]> {
  const rows = await snapshot.rows<Omit<PricedCurrencyRow, "bctPrice"> & { place: bigint; bctPrice: string | null }>(
    "priced-currencies",
    `select k.place, t.symbol, t.decimals::int4 as decimals, p.price::text as "bctPrice"
     from unnest($1::bytea[], $2::int8[]) with ordinality k(currency, at, place)
     left join ledger.token t on t.address = k.currency
     left join lateral (select x.price from chain.price_tick x where t.is_bct and x.timestamp <= to_timestamp(k.at)
       order by x.timestamp desc, x.id desc limit 1) p on true`,
    [keys.map(({ currency }) => bytesOf(currency)), keys.map(({ at }) => at)],
  );
  const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
  return keys.map((_, index) => {
    const row = byPlace.get(index + 1);
    return row && { ...row, bctPrice: row.bctPrice === null ? null : BigInt(row.bctPrice) };
  });
}
