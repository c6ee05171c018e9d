import { columnOf, falling, linkTo } from "../fields.ts";
import { rows, type RowSpec } from "../spec.ts";
import { FATAL_XIDS } from "../telemetry.ts";
import { SCORE_STEPS, UPTIME_STEPS } from "./glance.ts";
import { SCORED_AT } from "./sql.ts";

const MEMBERS = `select '0x' || encode(m.account, 'hex') as "member",
  case when m.is_active then 'member' else 'kicked: ' || lower(m.kick_reason::text) end as "standing",
  s.score as "score", s.high as "upper end", s.rank as "rank",
  case when s.is_prior_only then 'nothing is known' when s.high < o.score then 'below the operator' when s.score > o.high then 'above the operator'
    else 'like the operator' end as "beside the operator",
  u.gpus as "GPUs", u.active as "active", u.rented as "rented", u.dc * 1e-6 as "DC burned", e.up / nullif(e.up + e.down, 0) as "uptime, 30 epochs",
  f.faults as "fatal XIDs"
from chain.member m
left join reputation.score s on s.subject = m.id and s.at = ${SCORED_AT}
left join reputation.score o on o.subject = m.operator and o.at = ${SCORED_AT}
left join lateral (
  select count(*) as gpus, count(*) filter (where g.status = 'ACTIVE') as active, sum(g.burned_dc) as dc,
    count(*) filter (where r.end_at is null and least(r.paid_until, r.ends_by) > h.block_timestamp) as rented
  from chain.head h cross join chain.gpu g left join chain.rental r on r.id = g.rental
  where g.operator = m.operator and g.contributor = m.account) u on true
left join lateral (
  select sum(x.up_minutes) as up, sum(x.down_minutes) as down
  from chain.gpu g join ledger.gpu_use x on x.gpu = g.id::int8
  where g.operator = m.operator and g.contributor = m.account and x.epoch > (select max(epoch) - 30 from ledger.use_epoch)) e on true
left join lateral (
  select count(*) as faults
  from chain.gpu g join telemetry.gpu t on t.uuid_hash = g.uuid_hash join telemetry.gpu_event x on x.gpu_key = t.gpu_key
  where g.operator = m.operator and g.contributor = m.account and $__timeFilter(x.time)
    and x.kind = 'XID' and x.code in (${FATAL_XIDS.join(", ")})) f on true
where m.operator = \${operator:sqlstring}
order by m.is_active desc, s.rank`;

const TRUST = `select g.id as "gpu", g.pool as "pool", i.reason as "identity", p.score as "plausibility", p.known_share as "known",
  (select f.kind || ': ' || f.words from jsonb_to_recordset(p.findings) f(kind text, words text, severity float8, weight float8)
    where f.severity > 0 order by f.severity * f.weight desc limit 1) as "what speaks against it",
  c.places as "other places", x.labels ->> 'driver_version' as "driver", x.last_seen_at as "last seen"
from chain.gpu g
left join telemetry.gpu x on x.uuid_hash = g.uuid_hash
left join telemetry.gpu_identities(array(
  select k.uuid_hash from chain.gpu k where k.operator = \${operator:sqlstring} and k.pool in (\${pool:sqlstring}))) i on i.gpu_id = g.id
left join lateral (
  select * from telemetry.plausibility y where y.gpu_key = x.gpu_key and y.day <= $__timeTo() order by y.day desc limit 1) p on true
left join lateral (select nullif(count(*), 0) as places from telemetry.conflict k where k.gpu_key = x.gpu_key) c on true
where g.operator = \${operator:sqlstring} and g.pool in (\${pool:sqlstring}) and g.status <> 'RETIRED'
order by i.reason = 'MATCHES', p.score nulls first, length(g.id), g.id limit 100`;

/** What stands behind the numbers: who brought the GPUs, and whether their telemetry can be believed. */
export const EVIDENCE: RowSpec = {
  title: "Who brings the GPUs, and can their telemetry be believed?",
  panels: [
    {
      type: "table",
      title: "Members",
      description:
        "Members of a distributed operator, former ones too: score among themselves (reputation.score), whether its interval lies below or " +
        "above the operator's, their GPUs now (chain), uptime over 30 final epochs (ledger.gpu_use), fatal XIDs in the range.",
      unit: "none",
      width: 24,
      height: 7,
      mayBeEmpty: "only distributed operators have members",
      noValue: "–",
      overrides: [
        { match: { name: "member" }, width: 360 },
        { match: { name: "score" }, decimals: 1, cell: "color-text", thresholds: SCORE_STEPS },
        { match: { name: "upper end" }, decimals: 1 },
        {
          match: { name: "beside the operator" },
          cell: "color-text",
          mappings: [
            { value: "below the operator", text: "below the operator", color: "red" },
            { value: "above the operator", text: "above the operator", color: "green" },
          ],
        },
        { match: { name: "DC burned" }, unit: "currencyUSD", decimals: 0 },
        {
          match: { regexp: "^uptime" },
          unit: "percentunit",
          decimals: 2,
          cell: "color-text",
          thresholds: UPTIME_STEPS,
        },
      ],
      queries: rows(MEMBERS),
    },
    {
      type: "table",
      title: "Telemetry trust",
      description:
        "Whether each GPU is the one that was registered (telemetry.gpu_identities), how plausible its telemetry was on its last day " +
        "(telemetry.plausibility: 1, nothing speaks against it; a score with evidence, no verdict), and other places that showed the same " +
        "GPU (telemetry.conflict). The worst hundred.",
      unit: "none",
      width: 24,
      height: 9,
      overrides: [
        { match: { name: "gpu" }, width: 70, links: [linkTo("This GPU", "bc-gpu", { gpu: columnOf("gpu") })] },
        { match: { name: "pool" }, width: 60 },
        {
          match: { name: "identity" },
          cell: "color-text",
          color: { fixed: "orange" },
          mappings: [{ value: "MATCHES", text: "MATCHES", color: "green" }],
        },
        { match: { name: "plausibility" }, decimals: 2, cell: "gauge", min: 0, max: 1, thresholds: falling(0.5, 0.8) },
        { match: { name: "known" }, unit: "percentunit", decimals: 0 },
        { match: { name: "other places" }, noValue: "none" },
        { match: { name: "last seen" }, unit: "dateTimeFromNow" },
      ],
      queries: rows(TRUST),
    },
  ],
};
