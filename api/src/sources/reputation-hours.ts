import type { PoolClient } from "#kernel/pg.ts";

/** Hours to be kept: `[from, until)`, whole UTC hours, seconds since 1970. */
export interface HourSpan {
  from: number;
  until: number;
}

/** Temperatures from which a model's GPUs slow themselves down, by the model's key (`telemetry.model_key`). */
export interface ThermalLimits {
  models: readonly string[];
  celsius: readonly number[];
  /** of any other */
  otherCelsius: number;
}

/**
 * Adds what GPUs and those who rented them did in some hours to what is kept of the day before them. Read are an hour's
 * roll-ups; minutes only of GPUs whose roll-up doesn't show by itself that a sample covered each of them.
 *
 * To be called after `forgetHours`, in one transaction with it.
 */
export async function keepHours(client: PoolClient, { from, until }: HourSpan, limits: ThermalLimits): Promise<void> {
  const { models, celsius, otherCelsius } = limits;
  const isContinuing = from % DAY_SECONDS !== 0;
  await client.query(KEEP_HOURS, [from, until, models, celsius, otherCelsius, isContinuing]);
  await client.query("insert into reputation.day_so_far values (to_timestamp($1::float8))", [until]);
}

/**
 * Drops what is kept from `from` on, and what isn't needed to go on from there.
 *
 * @returns from when on the day's hours are to be kept now: from `from`, or from midnight if what was kept up to `from` is gone
 */
export async function forgetHours(client: PoolClient, from: number): Promise<number> {
  const midnight = from - (from % DAY_SECONDS);
  const { rowCount } = await client.query(
    "select from reputation.day_so_far where through = to_timestamp($1::float8)",
    [from],
  );
  const start = rowCount === 0 ? midnight : from;
  for (const table of ["day_so_far", "gpu_day"])
    await client.query(`delete from reputation.${table} where through <> to_timestamp($1::float8)`, [start]);
  await client.query(
    "delete from reputation.use_day where through > to_timestamp($1::float8) or until <= to_timestamp($1::float8) or $2::boolean",
    [start, start === midnight],
  );
  await client.query("update reputation.use_day set until = null where until is not null");
  for (const table of ["gpu_xid", "rental_end", "conduct"])
    await client.query(
      `delete from reputation.${table} where hour >= to_timestamp($1::float8) or hour < to_timestamp($2::float8)`,
      [start, midnight],
    );
  await client.query("delete from reputation.down_hour where hour >= to_timestamp($1::float8)", [start]);
  return start;
}

const DAY_SECONDS = 86_400;

/** How long a rental runs at the most as far as anybody knows: numeric, as the chain's columns are. */
const NEVER = "1e15";
/** When a rental is or was over. */
export const OVER_AT = `coalesce(r.end_at, least(r.paid_until, r.ends_by))`;
/** Who holds a slot, or held it when a rental of it began: later transfers name their sender. */
export const PAYER = `case when r.slot is null then r.customer else coalesce(
    (select x."from" from chain.slot_transfer x where x.slot = r.slot and x.timestamp > r.start_at order by x.timestamp limit 1),
    (select x.holder from chain.slot x where x.id = r.slot), r.customer) end`;

/** The bits of all 60 minutes. */
const WHOLE_HOUR = (1n << 60n) - 1n;
/** Bits of the minutes of an hour `at` that start in a span: most spans have all of it, which is cheaper to see than to count. */
const bitsOf = (from: string, to: string): string =>
  `case when ${from} <= h.at and ${to} >= h.until then ${WHOLE_HOUR} else reputation.minutes_between(${from} - h.at, ${to} - h.at) end`;

/** GPUs that were active members of pools, by hour, with the minutes in which they were. */
const STAYS = `
  hour as (select at::numeric as at, (at + 3600)::numeric as until, to_timestamp(at) as hour from generate_series($1::float8::int8, $2::float8::int8 - 3600, 3600) at),
  stay as materialized (
    select h.at, h.hour, m.gpu::int8 as gpu, m.operator, m.contributor,
      bit_or(${bitsOf("greatest(m.from_at, s.from_at)", `least(coalesce(m.to_at, ${NEVER}), coalesce(s.to_at, ${NEVER}))`)}) as bits
    from chain.gpu_membership m
    join chain.gpu_status_period s on s.gpu = m.gpu and s.status::text = 'ACTIVE'
      and s.from_at < $2::numeric and (s.to_at is null or s.to_at > $1::numeric)
    join hour h on m.from_at < h.until and (m.to_at is null or m.to_at > h.at)
      and s.from_at < h.until and (s.to_at is null or s.to_at > h.at)
    where m.from_at < $2::numeric and (m.to_at is null or m.to_at > $1::numeric)
    group by 1, 2, 3, 4, 5)`;

const ROLLED = `
  class as materialized (
    select m.model, m.key, coalesce(l.celsius, $5::float8) as limit_celsius
    from (select model, telemetry.model_key(model) as key from (select distinct model from chain.gpu) d) m
    left join unnest($3::text[], $4::float8[]) l(key, celsius) on l.key = m.key),
  own as materialized (
    select g.id::int8 as gpu, t.gpu_key, c.key as model, c.limit_celsius
    from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash join class c on c.model = g.model),
  rolled as materialized (
    select o.gpu, o.model, o.limit_celsius, r.*
    from reputation.rolled_hours(to_timestamp($1::float8), to_timestamp($2::float8)) r join own o on o.gpu_key = r.gpu_key),
  gap as materialized (
    select o.gpu, p.hour, p.not_up, p.down
    from reputation.gaps(to_timestamp($1::float8), to_timestamp($2::float8), array(
      select distinct o.gpu_key from stay s join own o on o.gpu = s.gpu
      left join rolled r on r.gpu = s.gpu and r.hour = s.hour and r.is_whole
      where r.gpu is null)) p
    join own o on o.gpu_key = p.gpu_key),
  hot as materialized (
    select o.gpu, x.hour, x.minutes
    from reputation.hot_minutes(to_timestamp($1::float8), to_timestamp($2::float8),
      (select array_agg(gpu_key order by gpu_key) from (select distinct gpu_key from rolled where gpu_temp_max >= limit_celsius) d),
      (select array_agg(limit_celsius order by gpu_key) from (select distinct gpu_key, limit_celsius from rolled where gpu_temp_max >= limit_celsius) d)) x
    join own o on o.gpu_key = x.gpu_key),
  event as materialized (
    select o.gpu, date_trunc('hour', e.time, 'UTC') as hour,
      array_agg(distinct e.code) filter (where e.kind = 'XID') as xids,
      bool_or(e.kind = 'ECC_UNCORRECTED') as has_ecc, bool_or(e.kind = 'ROW_REMAP_FAILED') as has_remap
    from telemetry.gpu_event e join own o on o.gpu_key = e.gpu_key
    where e.time >= to_timestamp($1::float8) and e.time < to_timestamp($2::float8)
      and e.kind in ('XID', 'ECC_UNCORRECTED', 'ROW_REMAP_FAILED')
    group by 1, 2)`;

/** GPU-hours of which something is known; without a roll-up nothing but gaps is. */
const CELLS = `
  cell as materialized (
    select s.at, s.hour, s.gpu, s.operator, b.id as member,
      s.bits & ~coalesce(p.not_up, 0) as up, s.bits & coalesce(p.down, 0) as down,
      coalesce(r.sample_count, 0) as samples, coalesce(t.minutes, 0) as hot, e.xids,
      coalesce(e.has_ecc, false) as has_ecc, coalesce(e.has_remap, false) or coalesce(r.has_remap, false) as has_remap
    from stay s
    join own o on o.gpu = s.gpu
    left join rolled r on r.gpu = s.gpu and r.hour = s.hour
    left join gap p on p.gpu = s.gpu and p.hour = s.hour
    left join hot t on t.gpu = s.gpu and t.hour = s.hour
    left join event e on e.gpu = s.gpu and e.hour = s.hour
    left join chain.member b on b.operator = s.operator and b.account = s.contributor),
  median as (
    select hour, model, percentile_cont(0.5) within group (order by clock) as clock
    from rolled where clock > 0 group by 1, 2),
  used as materialized (
    select h.at, h.hour, r.gpu::int8 as gpu, ${PAYER} as payer,
      bit_or(${bitsOf("r.start_at", OVER_AT)}) as bits,
      sum(least(${OVER_AT}, h.until) - greatest(r.start_at, h.at))::float8 as seconds
    from chain.rental r
    join hour h on r.start_at < h.until and ${OVER_AT} > h.at
    where (r.end_at is null or r.end_at > $1::numeric) and r.start_at < $2::numeric and ${OVER_AT} > $1::numeric
    group by 1, 2, 3, 4),
  shared as (
    select u.*, least(u.seconds, r.busy_seconds * u.seconds / sum(u.seconds) over (partition by u.gpu, u.hour)) as busy,
      case when m.clock > 0 then least(1, r.clock / m.clock) * (1 - coalesce(r.throttled, 0)) end as performance
    from used u
    left join rolled r on r.gpu = u.gpu and r.hour = u.hour
    left join median m on m.hour = u.hour and m.model = r.model)`;

const KEEP_HOURS = `
with ${STAYS}, ${ROLLED}, ${CELLS},
gpus as (
  insert into reputation.gpu_day (through, gpu, operator, member, up, down, sampled, hot, has_xids, has_ecc, has_remap)
  select to_timestamp($2::float8), gpu, operator, member, sum(up), sum(down), sum(sampled), sum(hot), bool_or(has_xids), bool_or(has_ecc),
    bool_or(has_remap)
  from (
    select gpu, operator, member, reputation.minute_count(up) as up, reputation.minute_count(down) as down,
      least(samples, reputation.minute_count(up)) as sampled, least(hot, samples, reputation.minute_count(up)) as hot,
      xids is not null as has_xids, has_ecc, has_remap
    from cell where up | down <> 0 or xids is not null or has_ecc
    union all
    select gpu, operator, member, up, down, sampled, hot, has_xids, has_ecc, has_remap
    from reputation.gpu_day where through = to_timestamp($1::float8) and $6::boolean) d
  group by gpu, operator, member),
used_now as materialized (
  select c.gpu, c.operator, c.member, u.payer, reputation.minute_count((c.up | c.down) & u.bits) as minutes,
    case when u.performance is null then 0 else round(1000 * coalesce(u.busy, 0))::int4 end as busy_ms,
    round(1000 * coalesce(u.busy * u.performance, 0))::int4 as delivered_ms
  from cell c join shared u on u.gpu = c.gpu and u.hour = c.hour
  where (c.up | c.down) & u.bits <> 0),
used_before as (
  update reputation.use_day d set until = to_timestamp($2::float8)
  from used_now u
  where $6::boolean and d.until is null and d.gpu = u.gpu and d.payer = u.payer and d.operator = u.operator
    and d.member is not distinct from u.member
  returning d.gpu, d.operator, d.member, d.payer, d.minutes, d.busy_ms, d.delivered_ms),
uses as (
  insert into reputation.use_day (through, gpu, operator, member, payer, minutes, busy_ms, delivered_ms)
  select to_timestamp($2::float8), gpu, operator, member, payer, sum(minutes), sum(busy_ms), sum(delivered_ms)
  from (select * from used_now union all select * from used_before) d
  group by gpu, operator, member, payer),
codes as (
  insert into reputation.gpu_xid (hour, gpu, operator, member, xid)
  select c.hour, c.gpu, c.operator, c.member, x from cell c cross join unnest(c.xids) x where c.xids is not null)
insert into reputation.down_hour (gpu, hour, minutes)
select gpu, hour, down from gap where down <> 0`;
