import type { PoolClient, QueryResultRow } from "#kernel/pg.ts";
import type { HourSpan } from "./reputation-hours.ts";

/** Whom a row is about. */
interface SubjectRow {
  operatorId: string;
  memberId: string | null;
}

/** A GPU on a day, or all of a subject's without a fault (`gpuId` null). */
export interface GpuDayRow extends SubjectRow {
  gpuId: string | null;
  count: number;
  up: number;
  down: number;
  sampled: number;
  hot: number;
  xids: number[] | null;
  hasEcc: boolean;
  hasRemap: boolean;
  /** 0x hex, with the minutes rented; in no order */
  payers: string[];
  minutes: number[];
}

/** Busy time that one payer rented, of one GPU or of several. */
export interface BusyRow extends SubjectRow {
  gpuId: string | null;
  count: number;
  payer: string;
  busyMs: number;
  deliveredMs: number;
}

/** A rental that is over, or several of one payer that went well. */
export interface RentalEndRow extends SubjectRow {
  rentalId: string;
  gpuId: string | null;
  count: number;
  payer: string;
  startAt: number;
  endAt: number;
  endReason: string;
  wasNoticed: boolean;
  paidSeconds: number;
  downMinutes: number;
}

/** What an operator did. */
export interface ConductRow extends SubjectRow {
  eventId: string;
  event: string;
  gpuId: string | null;
  payer: string | null;
}

/** A span in which a payer of the day stood on an operator's side, by operator, account and start. Seconds since 1970. */
export interface RelationRow {
  operatorId: string;
  account: string;
  fromAt: number;
  toAt: number | null;
}

/** GPU-days that delivered less than so many hundredths of their class stand by themselves. */
const DELIVERED_WELL = 90;

const VALUES = ({ from, until }: HourSpan): number[] => [from, until];
const KEPT = "hour >= to_timestamp($1::float8) and hour < to_timestamp($2::float8)";

/** GPU-days of what is kept; those without a fault as one for each subject. In no order. */
export function readGpuDays(client: PoolClient, span: HourSpan): Promise<GpuDayRow[]> {
  return rows<GpuDayRow>(
    client,
    `with shown as materialized (
       select *, case when down > 0 or hot > 0 or sampled = 0 or has_xids or has_ecc or has_remap then gpu end as own
       from reputation.gpu_day where through = to_timestamp($2::float8)),
     used as materialized (
       select u.operator, u.member, f.own, u.payer, sum(u.minutes)::int4 as minutes
       from reputation.use_day u
       left join shown f on f.own = u.gpu and f.operator = u.operator and f.member is not distinct from u.member
       where u.until is null
       group by 1, 2, 3, 4),
     payers as (
       select operator, member, own, array_agg('0x' || encode(payer, 'hex')) as payers, array_agg(minutes) as minutes
       from used group by 1, 2, 3),
     code as (
       select operator, member, gpu, array_agg(distinct xid order by xid) as xids
       from reputation.gpu_xid where ${KEPT} group by 1, 2, 3),
     summed as (
       select operator, member, own, count(*)::int4 as count, sum(up)::float8 as up, sum(down)::float8 as down,
         sum(sampled)::float8 as sampled, sum(hot)::float8 as hot, bool_or(has_ecc) as has_ecc, bool_or(has_remap) as has_remap
       from shown group by 1, 2, 3)
     select d.operator as "operatorId", d.member as "memberId", d.own::text as "gpuId", d.count, d.up, d.down, d.sampled, d.hot, c.xids,
       d.has_ecc as "hasEcc", d.has_remap as "hasRemap", coalesce(p.payers, '{}') as payers, coalesce(p.minutes, '{}') as minutes
     from summed d
     left join payers p on p.operator = d.operator and coalesce(p.member, '') = coalesce(d.member, '') and coalesce(p.own, 0) = coalesce(d.own, 0)
     left join code c on c.operator = d.operator and coalesce(c.member, '') = coalesce(d.member, '') and c.gpu = d.own`,
    VALUES(span),
  );
}

/** Busy time of what is kept, by payer; GPU-days that delivered well as one. In no order. */
export function readBusy(client: PoolClient): Promise<BusyRow[]> {
  return rows<BusyRow>(
    client,
    `select operator as "operatorId", member as "memberId", case when count(*) = 1 then min(gpu) end::text as "gpuId",
       count(*)::int4 as count, '0x' || encode(payer, 'hex') as payer, sum(busy_ms)::float8 as "busyMs",
       sum(delivered_ms)::float8 as "deliveredMs"
     from reputation.use_day
     where until is null and busy_ms > 0
     group by operator, member, payer, case when 100 * delivered_ms::int8 < ${DELIVERED_WELL} * busy_ms::int8 then gpu end`,
    [],
  );
}

/** A rental with more minutes DOWN has failed, and stands by itself. */
const DOWN_MINUTES_ALLOWED = 5;

/**
 * Rentals over in what is kept; those of one payer that went well and ended alike as one, if the payer never stood on the
 * operator's side. In no order. An end by SLOT with hardly a minute DOWN says nothing of the operator.
 *
 * @param relations who did, as `readPayerRelations` gives them
 */
export function readRentalEnds(
  client: PoolClient,
  span: HourSpan,
  relations: readonly RelationRow[],
): Promise<RentalEndRow[]> {
  const related = new Map(
    relations.map(({ operatorId, account }) => [`${operatorId} ${account}`, { operatorId, account }]),
  );
  return rows<RentalEndRow>(
    client,
    `with related as materialized (
       select operator, decode(substr(account, 3), 'hex') as account from unnest($3::text[], $4::text[]) x(operator, account)),
     judged as (
       select e.*, case when e.down_minutes > ${DOWN_MINUTES_ALLOWED} or e.end_reason = 'GPU_OFFLINE'
         or (e.end_reason = 'PREEMPTED' and not e.was_noticed) or r.account is not null then e.rental end as own
       from reputation.rental_end e
       left join related r on r.operator = e.operator and r.account = e.payer
       where ${KEPT} and e.end_at > e.start_at and (e.end_reason <> 'SLOT' or e.down_minutes > ${DOWN_MINUTES_ALLOWED}))
     select operator as "operatorId", member as "memberId", min(rental)::text as "rentalId",
       case when count(*) = 1 then min(gpu) end::text as "gpuId", count(*)::int4 as count, '0x' || encode(payer, 'hex') as payer,
       min(start_at)::float8 as "startAt", max(end_at)::float8 as "endAt", end_reason as "endReason", bool_and(was_noticed) as "wasNoticed",
       sum(end_at - start_at)::float8 as "paidSeconds", max(down_minutes) as "downMinutes"
     from judged
     group by operator, member, payer, end_reason, own`,
    [
      ...VALUES(span),
      [...related.values()].map(({ operatorId }) => operatorId),
      [...related.values()].map(({ account }) => account),
    ],
  );
}

/** What operators did in what is kept; in no order. */
export function readConduct(client: PoolClient, span: HourSpan): Promise<ConductRow[]> {
  return rows<ConductRow>(
    client,
    `select operator as "operatorId", member as "memberId", event_id as "eventId", event, gpu::text as "gpuId",
       '0x' || encode(payer, 'hex') as payer
     from reputation.conduct where ${KEPT}`,
    VALUES(span),
  );
}

/** Who of those that paid in what is kept stood on the operator's side, ever before `until`; an end to come isn't known yet. */
export function readPayerRelations(client: PoolClient, span: HourSpan): Promise<RelationRow[]> {
  return rows<RelationRow>(
    client,
    `with side as materialized (
       select owner as account from chain.operator_ownership union select payee from chain.operator_payee
       union select account from chain.member_period union select owner from chain.gpu_ownership),
     payer as materialized (
       select operator, payer from reputation.use_day where until is null and payer in (select account from side)
       union select operator, payer from reputation.rental_end where ${KEPT} and payer in (select account from side)
       union select operator, payer from reputation.conduct where ${KEPT} and payer in (select account from side)),
     related as (
       select o.operator, o.owner as account, o.from_at, o.to_at from chain.operator_ownership o
       union all select y.operator, y.payee, y.from_at, y.to_at from chain.operator_payee y
       union all select m.operator, m.account, m.from_at, m.to_at from chain.member_period m
       union all
       select m.operator, w.owner, greatest(w.from_at, m.from_at), least(w.to_at, m.to_at)
       from chain.gpu_ownership w
       join chain.gpu_membership m on m.gpu = w.gpu and m.from_at < coalesce(w.to_at, 1e15) and coalesce(m.to_at, 1e15) > w.from_at
       where w.owner in (select payer from payer))
     select r.operator as "operatorId", '0x' || encode(r.account, 'hex') as account, r.from_at::float8 as "fromAt",
       case when r.to_at < $2 then r.to_at::float8 end as "toAt"
     from related r join payer p on p.operator = r.operator and p.payer = r.account
     where r.from_at < $2 and (r.to_at is null or r.to_at > r.from_at)
     order by r.operator::numeric, 2, 3, r.to_at`,
    VALUES(span),
  );
}

/** Operators that had registered and members that had been added before `until`; in no order. */
export function readSubjects(client: PoolClient, until: number): Promise<SubjectRow[]> {
  return rows<SubjectRow>(
    client,
    `select id as "operatorId", null as "memberId" from chain.operator where created_at < $1
     union all
     select distinct operator, member from chain.member_period where from_at < $1`,
    [until],
  );
}

async function rows<Row extends QueryResultRow>(client: PoolClient, text: string, values: unknown[]): Promise<Row[]> {
  return (await client.query<Row>(text, values)).rows;
}
