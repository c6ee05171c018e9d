/** SQL that several panels of the operator's dashboard share. */

/** The chosen pools of the chosen operator: a table (id text, pool int8). Ids of pools in `market` and `ledger` are numbers. */
export const POOLS = `(select p.id, p.id::int8 as pool from chain.pool p
  where p.operator = \${operator:sqlstring} and p.id in (\${pool:sqlstring}))`;

/** Keys, in telemetry, of the GPUs that are in the chosen pools now: an array, so that roll-ups are read by index. */
export const GPU_KEYS = `array(select t.gpu_key from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash
  where g.operator = \${operator:sqlstring} and g.pool in (\${pool:sqlstring}) and g.status <> 'RETIRED')`;

/** When the newest scores by the range's end are of. */
export const SCORED_AT = "(select max(r.at) from reputation.run r where r.at <= $__timeTo())";

/** When a rental was over, or will be as far as is known; seconds since 1970. */
export const OVER_AT = "coalesce(r.end_at, least(r.paid_until, r.ends_by))";

/** A rental with more minutes DOWN than these has failed, by the reputation's methodology. */
export const DOWN_MINUTES_ALLOWED = 5;

/**
 * Begins a statement with table `ended`: rentals of the chosen pools that were over within the range; and `lost`: of each
 * that had any, the minutes DOWN inside it (`telemetry.gpu_down_hour`, kept once an hour is over). The hours of a GPU go
 * together, as an array: the planner takes either table for a row, and would look each hour up for each rental.
 */
export const ENDED_AND_LOST = `with ended as materialized (
  select * from (
    select r.id, r.gpu, r.pool, r.tier, r.customer, r.start_at, ${OVER_AT} as over_at, r.end_reason::text as end_reason,
      to_timestamp(r.start_at::float8) as began, to_timestamp((${OVER_AT})::float8) as over, r.refunded_dc
    from chain.rental r
    where r.operator = \${operator:sqlstring} and r.pool in (\${pool:sqlstring})) e
  where $__timeFilter(e.over) and e.over_at <= (select block_timestamp from chain.head)),
down as materialized (
  select g.id as gpu, array_agg(d.hour) as hours, array_agg(d.minutes) as minutes
  from telemetry.gpu_down_hour d
  join telemetry.gpu t on t.gpu_key = d.gpu_key
  join chain.gpu g on g.uuid_hash = t.uuid_hash
  where g.id in (select gpu from ended) and d.hour <= $__timeTo()
    and d.hour >= (select min(began) from ended) - interval '1 hour'
  group by 1),
lost as (
  select e.id, sum(reputation.minute_count(x.minutes & reputation.minutes_between(
    e.start_at - extract(epoch from x.hour), e.over_at - extract(epoch from x.hour)))) as minutes
  from ended e
  join down d on d.gpu = e.gpu
  cross join lateral unnest(d.hours, d.minutes) x(hour, minutes)
  where x.hour > e.began - interval '1 hour' and x.hour < e.over
  group by 1)`;

/** Of `ended` and `lost`: rentals that failed by the rule of the score's COMPLETION. */
export const IS_BROKEN = `(e.end_reason = 'GPU_OFFLINE' or l.minutes > ${DOWN_MINUTES_ALLOWED})`;
