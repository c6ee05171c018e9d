import { INVARIANTS } from "../pipeline/now.ts";
import type { AlertSpec } from "./spec.ts";

const PIPELINE = "bc-pipeline";
/** What a question answers where nothing is there to be asked: a year, so that silence calls too. */
const NOTHING_YET = "31536000";

/** What may be wrong with what comes in from exporters and chain. */
export const STREAM_ALERTS: readonly AlertSpec[] = [
  {
    uid: "bc-telemetry-behind",
    title: "Telemetry is behind",
    severity: "critical",
    sql: `select coalesce((select extract(epoch from now() - sampled_through) from telemetry.watermark), ${NOTHING_YET})::float8 as value`,
    above: 300,
    holds: "1m",
    summary: "Samples aren't complete for the last minutes; epochs wait for them. The value: seconds.",
    runbook: "See which collector is silent or has a long spool; retire one that is gone for good (bc collect --help).",
    look: { dashboard: PIPELINE, panel: "Telemetry behind" },
  },
  {
    uid: "bc-collector-queue",
    title: "A collector's samples wait",
    severity: "warning",
    sql: `select name, extract(epoch from seen_at - sampled_through)::float8 as value from telemetry.collector
where retired_at is null and sampled_through is not null and seen_at > now() - interval '5 minutes'`,
    above: 60,
    holds: "1m",
    summary:
      "A collector scrapes faster than the database takes. The value: age of the oldest scrape in its spool, seconds.",
    runbook: "Look at the database's load and locks; the spool holds on and drops the oldest only when it is full.",
    look: { dashboard: PIPELINE, panel: "Collectors" },
  },
  {
    uid: "bc-collector-dropped",
    title: "A collector lost records",
    severity: "critical",
    sql: `select name, dropped_records::float8 as value from telemetry.collector where retired_at is null`,
    above: 0,
    holds: "0s",
    summary:
      "A collector's spool was full and scrapes were lost for good. The value: how many, in the life of the spool.",
    runbook: "Give the spool more room, bring the database back, and note the hours: they stay UNKNOWN.",
    look: { dashboard: PIPELINE, panel: "Collectors" },
  },
  {
    uid: "bc-target-down",
    title: "Target down",
    severity: "warning",
    sql: `select coalesce(t.labels->>'host', t.url) as host, s.reason, extract(epoch from now() - coalesce(g.time, t.first_seen_at))::float8 as value
from telemetry.target t
cross join lateral (
  select s.time, s.is_up, coalesce(s.reason, 'late') as reason from telemetry.scrape s
  where s.target_key = t.target_key and s.time > now() - interval '1 hour' order by s.time desc limit 1
) s
left join lateral (
  select s.time from telemetry.scrape s
  where s.target_key = t.target_key and s.is_up and s.time > now() - interval '1 day' order by s.time desc limit 1
) g on true
where not s.is_up or s.time < now() - interval '2 minutes'`,
    above: 300,
    holds: "0s",
    summary: "An exporter that was watched an hour ago gives no good answer. The value: seconds since its last one.",
    runbook: "The reason tells: connect and timeout are the host's or the network's, http and parse the exporter's.",
    look: { dashboard: PIPELINE, panel: "Targets that fail or are late" },
  },
  {
    uid: "bc-chain-behind",
    title: "The chain is behind",
    severity: "critical",
    sql: `select coalesce((select extract(epoch from now()) - block_timestamp from chain.head), ${NOTHING_YET})::float8 as value`,
    above: 300,
    holds: "2m",
    summary: "The last indexed block is old: the indexer or its node stands still. The value: seconds.",
    runbook: "Compare the node's own head with the indexer's /health; restart what stands still.",
    look: { dashboard: PIPELINE, panel: "Chain behind" },
  },
  {
    uid: "bc-chain-faulty",
    title: "The subgraph has failed",
    severity: "critical",
    sql: `select deployment, has_errors::int::float8 as value from chain.head`,
    above: 0,
    holds: "0s",
    summary: "A handler of the subgraph failed: rows may be wrong, or no longer follow the chain. The value: 1.",
    runbook: "Read the indexer's log for the block and the handler; deploy a repaired subgraph, which indexes anew.",
    look: { dashboard: PIPELINE, panel: "Chain behind" },
  },
  {
    uid: "bc-invariants",
    title: "Sums don't agree",
    severity: "critical",
    sql: INVARIANTS,
    above: 0,
    holds: "5m",
    summary: "Sums that must agree to the last unit don't. The value: how many.",
    runbook: "Stop settlement's commits, run bc verify on the epoch, and compare chain.network with the contracts.",
    look: { dashboard: PIPELINE, panel: "Invariants broken" },
  },
];

/** What may be wrong with the work on it. */
export const JOB_ALERTS: readonly AlertSpec[] = [
  {
    uid: "bc-epoch-late",
    title: "An epoch isn't settled",
    severity: "critical",
    sql: `select coalesce(max(extract(epoch from now()) - end_at), 0)::float8 as value from ledger.epoch
where settled_at is null and end_at < extract(epoch from now())`,
    above: 7200,
    holds: "5m",
    summary: "An epoch has ended and its rewards aren't computed. The value: seconds since the end of the oldest one.",
    runbook: "Its row says what it waits for: samples, the chain's finality, or oracles; see the panel's column.",
    look: { dashboard: PIPELINE, panel: "Epochs" },
  },
  {
    uid: "bc-epoch-trouble",
    title: "Settlement is in trouble",
    severity: "critical",
    sql: `select epoch::text as epoch, state, 1::float8 as value from ledger.epoch where trouble is not null`,
    above: 0,
    holds: "0s",
    summary: "Settlement says that an epoch is in trouble. The value: 1.",
    runbook: "Read the column trouble; before anything is committed again, run bc verify on the epoch.",
    look: { dashboard: PIPELINE, panel: "Epochs" },
  },
  {
    uid: "bc-job-failed",
    title: "A job fails",
    severity: "warning",
    sql: `select name, 1::float8 as value from jobs.hourly where error is not null
union all
select name, 1 from telemetry.duty where error is not null
union all
select 'timescale ' || job_id, 1 from telemetry.maintenance where error is not null`,
    above: 0,
    holds: "30m",
    summary: "The last run of a job failed, and so it has been for half an hour. The value: 1.",
    runbook: "The job's row holds its error; it is tried again by itself each time that it is due.",
    look: { dashboard: PIPELINE, panel: "Jobs" },
  },
  {
    uid: "bc-job-late",
    title: "An hourly job is late",
    severity: "warning",
    sql: `select name, extract(epoch from now() - done_through)::float8 as value from jobs.hourly where done_through is not null`,
    above: 10800,
    holds: "10m",
    summary: "Scores or prices aren't made for the last hours. The value: seconds behind.",
    runbook: "See whether the jobs' process runs and whether the watermark has passed the hour that it waits for.",
    look: { dashboard: PIPELINE, panel: "Jobs" },
  },
  {
    uid: "bc-aggregate-stale",
    title: "An aggregate isn't refreshed",
    severity: "warning",
    sql: `select a.view_name::text as aggregate, extract(epoch from now() - to_timestamp(w.watermark / 1e6))::float8 / 86400 as value
from timescaledb_information.continuous_aggregates a
join _timescaledb_catalog.hypertable h on h.schema_name = a.materialization_hypertable_schema and h.table_name = a.materialization_hypertable_name
join _timescaledb_catalog.continuous_aggs_watermark w on w.mat_hypertable_id = h.id
where a.view_schema = 'telemetry' and exists (select from telemetry.sample where time < now() - interval '4 days')`,
    above: 3,
    holds: "1h",
    summary: "A continuous aggregate reads days from the level below: right, and slow. The value: days.",
    runbook: "See TimescaleDB's jobs for the error; refresh by hand with refresh_continuous_aggregate once it is gone.",
    look: { dashboard: PIPELINE, panel: "Freshness of aggregates" },
  },
];
