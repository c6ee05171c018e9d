import { NONE_ALLOWED, rising } from "../fields.ts";
import { rows, type RowSpec } from "../spec.ts";

/** A row for each aggregate: how old its newest bucket may be is its bucket and its policy's pause. */
const FRESHNESS = `select a.view_name::text as aggregate, extract(epoch from now() - w.through) as "read from samples",
  extract(epoch from j.schedule_interval) as "refreshed every", extract(epoch from coalesce(m.ran_at, s.last_successful_finish)) * 1000 as "last good run"
from timescaledb_information.continuous_aggregates a
join _timescaledb_catalog.hypertable h on h.schema_name = a.materialization_hypertable_schema and h.table_name = a.materialization_hypertable_name
cross join lateral (select to_timestamp(watermark / 1e6) as through from _timescaledb_catalog.continuous_aggs_watermark where mat_hypertable_id = h.id) w
left join timescaledb_information.jobs j
  on j.hypertable_name = a.materialization_hypertable_name and j.proc_name = 'policy_refresh_continuous_aggregate'
left join timescaledb_information.job_stats s on s.job_id = j.job_id
left join telemetry.maintenance m on m.job_id = j.job_id and m.error is null
where a.view_schema = 'telemetry' order by 1`;

const TABLES = `select coalesce(a.view_name, c.hypertable_name)::text as "table", c.chunks, c.compressed,
  hypertable_approximate_size(format('%I.%I', c.hypertable_schema, c.hypertable_name)::regclass) as bytes, c.since
from (
  select hypertable_schema, hypertable_name, count(*) as chunks, count(*) filter (where is_compressed) as compressed,
    extract(epoch from min(range_start)) * 1000 as "since"
  from timescaledb_information.chunks group by 1, 2
) c
left join timescaledb_information.continuous_aggregates a on a.materialization_hypertable_name = c.hypertable_name
order by 4 desc`;

const JOBS = `select name, 'hourly job' as kind, holder, extract(epoch from ran_at) * 1000 as "last run",
  extract(epoch from done_through) * 1000 as "done through", expires_at > now() as "is held", error
from jobs.hourly
union all
select name, 'collectors'' duty', holder, extract(epoch from ran_at) * 1000, extract(epoch from done_through) * 1000, expires_at > now(), error
from telemetry.duty
order by 1`;

const TIMESCALE = `select j.proc_name::text as job, coalesce(a.view_name, j.hypertable_name)::text as "table", s.last_run_status::text as status,
  extract(epoch from coalesce(m.ran_at, s.last_run_started_at)) * 1000 as "last run",
  coalesce(m.took_ms / 1e3, extract(epoch from s.last_run_duration)) as took, s.total_failures as failures,
  coalesce(m.error, (select e.err_message from timescaledb_information.job_errors e where e.job_id = j.job_id and s.last_run_status = 'Failed'
    order by e.start_time desc limit 1)) as error
from timescaledb_information.jobs j
left join timescaledb_information.job_stats s using (job_id)
left join telemetry.maintenance m using (job_id)
left join timescaledb_information.continuous_aggregates a on a.materialization_hypertable_name = j.hypertable_name
where j.hypertable_name is not null order by 1, 2`;

/** What keeps the tables in shape, and what they weigh. */
export const STORE: RowSpec = {
  title: "Do the jobs run, and what does it weigh?",
  panels: [
    {
      type: "table",
      title: "Jobs",
      description:
        "Hourly jobs and the collectors' duties: who holds them, when they ran, how far they are (jobs.hourly, telemetry.duty).",
      unit: "none",
      width: 12,
      queries: rows(JOBS),
      overrides: [
        { match: { regexp: "^(last run|done through)$" }, unit: "dateTimeAsIso", width: 160 },
        { match: { name: "error" }, cell: "color-text", color: { fixed: "red" } },
      ],
    },
    {
      type: "table",
      title: "Freshness of aggregates",
      description:
        "How much of the newest time each continuous aggregate still reads from the level below, and when it was refreshed with success. What isn't refreshed is right all the same, but slow.",
      unit: "none",
      width: 12,
      queries: rows(FRESHNESS),
      overrides: [
        { match: { regexp: "^(read|refreshed)" }, unit: "s", decimals: 0 },
        { match: { name: "last good run" }, unit: "dateTimeAsIso", width: 170 },
      ],
    },
    {
      type: "table",
      title: "TimescaleDB's jobs",
      description:
        "Refreshing, compressing and dropping by policy: last run, its outcome and its error, whether a background worker or a collector runs them (timescaledb_information.job_stats, telemetry.maintenance).",
      unit: "none",
      width: 14,
      queries: rows(TIMESCALE),
      overrides: [
        { match: { name: "last run" }, unit: "dateTimeAsIso", width: 160 },
        { match: { name: "took" }, unit: "s" },
        { match: { name: "failures" }, cell: "color-text", thresholds: rising(1, 10), decimals: 0 },
        {
          match: { name: "status" },
          cell: "color-text",
          mappings: [
            { value: "Success", text: "success", color: "green" },
            { value: "Failed", text: "failed", color: "red" },
          ],
        },
      ],
    },
    {
      type: "table",
      title: "Hypertables",
      description:
        "Chunks, how many are compressed, and about what they weigh with their indexes (timescaledb_information.chunks, hypertable_approximate_size).",
      unit: "none",
      width: 10,
      queries: rows(TABLES),
      overrides: [
        { match: { name: "bytes" }, unit: "bytes" },
        { match: { name: "since" }, unit: "dateTimeAsIso", width: 160 },
      ],
    },
    {
      type: "table",
      title: "GPUs at two places",
      description:
        "UUIDs that two targets showed at once in the last 30 days: one of them, or both, says what isn't so (telemetry.gpu_conflict).",
      unit: "none",
      width: 12,
      mayBeEmpty: "an honest fleet has none",
      noValue: "no UUID at two places",
      queries:
        rows(`select uuid, kept_labels->>'host' as "kept at", refused_labels->>'host' as "refused at", extract(epoch from last_seen_at) * 1000 as "last seen",
  scrape_count as scrapes, is_open as "is open"
from telemetry.gpu_conflict where last_seen_at > now() - interval '30 days' order by last_seen_at desc limit 50`),
      overrides: [
        { match: { name: "last seen" }, unit: "dateTimeAsIso", width: 160 },
        { match: { name: "scrapes" }, cell: "color-text", thresholds: NONE_ALLOWED },
      ],
    },
    {
      type: "stat",
      title: "Database",
      description: "What the whole database weighs, and the samples by how much compression makes them smaller.",
      unit: "none",
      width: 12,
      height: 8,
      text: "value_and_name",
      queries: rows(`select pg_database_size(current_database()) as "size",
  (select before_compression_total_bytes::float8 / nullif(after_compression_total_bytes, 0) from hypertable_columnstore_stats('telemetry.sample')) as "samples smaller by"`),
      overrides: [
        { match: { name: "size" }, unit: "bytes" },
        { match: { name: "samples smaller by" }, unit: "suffix: ×", decimals: 1, noValue: "nothing compressed yet" },
      ],
    },
  ],
};
