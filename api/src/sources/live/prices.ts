import type { Snapshot } from "../snapshot.ts";
import { hex, logIndexOf, spanValues, type BlockSpan } from "./blocks.ts";

/** New rates of a pool, or a new price of the token. DC base units, USD with 8 decimals. */
export interface PriceEventRow {
  /** the same whoever asks, and whenever */
  id: string;
  block: number;
  kind: "RATES" | "TOKEN";
  poolId: string | null;
  operatorId: string | null;
  model: string | null;
  region: string | null;
  spotRateDcPerHour: bigint | null;
  onDemandRateDcPerHour: bigint | null;
  reservedRateDcPerHour: bigint | null;
  /** of the pool's rates; the operator's holder or the pricer */
  setBy: string | null;
  isByPricer: boolean | null;
  price: bigint | null;
}

type Money = "spotRateDcPerHour" | "onDemandRateDcPerHour" | "reservedRateDcPerHour" | "price";
type Texts = Omit<PriceEventRow, Money> & Record<Money, string | null>;

/** New prices, in the order of the logs. */
export async function readPriceEvents(snapshot: Snapshot, span: BlockSpan): Promise<PriceEventRow[]> {
  const values = spanValues(span).slice(0, 2);
  const rows = await snapshot.rows<Texts>(`live-prices-${span.entities}`, sqlOf(span.entities), values);
  const big = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  return rows
    .map((row) => ({
      ...row,
      spotRateDcPerHour: big(row.spotRateDcPerHour),
      onDemandRateDcPerHour: big(row.onDemandRateDcPerHour),
      reservedRateDcPerHour: big(row.reservedRateDcPerHour),
      price: big(row.price),
    }))
    .sort((a, b) => a.block - b.block || logIndexOf(a.id) - logIndexOf(b.id));
}

const sqlOf = (schema: string): string => `
select ${hex("c.id", "id")}, c.block$ as block, 'RATES' as kind, c.pool as "poolId", p.operator as "operatorId", p.model, p.region,
  c.spot_rate_dc_per_hour as "spotRateDcPerHour", c.on_demand_rate_dc_per_hour as "onDemandRateDcPerHour",
  c.reserved_rate_dc_per_hour as "reservedRateDcPerHour", ${hex("c.set_by", "setBy")}, c.is_by_pricer as "isByPricer", null as price
from ${schema}.rate_change c join ${schema}.pool p on p.id = c.pool and p.block_range @> c.block$
where c.block$ > $1::int4 and c.block$ <= $2::int4
union all
select ${hex("t.id", "id")}, t.block$, 'TOKEN', null, null, null, null, null, null, null, null, null, t.price
from ${schema}.price_point t where t.block$ > $1 and t.block$ <= $2`;
