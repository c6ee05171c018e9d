import { falling, linkTo, NONE_ALLOWED } from "../fields.ts";
import { DATA_AS_OF } from "../shared.ts";
import { BCT, rows, series, type RowSpec, type StatPanel } from "../spec.ts";
import { ENDED_AND_LOST, IS_BROKEN, POOLS, SCORED_AT } from "./sql.ts";

const stat = (spec: Omit<StatPanel, "type" | "width"> & { width?: number }): StatPanel => ({
  type: "stat",
  width: 3,
  ...spec,
});

/** From which score an operator is good, and from which fair: a half and four fifths of the way to 100. */
export const SCORE_STEPS = falling(50, 80);
const SHARE_STEPS = falling(0.3, 0.6);
/** Why there may be no uptime by epoch. */
export const USE_LATER = "an epoch's use is kept once it is final";
/** Three nines are what a data center promises, two what a customer bears. */
export const UPTIME_STEPS = falling(0.99, 0.999);

const SCORE = `select s.at as "time", s.score as "score"
from reputation.score s
where s.subject = \${operator:sqlstring} and s.at <= $__timeTo()
  and s.at >= coalesce((select max(r.at) from reputation.run r where r.at <= $__timeFrom()), $__timeFrom()::timestamptz)
order by 1`;

const STANDING = `select s.rank || ' of ' || s.rank_of as "rank",
  to_char(s.score, 'FM990.0') || ' to ' || to_char(s.high, 'FM990.0') as "interval"
from reputation.score s
where s.subject = \${operator:sqlstring} and s.at = ${SCORED_AT}`;

const EPOCHS = 30;
const UPTIME = `select to_timestamp((n.genesis_time + (u.epoch + 1) * n.epoch_length)::float8) as "time",
  sum(u.up) over w / nullif(sum(u.up + u.down) over w, 0) as "uptime"
from ledger.network n
cross join (
  select x.epoch, sum(x.up_minutes) as up, sum(x.down_minutes) as down
  from ${POOLS} p join ledger.use_sum x on x.pool = p.pool
  group by 1) u
where n.genesis_time + (u.epoch + 1) * n.epoch_length <= extract(epoch from $__timeTo()::timestamptz)
window w as (order by u.epoch range between ${EPOCHS - 1} preceding and current row)
order by 1`;

const OCCUPANCY = `select h.at as "time", (sum(h.rented) over w)::float8 / nullif(sum(h.available) over w, 0) as "occupancy"
from (
  select t.at, sum(t.rented_seconds) as rented, sum(t.available_seconds) as available
  from ${POOLS} p join market.tick t on t.pool = p.pool
  where t.at > $__timeFrom()::timestamptz - interval '24 hours' and t.at <= $__timeTo()
  group by 1) h
window w as (order by h.at range between interval '23 hours' preceding and current row)
order by 1`;

const BURNED = `select $__timeGroupAlias(u.timestamp, $__interval), sum(u.dc) * 1e-6 as "burned"
from (
  select h.timestamp, h.burned_dc as dc from ${POOLS} p join chain.pool_usage_hour h on h.pool = p.id
  where $__timeFilter(h.timestamp)
  union all
  select x.timestamp, x.amount_dc from chain.usage_point x join ${POOLS} p on p.id = x.pool
  where $__timeFilter(x.timestamp)
    and x.timestamp >= (select coalesce(max(timestamp) + interval '1 hour', '-infinity') from chain.pool_usage_hour)) u
group by 1 order by 1`;

const BROKEN = `${ENDED_AND_LOST}
select $__timeGroupAlias(e.over, $__interval), count(*) filter (where ${IS_BROKEN}) as "broken"
from ended e left join lost l on l.id = e.id
group by 1 order by 1`;

const GPUS = `select count(*) filter (where g.status = 'ACTIVE') as "active",
  count(*) filter (where r.end_at is null and least(r.paid_until, r.ends_by) > h.block_timestamp) as "rented",
  count(*) filter (where g.status = 'OFFLINE') as "offline"
from chain.head h
cross join chain.gpu g
left join chain.rental r on r.id = g.rental
where g.operator = \${operator:sqlstring} and g.pool in (\${pool:sqlstring}) and g.status <> 'RETIRED'`;

/** BCT of settled epochs that ended within the range, and their worth at each epoch's last price. */
const CUT = `select sum(a.bct) * 1e-18 as "BCT", sum(a.bct * t.price) * 1e-26 as "USD"
from (
  select x.epoch, sum(x.operator_amount) as bct
  from ${POOLS} p join ledger.pool_amount x on x.pool = p.pool
  group by 1) a
join ledger.epoch e on e.epoch = a.epoch
left join lateral (
  select k.price from chain.price_tick k where k.timestamp < to_timestamp(e.end_at) order by k.timestamp desc, k.id desc limit 1) t on true
where to_timestamp(e.end_at) > $__timeFrom() and to_timestamp(e.end_at) <= $__timeTo()`;

const CUSTOMERS = `select count(*) as "customers", max(c.dc) / nullif(sum(c.dc), 0) as "largest one's share"
from (
  select u.payer, sum(u.amount_dc) as dc
  from chain.usage_point u join ${POOLS} p on p.id = u.pool
  where $__timeFilter(u.timestamp)
  group by 1) c`;

/** The operator at a glance. */
export const GLANCE: RowSpec = {
  panels: [
    stat({
      title: "Score",
      description:
        "0 to 100: 100 · Σ share · 5 % quantile of five dimensions (reputation.score), so that the less is known, the lower. " +
        "The newest by the range's end; the line is its course.",
      unit: "none",
      decimals: 1,
      thresholds: SCORE_STEPS,
      queries: series(SCORE),
    }),
    stat({
      title: "Rank and interval",
      description:
        "Place among all operators by score, and the score's interval: from its 5 % to its 95 % quantiles (reputation.score).",
      unit: "string",
      text: "value",
      queries: rows(STANDING),
    }),
    stat({
      title: "Uptime, 30 epochs",
      description:
        "UP / (UP + DOWN) minutes of the GPUs in the chosen pools over the 30 final epochs up to each (ledger.use_sum); " +
        "UNKNOWN minutes are in neither.",
      unit: "percentunit",
      decimals: 2,
      thresholds: UPTIME_STEPS,
      noValue: "no final epoch yet",
      mayBeEmpty: USE_LATER,
      queries: series(UPTIME),
    }),
    stat({
      title: "Occupancy, 24 h",
      description:
        "Sold GPU time (rentals, and hours of slots, used or not) / time in which GPUs were ACTIVE, over the 24 hours up to " +
        "each full hour (market.tick).",
      unit: "percentunit",
      decimals: 1,
      thresholds: SHARE_STEPS,
      queries: series(OCCUPANCY),
    }),
    stat({
      title: "DC burned",
      description: "Burned for use of the chosen pools within the range (chain.pool_usage_hour); 1 DC = 1 USD.",
      unit: "currencyUSD",
      decimals: 0,
      calc: "sum",
      queries: series(BURNED),
    }),
    stat({
      title: "Broken rentals",
      description:
        "Rentals over within the range that ended as their GPU went OFFLINE, or had it DOWN for more than 5 minutes " +
        "(chain.rental, telemetry.gpu_down_hour). The table below names them.",
      unit: "short",
      calc: "sum",
      thresholds: NONE_ALLOWED,
      queries: series(BROKEN),
    }),
    DATA_AS_OF,
    stat({
      title: "GPUs now",
      description:
        "GPUs of the chosen pools at the last indexed block (chain.gpu, chain.rental), retired ones left out.",
      unit: "short",
      width: 8,
      text: "value_and_name",
      links: [linkTo("Its fleet", "bc-fleet", { operator: "${operator}" })],
      overrides: [{ match: { name: "offline" }, color: "thresholds", thresholds: NONE_ALLOWED }],
      queries: rows(GPUS),
    }),
    stat({
      title: "The operator's rewards",
      description:
        "The operator's part of settled epochs that ended within the range (ledger.pool_amount), in BCT, and in dollars at the " +
        "last price that the network had accepted when each epoch ended.",
      unit: BCT,
      decimals: 0,
      width: 8,
      text: "value_and_name",
      noValue: "no epoch ended",
      overrides: [{ match: { name: "USD" }, unit: "currencyUSD", decimals: 0 }],
      queries: rows(CUT),
    }),
    stat({
      title: "Customers",
      description:
        "Whose DC were burned within the range, and how much of it the largest one's were (chain.usage_point). One customer gives " +
        "at most a fifth of a score's weight.",
      unit: "short",
      width: 8,
      text: "value_and_name",
      overrides: [{ match: { name: "largest one's share" }, unit: "percentunit", decimals: 1 }],
      queries: rows(CUSTOMERS),
    }),
  ],
};
