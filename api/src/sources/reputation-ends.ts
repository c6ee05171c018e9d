import type { PoolClient } from "#kernel/pg.ts";
import { OVER_AT, PAYER, type HourSpan } from "./reputation-hours.ts";

/**
 * Keeps the rentals that were over in some hours, for the running day: those that somebody ended, and those that nobody has
 * ended though their funds or their term are over, with the reason that the market will give. After `keepHours`, as the
 * minutes DOWN of the hours are counted in.
 */
export async function keepRentalEnds(client: PoolClient, { from, until }: HourSpan): Promise<void> {
  await client.query(KEEP_ENDS, [from, until]);
}

/** Keeps what operators did in some hours, for the running day. */
export async function keepConduct(client: PoolClient, { from, until }: HourSpan): Promise<void> {
  await client.query(KEEP_CONDUCT, [from, until]);
}

/** The least notice of a preemption that the market gives, seconds. */
const SPOT_NOTICE = 120;

/** Why a rental is over that nobody has ended yet, as the market will say. */
const REASON = `coalesce(r.end_reason::text, case when r.tier::text = 'RESERVED' then 'TERM'
    when r.ends_by < r.paid_until then 'PREEMPTED' else 'FUNDS' end)`;

/** A booking told it, or it was known when the rental began. */
const NOTICED_AT = `coalesce((select min(n.timestamp) from chain.preemption_notice n where n.rental = r.id and n.ends_by = r.ends_by), r.start_at)`;

const KEEP_ENDS = `
with over as materialized (
  select r.id, r.gpu, r.operator, r.start_at, ${OVER_AT} as end_at, ${REASON} as reason, ${PAYER} as payer,
    r.ends_by is null or r.ends_by - ${NOTICED_AT} >= ${SPOT_NOTICE} as was_noticed
  from chain.rental r
  where (r.end_at is null or r.end_at >= $1::numeric) and r.start_at < $2::numeric
    and ${OVER_AT} >= $1::numeric and ${OVER_AT} < $2::numeric)
insert into reputation.rental_end (hour, rental, gpu, operator, member, payer, start_at, end_at, end_reason, was_noticed, down_minutes)
select to_timestamp((div(o.end_at, 3600) * 3600)::float8), o.id::int8, o.gpu::int8, o.operator, b.id, o.payer, o.start_at, o.end_at,
  o.reason, o.was_noticed, coalesce(d.minutes, 0)
from over o
left join lateral (
  select m.contributor from chain.gpu_membership m
  where m.gpu = o.gpu and m.operator = o.operator and m.from_at <= o.start_at and (m.to_at is null or m.to_at > o.start_at)
  limit 1) m on true
left join chain.member b on b.operator = o.operator and b.account = m.contributor
left join lateral (
  select sum(reputation.minute_count(x.minutes & reputation.minutes_between(
    o.start_at - extract(epoch from x.hour), o.end_at - extract(epoch from x.hour))))::int4 as minutes
  from reputation.down_hour x
  where x.gpu = o.gpu::int8 and x.hour > to_timestamp(o.start_at::float8) - interval '1 hour'
    and x.hour < to_timestamp(o.end_at::float8)) d on true`;

/**
 * Share rules count when they come into force, by the clock of epochs that the settlement has written down; where it hasn't,
 * they aren't known.
 */
const KEEP_CONDUCT = `
insert into reputation.conduct (hour, event_id, operator, member, event, gpu, payer)
select to_timestamp((div(e.at, 3600) * 3600)::float8), e.id, e.operator, e.member, e.event, e.gpu, e.payer
from (
  select f.timestamp as at, '0x' || encode(f.id, 'hex') as id, f.operator, b.id as member, 'SLOT_REFUNDED' as event,
    f.gpu::int8 as gpu, f.holder as payer
  from chain.slot_refund f
  left join lateral (
    select m.contributor from chain.gpu_membership m
    where m.gpu = f.gpu and m.operator = f.operator and m.from_at <= f.timestamp order by m.from_at desc limit 1) m on true
  left join chain.member b on b.operator = f.operator and b.account = m.contributor
  where f.timestamp >= $1::numeric and f.timestamp < $2::numeric and f.hour_count > 0
  union all
  select n.genesis_time + s.effective_epoch * n.epoch_length, 'pool ' || s.pool || ' epoch ' || s.effective_epoch, p.operator,
    null, 'SHARES_CHANGED', null, null
  from ledger.network n
  join chain.share_rule s on s.effective_epoch > 0
    and n.genesis_time + s.effective_epoch * n.epoch_length >= $1::numeric
    and n.genesis_time + s.effective_epoch * n.epoch_length < $2::numeric
  join chain.pool p on p.id = s.pool
  union all
  select c.from_at, '0x' || encode(c.id, 'hex'), c.operator, null, 'KICK_REVERSED', null, null
  from chain.member_period c
  where c.from_at >= $1::numeric and c.from_at < $2::numeric
    and exists (select from chain.member_period k where k.member = c.member and k.to_at <= c.from_at and k.id <> c.id)
) e`;
