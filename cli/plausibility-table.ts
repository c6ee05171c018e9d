import type { Finding, Plausibility } from "#collector/index.ts";
import { alignTable } from "./tables.ts";

/** What `bc telemetry plausibility` prints of many GPUs: a line each, with what speaks against it. */
export function plausibilityTable(rows: readonly Plausibility[]): string {
  const head = ["score", "known", "day", "gpu", "model", "what speaks against it"];
  const lines = rows.map((row) => [
    scoreOf(row),
    percent(row.knownShare),
    dayOf(row.day),
    row.uuid,
    row.model ?? "-",
    row.reason ??
      (row.findings
        .filter(isAgainst)
        .map(({ kind }) => kind)
        .join(", ") ||
        "nothing"),
  ]);
  return alignTable([head, ...lines], new Set([0, 1]));
}

/** What it prints of one GPU: all the evidence. */
export function plausibilityReport(row: Plausibility): string {
  const { uuid, model, knownShare, hours, assessedThrough, methodologyVersion } = row;
  return [
    `${uuid}, ${model ?? "model unknown"}`,
    `score ${scoreOf(row)} of 1 on ${dayOf(row.day)}${row.reason === null ? "" : `: ${row.reason}`}`,
    `${percent(knownShare)} of the findings can be told, from ${hours} hours up to ${timeOf(assessedThrough)}; methodology ${methodologyVersion}`,
    ...row.findings.flatMap(findingLines),
    "",
    "A score is no verdict: each line above is what it rests on.",
  ].join("\n");
}

function findingLines({ kind, severity, weight, window, numbers, words }: Finding): string[] {
  const said = severity === null ? "not known" : `severity ${severity} × weight ${weight}`;
  const figures = numbers.map(({ name, value, unit }) => `${name} ${value}${unit === "1" ? "" : ` ${unit}`}`);
  return [
    "",
    `${kind}: ${said}${window === null ? "" : `, ${hourOf(window.from)} to ${hourOf(window.to)}`}`,
    `  ${words}`,
    ...(figures.length > 0 ? [`  ${figures.join(", ")}`] : []),
  ];
}

const isAgainst = ({ severity }: Finding): boolean => severity !== null && severity > 0;
const scoreOf = ({ score }: Plausibility): string => (score === null ? "-" : score.toFixed(2));
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const dayOf = (day: Date): string => day.toISOString().slice(0, 10);
const timeOf = (at: Date): string => `${at.toISOString().slice(0, 16)}Z`;
const hourOf = (iso: string): string => `${iso.slice(0, 16)}Z`;
