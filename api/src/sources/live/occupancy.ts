import type { Snapshot } from "../snapshot.ts";
import { SPAN_BLOCKS, spanValues, type BlockSpan } from "./blocks.ts";

/** What decides whether a GPU can be had: as of one block. Seconds since 1970. */
export interface GpuStateRow {
  status: string;
  /** null: it is in no pool */
  poolId: string | null;
  /** the rental that started last and was not ended on-chain; null: none */
  rental: { tier: string; startAt: number; paidUntil: number; endsBy: number | null } | null;
  /** a slot of somebody's has the hour that runs */
  isBooked: boolean;
}

/** A GPU that something touched in a block: how it stood as of the block before, and as of the block. */
export interface GpuTouchRow {
  block: number;
  /** time of the block before, and of the block */
  timeBefore: bigint;
  time: bigint;
  gpuId: string;
  /** null: it did not exist */
  before: GpuStateRow | null;
  after: GpuStateRow | null;
}

/** A pool as of the block of an event. */
export interface PoolTermsRow {
  block: number;
  poolId: string;
  operatorId: string;
  model: string;
  region: string;
  spotRateDcPerHour: bigint;
  onDemandRateDcPerHour: bigint;
  reservedRateDcPerHour: bigint;
}

/** GPUs that an event or the passing of time touched, by block and GPU. Whether it made a difference is left to the caller. */
export async function readGpuTouches(snapshot: Snapshot, span: BlockSpan): Promise<GpuTouchRow[]> {
  return snapshot.rows<GpuTouchRow>(`live-touches-${span.entities}`, touchesSql(span.entities), spanValues(span));
}

/** Pools as of blocks, in any order. */
export async function readPoolTerms(
  snapshot: Snapshot,
  schema: string,
  keys: readonly { block: number; poolId: string }[],
): Promise<PoolTermsRow[]> {
  if (keys.length === 0) return [];
  const rows = await snapshot.rows<PoolTermsRow>(
    `live-terms-${schema}`,
    `select k.block, p.id as "poolId", p.operator as "operatorId", p.model, p.region,
       p.spot_rate_dc_per_hour as "spotRateDcPerHour", p.on_demand_rate_dc_per_hour as "onDemandRateDcPerHour",
       p.reserved_rate_dc_per_hour as "reservedRateDcPerHour"
     from unnest($1::int4[], $2::text[]) k(block, pool)
     join ${schema}.pool p on p.id = k.pool and p.block_range @> k.block`,
    [keys.map(({ block }) => block), keys.map(({ poolId }) => poolId)],
  );
  return rows.map((row) => ({
    ...row,
    spotRateDcPerHour: BigInt(row.spotRateDcPerHour),
    onDemandRateDcPerHour: BigInt(row.onDemandRateDcPerHour),
    reservedRateDcPerHour: BigInt(row.reservedRateDcPerHour),
  }));
}

/** A GPU's state as of `block` and its hour, as JSON: times are far below 2^53. */
const stateSql = (schema: string, block: string, time: string): string => `(
  select jsonb_build_object('status', g.status, 'poolId', g.pool,
    'rental', (select jsonb_build_object('tier', r.tier, 'startAt', r.start_at, 'paidUntil', r.paid_until, 'endsBy', r.ends_by)
               from ${schema}.rental r where r.id = g.rental and r.block_range @> ${block}),
    'isBooked', exists (select from ${schema}.slot s where s.gpu = g.id and s.block_range @> ${block} and not s.is_gone
                        and s.start_hour <= ${time} / 3600 and s.end_hour > ${time} / 3600))
  from ${schema}.gpu g where g.id = t.gpu and g.block_range @> ${block})`;

const touchesSql = (schema: string): string => `with ${SPAN_BLOCKS},
t(block, gpu) as (
  select lower(g.block_range), g.id from ${schema}.gpu g
  where lower(g.block_range) > $1::int4 and lower(g.block_range) <= $2::int4
  union
  select lower(r.block_range), r.gpu from ${schema}.rental r
  where lower(r.block_range) > $1 and lower(r.block_range) <= $2
  union
  select lower(s.block_range), s.gpu from ${schema}.slot s
  where lower(s.block_range) > $1 and lower(s.block_range) <= $2
  union
  select lower(s.block_range), p.gpu from ${schema}.slot s
  join ${schema}.slot p on p.id = s.id and p.block_range @> lower(s.block_range) - 1
  where lower(s.block_range) > $1 and lower(s.block_range) <= $2
  union
  select b.number, r.gpu from ${schema}.rental r
  join b on r.block_range @> b.number and least(r.paid_until, r.ends_by) > b.before and least(r.paid_until, r.ends_by) <= b.at
  where not r.is_ended
    and (r.paid_until > $5 and r.paid_until <= (select max(at) from b) or r.ends_by > $5 and r.ends_by <= (select max(at) from b))
  union
  select b.number, s.gpu from b
  join ${schema}.slot s on s.block_range @> b.number and not s.is_gone
    and (s.start_hour > b.before / 3600 and s.start_hour <= b.at / 3600 or s.end_hour > b.before / 3600 and s.end_hour <= b.at / 3600)
  where b.before / 3600 < b.at / 3600
)
select t.block, b.before as "timeBefore", b.at as time, t.gpu as "gpuId",
  ${stateSql(schema, "(t.block - 1)", "b.before")} as before, ${stateSql(schema, "t.block", "b.at")} as after
from t join b on b.number = t.block
order by t.block, length(t.gpu), t.gpu`;
