import { currencyColumns, currencyJoins, type CurrencyRow } from "./cashflow-sales.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which GPUs; null: any. */
export interface HoldingScope {
  /** who holds them now, 0x hex */
  owner: string | null;
  gpuId: string | null;
  /** that they are in now */
  poolId: string | null;
  operatorId: string | null;
}

/** What something was paid or is asked for it. Base units of the currency. */
export interface PriceRow extends CurrencyRow {
  gpuId: string;
  price: bigint;
}

/** A GPU that somebody holds. Times in seconds since 1970. */
export interface HoldingRow {
  gpuId: string;
  model: string;
  poolId: string | null;
  /** 0x hex */
  owner: string;
  heldSince: number;
}

const HELD = `chain.gpu g join chain.gpu_ownership o on o.id = g.ownership
 where g.status::text <> 'RETIRED' and ($1::bytea is null or g.owner = $1) and ($2::text is null or g.id = $2)
   and ($3::text is null or g.pool = $3) and ($4::text is null or g.operator = $4)`;

const valuesOf = ({ owner, gpuId, poolId, operatorId }: HoldingScope): unknown[] => [
  owner === null ? null : Buffer.from(owner.slice(2), "hex"),
  gpuId,
  poolId,
  operatorId,
];

/** GPUs that are held and not retired, by id, those after `page.after`. */
export async function readHoldings(
  snapshot: Snapshot,
  scope: HoldingScope,
  page: { after: string | null; limit: number | null } = { after: null, limit: null },
): Promise<HoldingRow[]> {
  return snapshot.rows<HoldingRow>(
    "holdings",
    `select g.id as "gpuId", g.model, g.pool as "poolId", '0x' || encode(g.owner, 'hex') as owner, o.from_at::float8 as "heldSince"
     from ${HELD} and ($5::text is null or (length(g.id), g.id) > (length($5), $5)) order by length(g.id), g.id limit $6`,
    [...valuesOf(scope), page.after, page.limit],
  );
}

/** These GPUs as they are held, in any order; not those that are retired. */
export async function readHoldingsOf(snapshot: Snapshot, gpuIds: readonly string[]): Promise<HoldingRow[]> {
  return snapshot.rows<HoldingRow>(
    "holdings-of",
    `select g.id as "gpuId", g.model, g.pool as "poolId", '0x' || encode(g.owner, 'hex') as owner, o.from_at::float8 as "heldSince"
     from chain.gpu g join chain.gpu_ownership o on o.id = g.ownership where g.id = any($1) and g.status::text <> 'RETIRED'`,
    [gpuIds],
  );
}

type PriceText = Omit<PriceRow, "price" | "bctPrice"> & { price: string; bctPrice: string | null };
const toPrice = (row: PriceText): PriceRow => ({
  ...row,
  price: BigInt(row.price),
  bctPrice: row.bctPrice === null ? null : BigInt(row.bctPrice),
});

/** What their holders bought GPUs for on the exchange, by GPU; nothing for one that came to its holder in another way. */
export async function readCosts(snapshot: Snapshot, gpuIds: readonly string[]): Promise<PriceRow[]> {
  const rows = await snapshot.rows<PriceText>(
    "holding-costs",
    `select s.gpu as "gpuId", s.price::text, ${currencyColumns("s.currency")}
     from chain.gpu g join chain.gpu_ownership o on o.id = g.ownership
     join chain.sale s on s.gpu = g.id and s.buyer = g.owner and s.block_number = o.from_block
     ${currencyJoins("s.currency", "s.timestamp")} where g.id = any($1)`,
    [gpuIds],
  );
  return rows.map(toPrice);
}

/** What GPUs were sold for the last time, by GPU; nothing for one that was never sold. */
export async function readLastPrices(snapshot: Snapshot, gpuIds: readonly string[]): Promise<PriceRow[]> {
  const rows = await snapshot.rows<PriceText>(
    "holding-last-prices",
    `select s.gpu as "gpuId", s.price::text, ${currencyColumns("s.currency")}
     from (select distinct on (gpu) gpu, price, currency, timestamp from chain.sale
       where gpu = any($1) order by gpu, timestamp desc, id desc) s
     ${currencyJoins("s.currency", "s.timestamp")}`,
    [gpuIds],
  );
  return rows.map(toPrice);
}

/** What is asked for GPUs now: open offers in currencies that are allowed, those of these GPUs or of this model. */
export async function readAsks(
  snapshot: Snapshot,
  of: { gpuIds: readonly string[] } | { model: string },
): Promise<PriceRow[]> {
  const [gpuIds, model] = "model" in of ? [null, of.model] : [of.gpuIds, null];
  const rows = await snapshot.rows<PriceText>(
    "holding-asks",
    `select l.gpu as "gpuId", l.price::text, ${currencyColumns("l.currency")}
     from chain.listing l join chain.currency c on c.id = l.currency and c.is_allowed
     join chain.gpu g on g.id = l.gpu cross join chain.head h
     ${currencyJoins("l.currency", "h.block_timestamp")}
     where l.is_open and l.gpu is not null and ($1::text[] is null or l.gpu = any($1)) and ($2::text is null or g.model = $2)`,
    [gpuIds, model],
  );
  return rows.map(toPrice);
}
