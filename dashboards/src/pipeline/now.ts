import { NONE_ALLOWED, rising } from "../fields.ts";
import { DATA_AS_OF } from "../shared.ts";
import { rows, series, type Query, type RowSpec, type StatPanel } from "../spec.ts";

const stat = (
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  more: Partial<StatPanel> = {},
): StatPanel => ({ type: "stat", title, description, unit, width: 3, queries, ...more });

/** How many sums that must agree don't; one row, column "value". */
export const INVARIANTS = `select (select count(*) from chain.network n where n.burned_dc <> (select sum(burned_dc) from chain.gpu))
  + (select count(*) from chain.network where supply_bct <> minted_bct - destroyed_bct)
  + (select count(*) from ledger.epoch e where e.total is not null and e.total <> coalesce(
      (select sum(l.amount) from ledger.line_sum l where l.epoch = e.epoch), 0)) as value`;

/** How far behind each stream is, and what wants a look. */
export const NOW: RowSpec = {
  panels: [
    stat(
      "Chain behind",
      "The server's clock less the time of the last indexed block (chain.head): the indexer's lag, and the chain's own pause between blocks.",
      "s",
      rows(`select extract(epoch from now()) - block_timestamp as "behind" from chain.head`),
      { decimals: 0, thresholds: rising(60, 300) },
    ),
    stat(
      "Telemetry behind",
      "The server's clock less the watermark: the time through which every collector's samples are in the tables (telemetry.watermark).",
      "s",
      rows(`select extract(epoch from now() - sampled_through) as "behind" from telemetry.watermark`),
      { decimals: 0, thresholds: rising(60, 300) },
    ),
    stat(
      "Samples per minute",
      "Lines kept of good scrapes, by minute (telemetry.scrape); of the range's last day at most.",
      "none",
      series(`select $__timeGroupAlias(time, $__interval), sum(sample_count) * 60000.0 / $__interval_ms as "samples"
from telemetry.scrape
where $__timeFilter(time) and time > to_timestamp($__unixEpochTo() - 86400) and time < to_timestamp($__unixEpochTo() - 60)
group by 1 order by 1`),
      { decimals: 0, minInterval: "1m", maxDataPoints: 120 },
    ),
    stat(
      "Good scrapes",
      "Good scrapes of all, by minute (telemetry.target_1m); of the range's last week at most.",
      "percentunit",
      series(`select $__timeGroupAlias(bucket, $__interval), sum(good_count)::float8 / nullif(sum(scrape_count), 0) as "good"
from telemetry.target_1m
where $__timeFilter(bucket) and bucket > to_timestamp($__unixEpochTo() - 604800) group by 1 order by 1`),
      {
        decimals: 1,
        minInterval: "1m",
        maxDataPoints: 120,
        thresholds: [
          { value: null, color: "red" },
          { value: 0.95, color: "orange" },
          { value: 0.99, color: "green" },
        ],
      },
    ),
    stat(
      "Jobs in trouble",
      "Hourly jobs, collectors' duties and TimescaleDB's jobs whose last run failed.",
      "none",
      rows(`select (select count(*) from jobs.hourly where error is not null)
  + (select count(*) from telemetry.duty where error is not null)
  + (select count(*) from telemetry.maintenance where error is not null)
  + (select count(*) from timescaledb_information.job_stats s join timescaledb_information.jobs j using (job_id)
     where s.last_run_status = 'Failed' and j.hypertable_name is not null) as "in trouble"`),
      { thresholds: NONE_ALLOWED },
    ),
    stat(
      "Invariants broken",
      "Sums that must agree and don't: Data Credits burned by GPU and in all; BCT minted, destroyed and in supply; each paid epoch's lines and its total (chain.network, chain.gpu, ledger.line_sum).",
      "none",
      rows(INVARIANTS),
      { thresholds: NONE_ALLOWED },
    ),
    DATA_AS_OF,
  ],
};
