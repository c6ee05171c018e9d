import type { Snapshot } from "./snapshot.ts";

/** Whose sales; null: not asked for. Any of them may hold. */
export interface SaleScope {
  /** seller, buyer or who gets the royalty; 0x hex */
  account: string | null;
  gpuId: string | null;
  poolId: string | null;
  operatorId: string | null;
}

/** An ERC-20 that a price is in. Nobody may have asked its contract yet: then it has no name, and base units are shown. */
export interface CurrencyRow {
  /** 0x hex */
  currency: string;
  symbol: string | null;
  decimals: number | null;
  isBct: boolean;
  /** USD per BCT with 8 decimals at that time; null: none was known, or it isn't BCT */
  bctPrice: bigint | null;
}

/** A GPU NFT or a slot sold on the exchange. Base units of the currency; times in seconds since 1970. */
export interface SaleRow extends CurrencyRow {
  /** transaction and log index, 0x hex */
  saleId: string;
  at: number;
  gpuId: string | null;
  slotId: string | null;
  /** that it was in at that time; null: none */
  poolId: string | null;
  operatorId: string | null;
  seller: string;
  buyer: string;
  price: bigint;
  royalty: bigint;
  royaltyReceiver: string | null;
  /** whether the seller is who it was minted to, and it had never moved */
  isPrimary: boolean;
  transaction: string;
}

type Texts<Row> = { [K in keyof Row]: bigint extends Row[K] ? Extract<Row[K], null> | string : Row[K] };

/** The name of a currency `column`, and what BCT was worth at `at`, seconds since 1970. */
export const currencyColumns = (
  column: string,
): string => `'0x' || encode(${column}, 'hex') as currency, t.symbol, t.decimals,
  coalesce(t.is_bct, false) as "isBct", case when t.is_bct then p.price::text end as "bctPrice"`;
/** What `currencyColumns` reads. */
export const currencyJoins = (column: string, at: string): string => `left join ledger.token t on t.address = ${column}
  left join lateral (select x.price from chain.price_tick x where t.is_bct and x.timestamp <= to_timestamp(${at})
    order by x.timestamp desc, x.id desc limit 1) p on true`;

const SALES = `select '0x' || encode(s.id, 'hex') as "saleId", s.timestamp::float8 as at, s.gpu as "gpuId", s.slot as "slotId",
   coalesce(m.pool, l.pool) as "poolId", coalesce(m.operator, l.operator) as "operatorId", '0x' || encode(s.seller, 'hex') as seller,
   '0x' || encode(s.buyer, 'hex') as buyer, ${currencyColumns("s.currency")}, s.price::text, s.royalty::text,
   '0x' || encode(s.royalty_receiver, 'hex') as "royaltyReceiver", '0x' || encode(s.transaction_hash, 'hex') as transaction,
   s.gpu is not null and not exists (select from chain.gpu_ownership o
     where o.gpu = s.gpu and o.to_at is not null and o.to_at > o.from_at and o.to_block < s.block_number) as "isPrimary"
 from chain.sale s
 left join chain.gpu_membership m on m.gpu = s.gpu and m.from_at <= s.timestamp and (m.to_at is null or m.to_at > s.timestamp)
 left join chain.slot l on l.id = s.slot
 ${currencyJoins("s.currency", "s.timestamp")}`;

/** Sales of a scope to the end, in the order of their times. */
export async function readSales(snapshot: Snapshot, scope: SaleScope): Promise<SaleRow[]> {
  const { account, gpuId, poolId, operatorId } = scope;
  const rows = await snapshot.rows<Texts<SaleRow>>(
    "statement-sales",
    `${SALES}
     where ($1::bytea is null or s.seller = $1 or s.buyer = $1 or s.royalty_receiver = $1) and ($2::text is null or s.gpu = $2)
       and ($3::text is null or m.pool = $3) and ($4::text is null or coalesce(m.operator, l.operator) = $4)
     order by s.timestamp, s.id`,
    [account === null ? null : Buffer.from(account.slice(2), "hex"), gpuId, poolId, operatorId],
  );
  return rows.map((row) => ({
    ...row,
    price: BigInt(row.price),
    royalty: BigInt(row.royalty),
    bctPrice: row.bctPrice === null ? null : BigInt(row.bctPrice),
  }));
}
