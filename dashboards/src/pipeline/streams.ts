import { rising } from "../fields.ts";
import { rows, series, type RowSpec } from "../spec.ts";

/** Scrapes one by one are read for a day at most: no aggregate keeps their reasons. Immutable, so that the planner knows which chunks. */
const LAST_DAY = `$__timeFilter(time) and time > to_timestamp($__unixEpochTo() - 86400)`;

/** What comes in from the exporters. */
export const SCRAPES: RowSpec = {
  title: "Do samples come in?",
  panels: [
    {
      type: "timeseries",
      title: "Scrapes by outcome",
      description:
        "Scrapes per minute by outcome: good, or why not (telemetry.scrape.reason); of the range's last day at most.",
      unit: "none",
      decimals: 0,
      width: 8,
      draw: "bars",
      stack: "normal",
      min: 0,
      minInterval: "1m",
      maxDataPoints: 120,
      overrides: [{ match: { name: "good" }, color: { fixed: "green" } }],
      queries:
        series(`select $__timeGroupAlias(time, $__interval), coalesce(reason, 'good') as metric, count(*) * 60000.0 / $__interval_ms as "scrapes"
from telemetry.scrape where ${LAST_DAY} group by 1, 2 order by 1`),
    },
    {
      type: "timeseries",
      title: "Duration of scrapes",
      description:
        "How long good scrapes took: the one in the middle, the slowest of twenty and of a hundred (telemetry.scrape); of the range's last day at most.",
      unit: "ms",
      width: 8,
      fill: 0,
      minInterval: "1m",
      maxDataPoints: 120,
      queries: series(`select $__timeGroupAlias(time, $__interval),
  percentile_cont(0.5) within group (order by duration_ms) as "p50", percentile_cont(0.95) within group (order by duration_ms) as "p95",
  percentile_cont(0.99) within group (order by duration_ms) as "p99"
from telemetry.scrape where ${LAST_DAY} and is_up group by 1 order by 1`),
    },
    {
      type: "timeseries",
      title: "Lines not kept",
      description:
        "Lines of exporters that were not kept, per minute, by reason (telemetry.scrape.rejects): blank is DCGM's own word for no reading. Of the range's last day at most.",
      unit: "none",
      decimals: 0,
      width: 8,
      min: 0,
      minInterval: "1m",
      maxDataPoints: 120,
      mayBeEmpty: "exporters may have nothing but good lines",
      noValue: "every line was kept",
      queries:
        series(`select $__timeGroupAlias(time, $__interval), r.key as metric, sum(r.value::numeric) * 60000.0 / $__interval_ms as "lines"
from telemetry.scrape, jsonb_each_text(rejects) r where ${LAST_DAY} and rejects is not null group by 1, 2 order by 1`),
    },
    {
      type: "table",
      title: "Targets that fail or are late",
      description:
        "Targets whose last scrape failed or is overdue by more than a minute: why, since when (telemetry.scrape of the last day).",
      unit: "none",
      width: 12,
      mayBeEmpty: "every target may answer in time",
      noValue: "every target answers in time",
      queries: rows(`select coalesce(t.labels->>'host', t.url) as host, coalesce(s.reason, 'late') as why, s.detail,
  extract(epoch from s.time) * 1000 as "last scrape", extract(epoch from now() - s.due_until) as overdue
from telemetry.target t
cross join lateral (
  select * from telemetry.scrape s where s.target_key = t.target_key and s.time > now() - interval '1 day' order by s.time desc limit 1
) s
where not s.is_up or s.due_until < now() - interval '1 minute'
order by s.time limit 100`),
      overrides: [
        { match: { name: "last scrape" }, unit: "dateTimeAsIso", width: 170 },
        { match: { name: "overdue" }, unit: "s", decimals: 0, cell: "color-text", thresholds: rising(60, 300) },
        { match: { name: "why" }, width: 90 },
      ],
    },
    {
      type: "table",
      title: "Collectors",
      description:
        "Every collector that is responsible: when it was seen, how far its samples are, what waits in its spool, and what was lost as the spool was full (telemetry.collector).",
      unit: "none",
      width: 12,
      queries:
        rows(`select name, extract(epoch from now() - seen_at) as "silent for", extract(epoch from now() - sampled_through) as "behind",
  spool_bytes as spool, dropped_records as "records lost",
  (select h.target_count from telemetry.heartbeat h where h.collector_key = c.collector_key order by h.minute desc limit 1) as targets
from telemetry.collector c where retired_at is null order by name`),
      overrides: [
        {
          match: { regexp: "^(silent for|behind)$" },
          unit: "s",
          decimals: 0,
          cell: "color-text",
          thresholds: rising(60, 300),
        },
        { match: { name: "spool" }, unit: "bytes" },
        { match: { name: "records lost" }, cell: "color-text", thresholds: rising(1, 2), decimals: 0 },
      ],
    },
  ],
};

/** What comes in from the chain. */
export const CHAIN: RowSpec = {
  title: "Does the chain come in, and is it settled?",
  panels: [
    {
      type: "timeseries",
      title: "Usage settled on the chain",
      description: "Settlements of rentals' use that were indexed, by the hour of the block (chain.usage_point).",
      unit: "none",
      decimals: 0,
      width: 8,
      draw: "bars",
      min: 0,
      minInterval: "1h",
      maxDataPoints: 200,
      legend: ["sum"],
      mayBeEmpty: "nobody may have used anything in the range",
      queries: series(
        `select $__timeGroupAlias(timestamp, $__interval), count(*) as "settlements" from chain.usage_point where $__timeFilter(timestamp) group by 1 order by 1`,
      ),
    },
    {
      type: "table",
      title: "Epochs",
      description:
        "The last twelve epochs: state, what it waits for, trouble, and how long after its end it was settled and paid (ledger.epoch).",
      unit: "none",
      width: 16,
      queries: rows(`select epoch, state, waits_for as "waits for", trouble, end_at * 1000 as "ends",
  extract(epoch from settled_at) - end_at as "settled after", extract(epoch from paid_at) - end_at as "paid after", total / 1e18 as total
from ledger.epoch order by epoch desc limit 12`),
      overrides: [
        { match: { name: "epoch" }, width: 70 },
        { match: { name: "ends" }, unit: "dateTimeAsIso", width: 170 },
        { match: { regexp: "after$" }, unit: "s", decimals: 0 },
        { match: { name: "total" }, unit: "suffix: BCT", decimals: 2 },
        { match: { name: "trouble" }, cell: "color-text", color: { fixed: "red" } },
      ],
    },
    {
      type: "bargauge",
      title: "Epochs by state",
      description: "All epochs since the network's start by the state of their settlement (ledger.epoch).",
      unit: "none",
      decimals: 0,
      min: 0,
      width: 8,
      isByRow: true,
      queries: rows(`select lower(state) as state, count(*) as "epochs" from ledger.epoch group by 1 order by 2 desc`),
    },
    {
      type: "table",
      title: "Settlement's transactions that wait",
      description:
        "Transactions of the settlement that are signed and not yet final, or were reverted in the last day (ledger.transaction).",
      unit: "none",
      width: 16,
      mayBeEmpty: "between epochs nothing waits",
      noValue: "nothing waits",
      queries: rows(`select purpose, epoch, state, extract(epoch from now() - signed_at) as "for", error
from ledger.transaction
where (state in ('SIGNED', 'MINED') and not is_superseded) or (state = 'REVERTED' and signed_at > now() - interval '1 day')
order by signed_at limit 50`),
      overrides: [
        { match: { name: "for" }, unit: "s", decimals: 0, cell: "color-text", thresholds: rising(600, 3600) },
      ],
    },
  ],
};
