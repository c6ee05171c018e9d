/** SQL that several panels of the market's dashboard share. */

/** Pools of the chosen model, in all regions: a table (id text, pool int8, region, operator, and rates). */
export const POOLS_OF_MODEL = `(select p.id, p.id::int8 as pool, p.region, p.operator, p.spot_rate_dc_per_hour, p.on_demand_rate_dc_per_hour,
    p.reserved_rate_dc_per_hour, p.discount_min_hours, p.discount_bps
  from chain.pool p where p.model = \${model:sqlstring})`;

/** Those in the chosen region. */
export const POOLS = `(select p.id, p.id::int8 as pool
  from chain.pool p where p.model = \${model:sqlstring} and p.region = \${region:sqlstring})`;

/** A condition on `market.price_index i`: the chosen model and region. */
export const OF_INDEX = "i.model = ${model:sqlstring} and i.region = ${region:sqlstring}";

/** When a rental was over, or will be as far as is known; seconds since 1970. */
export const OVER_AT = "coalesce(r.end_at, least(r.paid_until, r.ends_by))";

/** What is booked or gone sooner than this can't be rented, seconds: `Marketplace.MIN_DURATION`. */
const MIN_DURATION = 60;

/**
 * GPUs of the chosen model, in all regions, that can be had at the last indexed block for use that begins now, as the API's
 * `offers` has them: a table (gpu, pool text, next: when a booking or an exit takes it, seconds since 1970 or null; now).
 */
export const FREE_NOW = `(select g.id as gpu, g.pool, n.next, h.block_timestamp as now
  from chain.head h
  cross join chain.network w
  join chain.pool p on p.model = \${model:sqlstring} and not w.is_intake_paused
  join chain.gpu g on g.pool = p.id and g.status = 'ACTIVE'
  left join chain.rental r on r.id = g.rental
  left join lateral (
    select min(b.start_hour::int8 * 3600) as at from chain.slot b
    where b.gpu = g.id and not b.is_gone and b.end_hour::int8 * 3600 > h.block_timestamp) b on true
  cross join lateral (select least(b.at, g.exit_at) as next) n
  where not coalesce(r.end_at is null and least(r.paid_until, r.ends_by) > h.block_timestamp, false)
    and coalesce(n.next >= h.block_timestamp + ${MIN_DURATION}, true))`;

/**
 * The chance that a reservation takes a GPU of a pool within some hours, with a pool's `market.hazard` z:
 * 1 − exp(−λ h), λ = (n + ½) / exposed GPU-hours of 14 days; null where no hour was exposed. As the API has it.
 */
export const chanceWithin = (hours: number): string =>
  `1 - exp(-(z.taken_count + 0.5) / nullif(z.exposed_gpu_hours, 0) * ${hours})`;

/** DC of an hour of a slot of `hours`, rounded up as `PoolRegistry.reservedRate` does; base units. */
export const slotRate = (rate: string, bps: string): string => `ceil(${rate} * (10000 - coalesce(${bps}, 0)) / 10000)`;

/**
 * What each pool took off a slot of so many hours from when to when: a table (pool text, since, until, bps), from its changes.
 *
 * @param hours an SQL expression
 */
export const discountsOf = (hours: string): string => `(
  select c.pool, to_timestamp(c.timestamp::float8) as since,
    to_timestamp((lead(c.timestamp) over (partition by c.pool order by c.timestamp, c.block_number))::float8) as until,
    (select max(s.bps) from unnest(c.min_hours, c.bps) s(hours, bps) where s.hours <= ${hours}) as bps
  from chain.discount_change c)`;
