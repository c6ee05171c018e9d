import { columnOf, linkTo } from "../fields.ts";
import { rows, series, type RowSpec } from "../spec.ts";
import { SCORED_AT } from "./sql.ts";

const COURSE = `select s.at as "time", s.score as "score", s.mean as "mean", s.high as "upper end"
from reputation.score s
where s.subject = \${operator:sqlstring} and $__timeFilter(s.at)
order by 1`;

const PARTS = `select s.at as "time", lower(p ->> 'dimension') as metric, (p ->> 'points')::float8 as "points"
from reputation.score s cross join lateral jsonb_array_elements(s.parts) p
where s.subject = \${operator:sqlstring} and $__timeFilter(s.at)
order by 1, 2`;

const PARTS_NOW = `select lower(p.dimension) as "dimension", p.points as "points", 100 * p.share - p.points as "lost", p.low as "5 %",
  p.mean as "mean", p.high as "95 %", p."observedMean" as "observed", p."priorMean" as "network", p.n as "outcomes",
  p.weight as "weight", p."heldPayers" as "payers held", p.excluded as "excluded"
from reputation.score s
cross join lateral jsonb_to_recordset(s.parts) p(dimension text, share float8, points float8, n int4, weight float8,
  mean float8, low float8, high float8, "observedMean" float8, "priorMean" float8, "heldPayers" int4, excluded int4)
where s.subject = \${operator:sqlstring} and s.at = ${SCORED_AT}
order by 3 desc`;

const COSTS = `select to_char(to_timestamp(c.day::float8 * 86400) at time zone 'UTC', 'YYYY-MM-DD') as "day", lower(c.dimension) as "dimension",
  c."gpuId" as "gpu", c."costPoints" as "points", c.text as "what happened"
from reputation.explanation e
cross join lateral jsonb_to_recordset(e.costs) c(dimension text, day int4, "gpuId" text, "costPoints" float8, text text)
where e.subject = \${operator:sqlstring}
order by 4 desc`;

const IMPROVEMENTS = `select i.points as "points", lower(i.dimension) as "dimension", i.text as "what would raise it"
from reputation.explanation e
cross join lateral jsonb_to_recordset(e.improvements) i(dimension text, points float8, text text)
where e.subject = \${operator:sqlstring}
order by 1 desc`;

const RANKING = `select s.rank as "rank", o.name as "operator", s.operator as "id", s.score as "score", s.mean as "mean", s.high as "upper end",
  o.gpu_count as "GPUs", s.operator = \${operator:sqlstring} as "chosen"
from reputation.score s join chain.operator o on o.id = s.operator
where s.at = ${SCORED_AT} and s.member is null and (s.rank <= 20 or s.operator = \${operator:sqlstring})
order by 1, 2 limit 21`;

/** How customers see the operator, and why. */
export const STANDING: RowSpec = {
  title: "How do customers see me, and what lowers my score?",
  panels: [
    {
      type: "timeseries",
      title: "Score and its interval",
      description:
        "The score (the interval's lower end), 100 · Σ share · mean, and the upper end, of each run (reputation.score): days of " +
        "the past, hours since the network runs. A wide band says that little is known.",
      unit: "none",
      decimals: 1,
      width: 8,
      height: 9,
      legend: ["lastNotNull", "min"],
      overrides: [
        { match: { name: "upper end" }, fillBelowTo: "score", fill: 20, lineWidth: 1, color: { fixed: "blue" } },
        { match: { name: "mean" }, isDashed: true, fill: 0, color: { fixed: "blue" } },
        { match: { name: "score" }, fill: 0, color: { fixed: "green" } },
      ],
      queries: series(COURSE),
    },
    {
      type: "timeseries",
      title: "What the score is made of",
      description:
        "Points of each dimension, 100 · share · 5 % quantile: together they are the score (reputation.score.parts).",
      unit: "none",
      decimals: 1,
      min: 0,
      max: 100,
      stack: "normal",
      fill: 50,
      width: 8,
      height: 9,
      legend: ["lastNotNull"],
      queries: series(PARTS),
    },
    {
      type: "table",
      title: "Operators by score",
      description: "The twenty best at the newest run by the range's end, and the chosen one (reputation.score).",
      unit: "none",
      width: 8,
      height: 9,
      overrides: [
        { match: { regexp: "score|mean|end" }, decimals: 1 },
        { match: { name: "operator" }, links: [linkTo("This operator", "bc-operator", { operator: columnOf("id") })] },
        { match: { name: "id" }, isHidden: true },
        {
          match: { name: "chosen" },
          displayName: " ",
          width: 40,
          mappings: [
            { value: "true", text: "◀" },
            { value: "false", text: " " },
          ],
        },
      ],
      queries: rows(RANKING),
    },
    {
      type: "table",
      title: "The parts now",
      description:
        "Each dimension's Beta posterior at the newest run (reputation.score.parts): its points, what is lost against a faultless " +
        "one, quantiles, the mean of the outcomes alone and the network's, to which little evidence is drawn. Payers held: gave " +
        "more than a fifth of the weight. Excluded: stood on the operator's side.",
      unit: "none",
      width: 24,
      height: 7,
      overrides: [
        { match: { regexp: "points|lost" }, decimals: 1 },
        { match: { name: "lost" }, cell: "gauge", min: 0, max: 35, color: { fixed: "orange" } },
        { match: { regexp: "%|mean|observed|network" }, unit: "percentunit", decimals: 1 },
        { match: { name: "observed" }, noValue: "none" },
        { match: { name: "weight" }, decimals: 0 },
      ],
      queries: rows(PARTS_NOW),
    },
    {
      type: "table",
      title: "What cost most",
      description: "The ten outcomes that lower the newest score most, in points of its mean (reputation.explanation).",
      unit: "none",
      width: 14,
      mayBeEmpty: "an operator without a fault",
      overrides: [
        { match: { name: "points" }, decimals: 2, width: 80 },
        { match: { name: "gpu" }, width: 60, links: [linkTo("This GPU", "bc-gpu", { gpu: columnOf("gpu") })] },
        { match: { name: "day" }, width: 100 },
        { match: { name: "dimension" }, width: 110 },
      ],
      queries: rows(COSTS),
    },
    {
      type: "table",
      title: "What would raise it",
      description:
        "Points that the newest score would gain, the network's means as they stand (reputation.explanation).",
      unit: "none",
      width: 10,
      overrides: [
        { match: { name: "points" }, decimals: 1, width: 80 },
        { match: { name: "dimension" }, width: 110 },
      ],
      queries: rows(IMPROVEMENTS),
    },
  ],
};
