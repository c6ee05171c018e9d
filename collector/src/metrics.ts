import { readFileSync } from "node:fs";
import { BaseError } from "#kernel/errors.ts";

/** Units that an exporter prints: MHz, mJ, %, MiB, or from dcgm-exporter 4.9.0 on Hz, J, ratio, bytes. */
export type Generation = "classic" | "2026";

/** One field that is kept: a line of metrics.csv. */
export interface Metric {
  /** column of telemetry.sample */
  column: string;
  type: "real" | "double precision" | "integer" | "";
  unit: string;
  kind: "gauge" | "counter" | "event";
  /** device: MIG slices repeat the physical GPU's value, which counts once; instance: each slice has its own */
  scope: "device" | "instance";
  /** bounds in the canonical unit; what lies outside is no reading */
  min: number;
  max: number;
  /** raw value that means "no sensor" */
  blank: number | undefined;
  /** unit in which each generation prints it; the same where it never changed */
  rawUnit: Record<Generation, string>;
  /** canonical value = raw · times / over */
  scale: Record<Generation, Scale>;
  oldName: string;
  /** since DCGM 4.6, in the old unit; as `oldName` where it has no other */
  newName: string;
  /** since DCGM 4.7, in the new unit; "" where the unit never changed */
  baseName: string;
  /** before 2.0, and with `--use-old-namespace` */
  legacyName: string;
  help: string;
}

interface Scale {
  times: number;
  over: number;
}

/** Raw units, the canonical unit each belongs to, and the way there; divisors are kept whole so that 57 % is 0.57. */
const UNITS: Record<string, { canonical: string } & Scale> = {
  MHz: { canonical: "Hz", times: 1e6, over: 1 },
  mJ: { canonical: "J", times: 1, over: 1e3 },
  "%": { canonical: "ratio", times: 1, over: 100 },
  MiB: { canonical: "B", times: 1_048_576, over: 1 },
  "MB/s": { canonical: "B/s", times: 1e6, over: 1 },
  ns: { canonical: "s", times: 1, over: 1e9 },
};

const HEADER =
  "column,type,unit,kind,scope,min,max,blank,old_name,old_unit,new_name,base_name,base_unit,legacy_name,help" as const;

const CELLS = HEADER.split(",").length;

/**
 * Reads the list of fields.
 *
 * @param text metrics.csv: plain commas, no quoting
 * @throws BaseError `BAD_METRICS` naming the line
 */
export function parseMetrics(text: string): Metric[] {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw badMetrics(1, `the first line must be "${HEADER}"`);
  const names = new Map<string, number>();
  return lines.map((line, index) => {
    const metric = parseLine(line, index + 2);
    for (const name of new Set([metric.column, ...namesOf(metric)])) {
      if (names.has(name)) throw badMetrics(index + 2, `"${name}" stands on line ${names.get(name)} too`);
      names.set(name, index + 2);
    }
    return metric;
  });
}

/** All names under which exporters print a field. */
export function namesOf({ oldName, newName, baseName, legacyName }: Metric): string[] {
  return [...new Set([oldName, newName, baseName, legacyName])].filter((name) => name !== "");
}

function parseLine(line: string, number: number): Metric {
  const cells = line.split(",");
  if (cells.length !== CELLS) throw badMetrics(number, `expected ${CELLS} cells, found ${cells.length}`);
  const [column, type, unit, kind, scope, min, max, blank, ...spellings] = cells as [string, ...string[]];
  const [oldName, oldUnit, newName, baseName, baseUnit, legacyName, help] = spellings;
  const newUnit = baseName === "" ? oldUnit : baseUnit;
  const metric = {
    column,
    type: oneOf(number, type, ["real", "double precision", "integer", ""] as const),
    unit: unit ?? "",
    kind: oneOf(number, kind, ["gauge", "counter", "event"] as const),
    scope: oneOf(number, scope, ["device", "instance"] as const),
    min: Number(min),
    max: Number(max),
    blank: blank === "" ? undefined : Number(blank),
    rawUnit: { classic: oldUnit ?? "", "2026": newUnit ?? "" },
    scale: { classic: scaleOf(number, oldUnit, unit), "2026": scaleOf(number, newUnit, unit) },
    oldName: oldName ?? "",
    newName: newName === "" || newName === undefined ? (oldName ?? "") : newName,
    baseName: baseName ?? "",
    legacyName: legacyName ?? "",
    help: help ?? "",
  };
  if (!/^[a-z][a-z0-9_]*$/.test(column) || metric.oldName === "" || !(metric.min < metric.max)) {
    throw badMetrics(number, "column, old_name and min < max must be there");
  }
  return metric;
}

function oneOf<T extends string>(line: number, value: string | undefined, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw badMetrics(line, `"${value ?? ""}" is none of ${allowed.join(", ")}`);
  return found;
}

function scaleOf(line: number, raw: string | undefined, canonical: string | undefined): Scale {
  if (raw === canonical) return { times: 1, over: 1 };
  const unit = UNITS[raw ?? ""];
  if (unit?.canonical !== canonical) throw badMetrics(line, `no way from unit "${raw ?? ""}" to "${canonical ?? ""}"`);
  return { times: unit?.times ?? 1, over: unit?.over ?? 1 };
}

function badMetrics(line: number, message: string): BaseError {
  return new BaseError("BAD_METRICS", `collector/metrics.csv line ${line}: ${message}`, {
    hints: ["correct that line, or restore the file from the repository"],
  });
}

/** Every field kept, in the order of metrics.csv. */
export const METRICS: readonly Metric[] = parseMetrics(
  readFileSync(new URL("../metrics.csv", import.meta.url), "utf8"),
);

/** The fields that are columns of telemetry.sample, in the order in which values travel. */
export const COLUMNS: readonly Metric[] = METRICS.filter((metric) => metric.kind !== "event");

/** Place of a column among the values of a row. */
export function columnIndex(column: string): number {
  const index = COLUMNS.findIndex((metric) => metric.column === column);
  if (index < 0) throw new Error(`BUG: metrics.csv has no column ${column}`);
  return index;
}
