import type { Cell, FieldConfig, Mapping, MappingResult, ThresholdStep } from "../../model.ts";
import { formatDate } from "../format/dates.ts";
import { fixed } from "../format/decimals.ts";
import { formatterOf } from "../format/units.ts";
import { colorOf, paletteColor } from "./colors.ts";
import type { Field } from "./fields.ts";

/** A value as it is shown. */
export interface Shown {
  text: string;
  color: string;
  /** as a number, where it is one */
  number: number | null;
  /** whether a mapping named it */
  isMapped: boolean;
}

/** How a field's values are shown: text by mapping, else by unit; color by mapping, else by its color mode. */
export function displayOf(field: Field): (value: Cell) => Shown {
  const { config } = field;
  const write = writerOf(field);
  return (value) => {
    const number = typeof value === "number" ? value : typeof value === "boolean" ? Number(value) : null;
    const mapped = mappingOf(config.mappings ?? [], value);
    const color = mapped?.color ? colorOf(mapped.color) : fieldColor(field, number);
    return { text: mapped?.text ?? write(value), color, number, isMapped: mapped !== undefined };
  };
}

/** What is shown where there is no value. */
export const noValueOf = (config: FieldConfig): string => config.noValue ?? "–";

function writerOf({ config, type }: Field): (value: Cell) => string {
  const { unit, decimals } = config;
  const format = unit === undefined || unit === "" ? undefined : formatterOf(unit);
  return (value) => {
    if (value === null || (typeof value === "number" && Number.isNaN(value))) return noValueOf(config);
    if (typeof value === "boolean" && !format) return value ? "true" : "false";
    if (typeof value === "string") {
      const isTime = unit?.startsWith("dateTime") && value !== "" && !Number.isNaN(Date.parse(value));
      return isTime && format ? format(Date.parse(value)) : value;
    }
    if (type === "time" && !unit?.startsWith("dateTime") && !unit?.startsWith("time:"))
      return formatDate(Number(value), "YYYY-MM-DD HH:mm:ss");
    return format ? format(Number(value), decimals) : fixed(Number(value), decimals);
  };
}

/** Units of a panel's fields that the preview can't write: it says so instead of guessing. */
export function unknownUnits(fields: readonly Field[]): string[] {
  const units = fields.flatMap(({ config: { unit } }) => (unit ? [unit] : []));
  return [...new Set(units)].filter((unit) => !formatterOf(unit));
}

/** The color of a field, or of one of its values where the value decides. */
export function fieldColor({ config, index }: Field, value: number | null): string {
  const mode = config.color?.mode ?? "thresholds";
  if (mode === "fixed" || mode === "shades") return colorOf(config.color?.fixedColor ?? "blue");
  if (mode.startsWith("palette-")) return paletteColor(index);
  if (mode.startsWith("continuous-")) return continuousColor(mode, shareOf(config, value));
  return thresholdColor(config, value);
}

const continuousColor = (mode: string, share: number): string => {
  const names = mode.slice("continuous-".length).split(/(?=[A-Z])/);
  const known: Record<string, string> = { Gr: "green", Yl: "yellow", Rd: "red", Bl: "blue", Pu: "purple" };
  return colorOf(known[names[Math.min(names.length - 1, Math.floor(share * names.length))] ?? ""] ?? "blue");
};

/** Where a value stands between a field's bounds, 0 to 1. */
export function shareOf({ min = 0, max = 100 }: FieldConfig, value: number | null): number {
  return value === null || max <= min ? 0 : Math.min(1, Math.max(0, (value - min) / (max - min)));
}

/** A field's threshold steps with values in its own unit. */
export function stepsOf(config: FieldConfig): readonly ThresholdStep[] {
  const { mode = "absolute", steps = [] } = config.thresholds ?? {};
  if (mode === "absolute") return steps;
  const { min = 0, max = 100 } = config;
  return steps.map((step) => ({ ...step, value: step.value === null ? null : min + (step.value / 100) * (max - min) }));
}

function thresholdColor(config: FieldConfig, value: number | null): string {
  const steps = stepsOf(config);
  if (value === null) return colorOf(steps.length > 0 ? "text" : "green");
  const step = steps.findLast((one) => one.value === null || value >= one.value);
  return colorOf(step?.color ?? "green");
}

const SPECIAL: Readonly<Record<string, (value: Cell) => boolean>> = {
  null: (value) => value === null,
  nan: (value) => Number.isNaN(value),
  "null+nan": (value) => value === null || Number.isNaN(value),
  true: (value) => value === true,
  false: (value) => value === false,
  empty: (value) => value === "",
};

function mappingOf(mappings: readonly Mapping[], value: Cell): MappingResult | undefined {
  for (const mapping of mappings) {
    if (mapping.type === "value") {
      const key = String(value);
      if (value !== null && Object.hasOwn(mapping.options, key)) return mapping.options[key];
    } else if (mapping.type === "special") {
      if (SPECIAL[mapping.options.match]?.(value)) return mapping.options.result;
    } else if (mapping.type === "range") {
      const { from, to, result } = mapping.options;
      if (typeof value === "number" && value >= (from ?? -Infinity) && value <= (to ?? Infinity)) return result;
    } else if (typeof value === "string") {
      const [, pattern = mapping.options.pattern, flags = ""] =
        /^\/(.*)\/([a-z]*)$/.exec(mapping.options.pattern) ?? [];
      if (new RegExp(pattern, flags).test(value)) return mapping.options.result;
    }
  }
  return undefined;
}
