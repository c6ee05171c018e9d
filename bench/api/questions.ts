import { SAMPLED_THROUGH } from "./database.ts";

/** What both sides are asked: a document here, a path there. */
export interface Question {
  name: string;
  query: string;
  path: string;
  /** requests of a round */
  count: number;
  /** at most so many times the CPU of raw pg and JSON */
  limit: number;
}

/** Points of the chart. */
export const POINTS = 1_000;

/** A page, one object, a chart. */
export const QUESTIONS: readonly Question[] = [
  {
    name: "list of 100 × 10",
    query: `query List { rentals(first: 100) { nodes {
      id tier rateDcPerHour depositedDc burnedDc refundedDc startAt paidUntil endAt endReason } } }`,
    path: "/list",
    count: 100,
    limit: 3,
  },
  {
    name: "single object",
    query: `query One { rental(id: "77") { id tier burnedDc } }`,
    path: "/one",
    count: 500,
    limit: 2.5,
  },
  {
    name: `chart of ${POINTS} points`,
    query: `query Chart { gpu(id: "1") { telemetry(minutes: ${POINTS}) { at utilization powerWatts } } }`,
    path: "/chart",
    count: 100,
    limit: 1.5,
  },
];

const dc = (column: string, as: string): string => `trim_scale(${column} / 1000000)::text as "${as}"`;
const at = (column: string, as: string): string =>
  `to_char(to_timestamp(${column}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "${as}"`;

/** The same by pg alone: one statement each, whose rows are the answer. */
export const LIST = `select id, tier::text, ${dc("rate_dc_per_hour", "rateDcPerHour")}, ${dc("deposited_dc", "depositedDc")},
  ${dc("burned_dc", "burnedDc")}, ${dc("refunded_dc", "refundedDc")}, ${at("start_at", "startAt")}, ${at("paid_until", "paidUntil")},
  ${at("end_at", "endAt")}, end_reason::text as "endReason" from chain.rental order by length(id), id limit 100`;
export const ONE = `select id, tier::text, ${dc("burned_dc", "burnedDc")} from chain.rental where id = $1`;
const until = Math.floor((SAMPLED_THROUGH - 1) / 60) * 60 + 60;
export const CHART_SPAN = [new Date((until - POINTS * 60) * 1_000), new Date(until * 1_000)];
export const CHART = `with mean as materialized (
    select bucket, util_ratio, power_watts from telemetry.rollup_1m where gpu_key = 1 and bucket >= $1 and bucket < $2)
  select m.minute as at, r.util_ratio as utilization, r.power_watts as "powerWatts"
  from telemetry.gpu_minutes($1::timestamptz, $2::timestamptz, array[1]) m left join mean r on r.bucket = m.minute order by m.minute`;
