import { withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";

/** A final epoch and its span, seconds since 1970. */
interface Due {
  epoch: number;
  start: number;
  end: number;
}

/** An hour of a GPU's telemetry counts by the part of it that lies in the epoch, whose bounds needn't be whole hours. */
const WEIGHT = `(extract(epoch from least(h.bucket + interval '1 hour', to_timestamp($3::float8))
  - greatest(h.bucket, to_timestamp($2::float8))) / 3600)::float8`;

const GPU_USE = `
with hour as (
  select t.uuid_hash, h.covered_seconds, h.busy_seconds, ${WEIGHT} as weight,
    coalesce((select bit_count(d.minutes::bit(60)) from telemetry.gpu_down_hour d where d.hour = h.bucket and d.gpu_key = h.gpu_key), 0) as down
  from telemetry.rollup_1h h join telemetry.gpu t on t.gpu_key = h.gpu_key and t.parent_key is null
  where h.bucket > to_timestamp($2::float8) - interval '1 hour' and h.bucket < to_timestamp($3::float8)
), heard as (
  select uuid_hash, sum(covered_seconds * weight) as covered, sum(busy_seconds * weight) as busy,
    sum(least(ceil(covered_seconds / 60), 60 - down) * weight) as up
  from hour group by 1
), down as (
  select t.uuid_hash, sum(bit_count(h.minutes::bit(60)) * ${WEIGHT}) as minutes
  from (select hour as bucket, gpu_key, minutes from telemetry.gpu_down_hour
    where hour > to_timestamp($2::float8) - interval '1 hour' and hour < to_timestamp($3::float8)) h
  join telemetry.gpu t on t.gpu_key = h.gpu_key
  group by 1
), rented as (
  select r.gpu, sum(least(coalesce(r.end_at, least(r.paid_until, r.ends_by)), $3::float8::numeric) - greatest(r.start_at, $2::float8::numeric)) as seconds
  from chain.rental r
  where r.start_at < $3::float8::numeric and coalesce(r.end_at, least(r.paid_until, r.ends_by)) > $2::float8::numeric
  group by 1
), member as (
  select gpu, sum(member_seconds) as seconds, sum(burned_dc) as burned from ledger.gpu_amount where epoch = $1 group by 1
)
insert into ledger.gpu_use (gpu, epoch, rented_seconds, available_seconds, up_minutes, down_minutes, busy_seconds,
  covered_seconds, burned_dc)
select m.gpu, $1::int4, least(coalesce(r.seconds, 0), m.seconds), m.seconds, case when t.gpu_key is not null then coalesce(h.up, 0) end,
  case when t.gpu_key is not null then coalesce(d.minutes, 0) end, coalesce(h.busy, 0), coalesce(h.covered, 0), m.burned
from member m
join chain.gpu g on g.id = m.gpu::text
left join telemetry.gpu t on t.uuid_hash = g.uuid_hash and t.parent_key is null
left join heard h on h.uuid_hash = g.uuid_hash
left join down d on d.uuid_hash = g.uuid_hash
left join rented r on r.gpu = g.id`;

const USE_SUM = `
with held as (
  select gpu::int8 as gpu, owner, sum(least(to_at, $3::float8::numeric) - greatest(from_at, $2::float8::numeric))::float8 as seconds
  from chain.gpu_ownership
  where from_at < $3::float8::numeric and (to_at is null or to_at > $2::float8::numeric) and greatest(from_at, $2::float8::numeric) < least(to_at, $3::float8::numeric)
  group by 1, 2
), part as (
  select h.gpu, h.owner, a.pool, a.burned_dc, h.seconds / sum(h.seconds) over (partition by h.gpu, a.pool) as own,
    h.seconds / sum(h.seconds) over (partition by h.gpu, a.pool)
      * coalesce(a.member_seconds / nullif(sum(a.member_seconds) over (partition by h.gpu, h.owner), 0)::float8, 0) as share
  from held h join ledger.gpu_amount a on a.epoch = $1 and a.gpu = h.gpu
)
insert into ledger.use_sum (account, epoch, pool, rented_seconds, available_seconds, up_minutes, down_minutes, busy_seconds,
  covered_seconds, burned_dc)
select p.owner, $1::int4, p.pool, sum(u.rented_seconds * p.share), sum(u.available_seconds * p.share),
  sum(coalesce(u.up_minutes, 0) * p.share), sum(coalesce(u.down_minutes, 0) * p.share), sum(u.busy_seconds * p.share),
  sum(u.covered_seconds * p.share), sum(floor(p.burned_dc * p.own::numeric))
from part p join ledger.gpu_use u on u.gpu = p.gpu and u.epoch = $1
group by 1, 3`;

const PAYER_SUM = `
insert into ledger.payer_sum (account, epoch, pool, payer, burned_dc)
select o.owner, $1::int4, s.pool::int8, s.payer, sum(s.amount_dc)
from chain.usage_settlement s
join chain.gpu_ownership o on o.gpu = s.gpu and o.from_at <= s.timestamp and (o.to_at is null or o.to_at > s.timestamp)
where s.epoch = $1::int4
group by 1, 3, 4`;

/**
 * Keeps how GPUs were used in the earliest final epoch of which it isn't kept yet: in `ledger.gpu_use`, `use_sum` and
 * `payer_sum`, all in one transaction. An epoch waits until its DOWN minutes are kept.
 *
 * @param finalCount epochs that are final on the chain
 * @returns the epoch; undefined if there was nothing to do
 */
export async function keepNextUse(pool: Pool, finalCount: number): Promise<number | undefined> {
  const { rows } = await pool.query<Due>(
    `select e.epoch, e.start_at::float8 as start, e.end_at::float8 as end from ledger.epoch e
     where e.epoch < $1 and e.settled_at is not null and not exists (select from ledger.use_epoch u where u.epoch = e.epoch)
       and to_timestamp(e.end_at) < (select max(hour) + interval '2 hours' from telemetry.down_hour)
     order by e.epoch limit 1`,
    [finalCount],
  );
  const due = rows[0];
  if (!due) return undefined;
  await withTransaction(pool, (client) => keepUse(client, due));
  return due.epoch;
}

async function keepUse(client: PoolClient, { epoch, start, end }: Due): Promise<void> {
  const first = await client.query("insert into ledger.use_epoch (epoch) values ($1) on conflict do nothing", [epoch]);
  if (first.rowCount === 0) return; // a job beside this one was faster
  // plans for the times at hand: for any times TimescaleDB reads all chunks
  await client.query("set local plan_cache_mode = force_custom_plan; set local jit = off");
  await client.query(GPU_USE, [epoch, start, end]);
  await client.query(USE_SUM, [epoch, start, end]);
  await client.query(PAYER_SUM, [epoch]);
}

/** Currencies of the exchange, 0x hex, that nothing is known of yet. */
export async function readUnknownTokens(pool: Pool): Promise<`0x${string}`[]> {
  const { rows } = await pool.query<{ address: `0x${string}` }>(
    `select '0x' || encode(c.id, 'hex') as address from chain.currency c
     where not exists (select from ledger.token t where t.address = c.id) order by c.id`,
  );
  return rows.map(({ address }) => address);
}

/** A token as its contract names it. */
export interface KeptToken {
  /** 0x hex */
  address: string;
  symbol: string;
  decimals: number;
  isBct: boolean;
}

/** Writes tokens down; those that are known stay as they are. */
export async function keepTokens(pool: Pool, tokens: readonly KeptToken[]): Promise<void> {
  for (const { address, symbol, decimals, isBct } of tokens) {
    await pool.query(
      `insert into ledger.token (address, symbol, decimals, is_bct) values ($1, $2, $3, $4) on conflict do nothing`,
      [Buffer.from(address.slice(2), "hex"), symbol, decimals, isBct],
    );
  }
}
