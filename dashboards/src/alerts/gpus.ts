import { FATAL_XIDS } from "../telemetry.ts";
import type { AlertSpec } from "./spec.ts";

/** Names of a GPU (alias g) as labels. */
const NAMES = `g.uuid, coalesce(g.model, 'unknown') as model, coalesce(t.labels->>'host', t.url, 'unknown') as host`;
const SEAT = `telemetry.gpu g left join telemetry.target t on t.target_key = g.target_key`;
const FLEET = "bc-fleet";

/** What may be wrong with one GPU. */
export const GPU_ALERTS: readonly AlertSpec[] = [
  {
    uid: "bc-gpu-lost",
    title: "GPU lost while its host answers",
    severity: "critical",
    sql: `select ${NAMES}, extract(epoch from now() - g.last_seen_at)::float8 as value
from ${SEAT}
cross join lateral (
  select is_up from telemetry.scrape s where s.target_key = g.target_key and s.time > now() - interval '10 minutes' order by s.time desc limit 1
) s
where g.parent_key is null and not g.is_present and s.is_up
  and g.last_seen_at > now() - interval '7 days' and g.last_seen_at < now() - interval '3 minutes'`,
    above: 180,
    holds: "0s",
    summary: "An exporter answers without a GPU that it had. The value: seconds since its last sample.",
    runbook: "Look for XID 79 in the host's kernel log; drain the host and reset the GPU, or take it off the market.",
    look: { dashboard: FLEET, panel: "GPUs now" },
  },
  {
    uid: "bc-gpu-xid",
    title: "Fatal XID",
    severity: "critical",
    sql: `select ${NAMES}, e.code::text as xid, count(*)::float8 as value
from telemetry.gpu_event e join ${SEAT} on g.gpu_key = e.gpu_key
where e.kind = 'XID' and e.code in (${FATAL_XIDS.join(", ")}) and e.time > now() - interval '15 minutes'
group by 1, 2, 3, 4`,
    above: 0,
    holds: "0s",
    summary: "A GPU reported an XID that wants a reset or a repair. The value: how often in 15 minutes.",
    runbook: "Stop renting the GPU out, reset it, and run dcgmi diag -r 3; a second time, have it replaced.",
    look: { dashboard: FLEET, panel: "Faults" },
  },
  {
    uid: "bc-gpu-ecc",
    title: "Uncorrected memory error",
    severity: "warning",
    sql: `select ${NAMES}, sum(greatest(e.code, 1))::float8 as value
from telemetry.gpu_event e join ${SEAT} on g.gpu_key = e.gpu_key
where e.kind = 'ECC_UNCORRECTED' and e.time > now() - interval '1 hour'
group by 1, 2, 3`,
    above: 0,
    holds: "0s",
    summary: "A GPU counted uncorrected ECC errors: what ran on it may be wrong. The value: errors in the last hour.",
    runbook: "Reset the GPU so that the row is remapped; watch whether more follow.",
    look: { dashboard: FLEET, panel: "Memory and repairs" },
  },
  {
    uid: "bc-gpu-remap",
    title: "Rows can't be remapped any more",
    severity: "critical",
    sql: `select l.uuid, coalesce(l.model, 'unknown') as model, l.row_remap_failed::float8 as value
from telemetry.gpu_latest l where l.row_remap_failed > 0`,
    above: 0,
    holds: "0s",
    summary: "A GPU has no spare rows left for broken memory. The value: 1.",
    runbook: "Take the GPU off the market and have it replaced: NVIDIA counts this as a failed board.",
    look: { dashboard: FLEET, panel: "Memory and repairs" },
  },
  {
    uid: "bc-gpu-hot",
    title: "GPU too hot",
    severity: "warning",
    sql: `select ${NAMES}, h.value
from (
  select gpu_key, avg(gpu_temp_celsius)::float8 as value from telemetry.sample
  where time > now() - interval '5 minutes' group by 1 having avg(gpu_temp_celsius) > 80
) h join ${SEAT} on g.gpu_key = h.gpu_key`,
    above: 87,
    holds: "5m",
    summary: "A GPU has been hotter than 87 °C. The value: its mean temperature of 5 minutes, °C.",
    runbook: "Look at the fans and the air of the host; lower the power limit until they are seen to.",
    look: { dashboard: FLEET, panel: "Hottest GPUs" },
  },
  {
    uid: "bc-gpu-throttled",
    title: "GPU throttled",
    severity: "warning",
    sql: `select ${NAMES}, h.value
from (
  select gpu_key, sum(covered_seconds) filter (where clock_event_reasons & 232 <> 0)
    / nullif(sum(covered_seconds) filter (where clock_event_reasons is not null), 0)::float8 as value
  from telemetry.sample where time > now() - interval '15 minutes' group by 1
) h join ${SEAT} on g.gpu_key = h.gpu_key
where h.value > 0.02`,
    above: 0.1,
    holds: "0s",
    summary: "Heat or the power brake held a GPU's clocks down. The value: share of the last 15 minutes.",
    runbook: "Look at cooling and power supply of the host: its customers get less than they pay for.",
    look: { dashboard: FLEET, panel: "Most throttled GPUs" },
  },
  {
    uid: "bc-gpu-counters",
    title: "Profiling counters stuck at zero",
    severity: "warning",
    sql: `select ${NAMES}, h.value
from (
  select gpu_key, (count(*) filter (where gr_active_ratio = 0 and gpu_util_ratio > 0.9))::float8 / count(*) as value
  from telemetry.sample where time > now() - interval '10 minutes' group by 1 having count(*) >= 5
) h join ${SEAT} on g.gpu_key = h.gpu_key
where h.value > 0.5`,
    above: 0.9,
    holds: "0s",
    summary:
      "A GPU is busy and its profiling counters say 0, a known fault of DCGM. The value: share of the samples of 10 minutes.",
    runbook:
      "Restart the host engine (nv-hostengine) and the exporter; until then utilization comes from the coarser counter.",
    look: { dashboard: FLEET, panel: "Utilization" },
  },
  {
    uid: "bc-gpu-twice",
    title: "One GPU at two places",
    severity: "critical",
    sql: `select uuid, coalesce(kept_labels->>'host', kept_url) as kept, coalesce(refused_labels->>'host', refused_url) as refused, scrape_count::float8 as value
from telemetry.gpu_conflict where is_open`,
    above: 0,
    holds: "0s",
    summary:
      "Two exporters show the same GPU at once: one of them, or both, says what isn't so. The value: scrapes refused.",
    runbook: "Ask both operators for the GPU's serial number; freeze the rewards of the one that can't show the board.",
    look: { dashboard: "bc-pipeline", panel: "GPUs at two places" },
  },
  {
    uid: "bc-gpu-implausible",
    title: "Telemetry hardly plausible",
    severity: "warning",
    sql: `select g.uuid, coalesce(g.model, 'unknown') as model, (1 - p.score)::float8 as value
from telemetry.plausibility p join telemetry.gpu g using (gpu_key)
where p.day = (select max(day) from telemetry.plausibility) and p.score < 0.7`,
    above: 0.5,
    holds: "0s",
    summary: "What a GPU reports doesn't fit together. The value: 1 less its plausibility of the last day assessed.",
    runbook: "Read the findings (bc plausibility) before anything else: a score has evidence, and is no verdict.",
    look: { dashboard: FLEET, panel: "Least plausible telemetry" },
  },
];
