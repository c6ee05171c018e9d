import type { PublishedExplanation } from "#api/src/domain/reputation/publish.ts";
import type { ScoreRow } from "#api/src/sources/reputation-scores.ts";
import { alignTable } from "./tables.ts";

const time = (at: Date): string => at.toISOString().replace(".000Z", "Z");
const fixed = (value: number, places = 2): string => value.toFixed(places);
const percent = (value: number | null): string => (value === null ? "-" : `${(100 * value).toFixed(2)} %`);

/** What `bc reputation` prints: a row an operator, or an operator's with its members below. */
export function rankingTable(rows: readonly ScoreRow[], nameOf: ReadonlyMap<string, string>): string {
  const [first] = rows;
  if (!first) return "no scores yet: no hour has been worked out (see `bc jobs`)";
  const head = [
    "rank",
    "operator",
    "name",
    "score",
    "up to",
    "mean",
    ...first.parts.map(({ dimension }) => dimension.toLowerCase()),
    "known by",
  ];
  const lines = rows.map((row) => [
    `${row.rank} of ${row.rankOf}`,
    row.memberId === null ? row.operatorId : `  ${row.memberId}`,
    row.memberId === null ? (nameOf.get(row.operatorId) ?? "") : "",
    ...[fixed(row.score), fixed(row.high), fixed(row.mean)],
    ...row.parts.map(({ observedMean }) => percent(observedMean)),
    row.isPriorOnly ? "nothing" : `${row.parts.reduce((sum, { n }) => sum + n, 0)} outcomes`,
  ]);
  return [alignTable([head, ...lines], new Set([3, 4, 5, 6, 7, 8, 9, 10])), standsOn(first)].join("\n\n");
}

/** What `bc reputation explain` prints. */
export function explanationText(row: ScoreRow, { costs, improvements }: PublishedExplanation, name: string): string {
  const who =
    row.memberId === null ? `operator ${row.operatorId}${name === "" ? "" : ` (${name})`}` : `member ${row.memberId}`;
  const head = [
    "dimension",
    "share",
    "n",
    "weight",
    "seen",
    "network",
    "mean",
    "low",
    "high",
    "points",
    "payers held",
    "own side",
  ];
  const parts = row.parts.map((part) => [
    ...[part.dimension, fixed(part.share), String(part.n), fixed(part.weight, 1), percent(part.observedMean)],
    ...[percent(part.priorMean), percent(part.mean), percent(part.low), percent(part.high), fixed(part.points)],
    ...[String(part.heldPayers), String(part.excluded)],
  ]);
  return [
    `${who}: ${fixed(row.score)} of 100, rank ${row.rank} of ${row.rankOf}; mean ${fixed(row.mean)}, up to ${fixed(row.high)}`,
    alignTable([head, ...parts], new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
    costs.length === 0
      ? "Nothing that was seen cost it anything."
      : ["What cost most, in points of the mean:", costsTable(costs)].join("\n"),
    improvements.length === 0
      ? "Nothing more would raise it."
      : ["What would raise it, in points of the score:", improvementsTable(improvements)].join("\n"),
    standsOn(row),
  ].join("\n\n");
}

function costsTable(costs: PublishedExplanation["costs"]): string {
  return alignTable(
    costs.map(({ costPoints, day, dimension, text, payer }) => {
      const whose = payer === null || payer === "self" ? "" : ` (rented by ${payer})`;
      return [
        `  ${fixed(costPoints, 3)}`,
        new Date(day * 86_400_000).toISOString().slice(0, 10),
        dimension,
        `${text}${whose}`,
      ];
    }),
    new Set([0]),
  );
}

function improvementsTable(improvements: PublishedExplanation["improvements"]): string {
  return alignTable(
    improvements.map(({ points, dimension, text }) => [`  ${fixed(points, 3)}`, dimension, text]),
    new Set([0]),
  );
}

function standsOn({ at, blockNumber, sampledThrough, methodologyVersion }: ScoreRow): string {
  return `as of ${time(at)}: block ${blockNumber}, samples through ${time(sampledThrough)}, methodology ${methodologyVersion}`;
}
