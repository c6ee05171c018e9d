import { columnOf, linkTo, NONE_ALLOWED, rising, type Override } from "../fields.ts";
import { rows, series, type AnnotationSpec, type RowSpec } from "../spec.ts";
import { EVENT_CLASS, FATAL_XIDS } from "../telemetry.ts";
import { CHOSEN } from "./sql.ts";

const FAULTS = `e.kind in ('XID', 'ECC_UNCORRECTED', 'ROW_REMAPPED', 'ROW_REMAP_FAILED', 'DISAPPEARED', 'THROTTLED')`;
const GPU_LINK = {
  match: { name: "GPU" },
  width: 70,
  links: [linkTo("This GPU", "bc-gpu", { gpu: "${__value.text}" })],
};
const countColumn = (name: string): Override => ({
  match: { name },
  decimals: 0,
  width: 90,
  cell: "color-text",
  thresholds: NONE_ALLOWED,
});

/** XIDs after which a GPU wants a repair or a reset, on every panel over time. */
export const FATAL_EVENTS: AnnotationSpec = {
  name: "Fatal XIDs",
  color: "red",
  mayBeEmpty: "a day may well pass without one",
  sql: `select e.time, 'XID ' || e.code || ' ' || coalesce(e.detail, '') || ', GPU ' || coalesce(c.gpu, c.uuid) || ', ' || c.host as text, 'xid' as tags
from telemetry.gpu_event e join (${CHOSEN}) c using (gpu_key)
where $__timeFilter(e.time) and e.kind = 'XID' and e.code in (${FATAL_XIDS.join(", ")})
order by e.time desc limit 200`,
};

/** What broke, and whose fault it is. */
export const HEALTH: RowSpec = {
  title: "What breaks?",
  panels: [
    {
      type: "timeseries",
      title: "Faults by kind",
      description:
        "Events of telemetry.gpu_event by class. XID, fatal: wants a reset or a repair; program: a customer's own error, not the operator's.",
      unit: "none",
      decimals: 0,
      width: 10,
      draw: "bars",
      stack: "normal",
      min: 0,
      minInterval: "1h",
      maxDataPoints: 100,
      legend: ["sum"],
      noValue: "no fault in this range",
      queries: series(`select $__timeGroupAlias(e.time, $__interval), ${EVENT_CLASS} as metric, count(*) as "events"
from telemetry.gpu_event e join (${CHOSEN}) c using (gpu_key)
where $__timeFilter(e.time) and ${FAULTS}
group by 1, 2 order by 1`),
    },
    {
      type: "table",
      title: "Faults",
      description: "The latest 100 events in the range: when, which GPU, what, and what it is the fault of.",
      unit: "none",
      width: 14,
      noValue: "no fault in this range",
      queries:
        rows(`select extract(epoch from e.time) * 1000 as "when", c.gpu as "GPU", c.host, ${EVENT_CLASS} as class,
  case when e.kind = 'XID' then e.code end as code, coalesce(e.detail, case when e.kind <> 'XID' and e.code > 0 then e.code::text end) as detail
from telemetry.gpu_event e join (${CHOSEN}) c using (gpu_key)
where $__timeFilter(e.time) and ${FAULTS}
order by e.time desc limit 100`),
      overrides: [
        { match: { name: "when" }, unit: "dateTimeAsIso", width: 160 },
        GPU_LINK,
        { match: { name: "code" }, width: 60 },
        {
          match: { name: "class" },
          cell: "color-text",
          mappings: [
            { value: "XID, fatal", text: "XID, fatal", color: "red" },
            { value: "XID, hardware", text: "XID, hardware", color: "orange" },
            { value: "ecc uncorrected", text: "ECC uncorrected", color: "red" },
            { value: "disappeared", text: "disappeared", color: "red" },
          ],
        },
      ],
    },
    {
      type: "table",
      title: "Memory and repairs",
      description:
        "GPUs with uncorrected ECC errors or remapped rows in the last 30 days, or whose rows can't be remapped any more, or that wait for a reset to retire pages (telemetry.rollup_1d).",
      unit: "none",
      width: 12,
      mayBeEmpty: "a fleet may be free of memory errors",
      noValue: "no GPU with memory errors in 30 days",
      queries:
        rows(`select c.gpu as "GPU", c.host, r.ecc as "ECC uncorrected", r.remapped as "rows remapped", r.failed as "remap failed", r.pending as "pages pending"
from (
  select gpu_key, max(ecc_dbe_total) - min(ecc_dbe_total) as ecc, max(remap_uncorrectable_total) - min(remap_uncorrectable_total) as remapped,
    max(row_remap_failed) as failed, max(page_retirement_pending) as pending
  from telemetry.rollup_1d where bucket > to_timestamp($__unixEpochTo() - 2592000) and bucket <= $__timeTo()
  group by 1
) r join (${CHOSEN}) c using (gpu_key)
where r.ecc > 0 or r.remapped > 0 or r.failed > 0 or r.pending > 0
order by r.failed desc nulls last, r.ecc desc nulls last, c.gpu limit 50`),
      overrides: [GPU_LINK, ...["ECC uncorrected", "rows remapped", "remap failed", "pages pending"].map(countColumn)],
    },
    {
      type: "barchart",
      title: "Drivers in the fleet",
      description: "GPUs by the version of their driver, as their exporters name it.",
      unit: "none",
      decimals: 0,
      width: 6,
      x: "driver",
      isHorizontal: true,
      queries: rows(
        `select coalesce(labels->>'driver_version', 'not told') as driver, count(*) as "GPUs" from (${CHOSEN}) c group by 1 order by 2 desc limit 12`,
      ),
    },
    {
      type: "bargauge",
      title: "GPUs and their tokens",
      description:
        "GPUs seen by collectors beside the GPU NFTs, by telemetry.gpu_identities: of all operators, whatever is chosen above.",
      unit: "none",
      decimals: 0,
      min: 0,
      width: 6,
      isByRow: true,
      queries: rows(
        `select lower(replace(reason, '_', ' ')) as reason, count(*) as "GPUs" from telemetry.gpu_identities() group by 1 order by 2 desc`,
      ),
    },
  ],
};

/** One row per host. */
export const HOSTS: RowSpec = {
  title: "Which hosts answer?",
  panels: [
    {
      type: "table",
      title: "Hosts",
      description: "Each host's GPUs, and the last 15 minutes of its scrapes (telemetry.target_1m).",
      unit: "none",
      width: 24,
      height: 10,
      sortBy: { column: "good scrapes", isDescending: false },
      queries:
        rows(`select c.host, count(*) as "GPUs", string_agg(distinct replace(c.model, 'NVIDIA ', ''), ', ') as model,
  count(*) filter (where c.is_present and c.last_seen_at > now() - interval '5 minutes') as reporting,
  max(s.good) as "good scrapes", max(s.slowest) / 1000 as "slowest scrape", extract(epoch from max(c.last_seen_at)) * 1000 as "last seen",
  min(c.gpu) as gpu
from (${CHOSEN}) c
left join (
  select target_key, sum(good_count)::float8 / nullif(sum(scrape_count), 0) as good, max(duration_ms_max) as slowest
  from telemetry.target_1m where bucket > now() - interval '15 minutes' group by 1
) s on s.target_key = c.target_key
group by 1 order by 5 nulls first, 1`),
      overrides: [
        { match: { name: "gpu" }, isHidden: true },
        { match: { name: "host" }, links: [linkTo("Its first GPU", "bc-gpu", { gpu: columnOf("gpu") })] },
        {
          match: { name: "good scrapes" },
          unit: "percentunit",
          decimals: 0,
          cell: "color-text",
          thresholds: [
            { value: null, color: "red" },
            { value: 0.9, color: "orange" },
            { value: 0.99, color: "green" },
          ],
        },
        { match: { name: "slowest scrape" }, unit: "s", cell: "color-text", thresholds: rising(1, 5) },
        { match: { name: "last seen" }, unit: "dateTimeAsIso" },
      ],
    },
  ],
};
