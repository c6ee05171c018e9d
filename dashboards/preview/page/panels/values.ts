import type { Cell, Panel } from "../../model.ts";
import { displayOf, noValueOf, type Shown } from "../data/display.ts";
import { isHidden, numbersOf, type Field, type Frame } from "../data/fields.ts";
import { reduce } from "../data/reduce.ts";
import { optionsOf } from "./panel.ts";

/** One value that a stat or a bar gauge shows. */
export interface OneValue {
  title: string;
  shown: Shown;
  field: Field;
  frame: Frame;
  /** the row it is from; that of the last one where it sums up many */
  row: number;
  raw: Cell;
}

/** The values of a panel that reduces its fields: one for each field, or one for each row where its options say so. */
export function valuesOf(panel: Panel, frames: readonly Frame[]): OneValue[] {
  const { calcs, values, fields, limit } = optionsOf(panel, "reduceOptions");
  const calc = Array.isArray(calcs) ? String(calcs[0] ?? "lastNotNull") : "lastNotNull";
  const wanted = pickerOf(typeof fields === "string" ? fields : "");
  const all = frames.flatMap((frame) =>
    values === true ? byRow(frame, wanted) : frame.fields.filter(wanted).map((field) => summed(field, frame, calc)),
  );
  return typeof limit === "number" && values === true ? all.slice(0, limit) : all;
}

/** Which fields: numbers only, all that match, or the one of this name. */
function pickerOf(fields: string): (field: Field) => boolean {
  const pattern = /^\/(.*)\/([a-z]*)$/.exec(fields);
  const matcher = pattern ? new RegExp(pattern[1] ?? "", pattern[2]) : undefined;
  return (field) => {
    if (isHidden(field)) return false;
    if (matcher) return matcher.test(field.name);
    if (fields !== "") return field.name === fields || field.title === fields;
    return field.type === "number";
  };
}

function summed(field: Field, frame: Frame, calc: string): OneValue {
  const isNumber = field.type === "number";
  const row = field.values.findLastIndex((value) => value !== null);
  const last = row < 0 ? null : (field.values[row] ?? null);
  const raw = isNumber ? reduce(calc, numbersOf(field)) : last;
  return { title: field.title, shown: display(field, raw), field, frame, row: Math.max(0, row), raw };
}

function byRow(frame: Frame, wanted: (field: Field) => boolean): OneValue[] {
  const names = frame.fields.find(({ type }) => type === "string");
  const numbers = frame.fields.filter((field) => field.type === "number" && wanted(field));
  return Array.from({ length: frame.length }, (_, row) =>
    numbers.map((field) => {
      const raw = field.values[row] ?? null;
      const named = names ? String(names.values[row] ?? "") : field.title;
      const title = names && numbers.length > 1 ? `${named} ${field.title}` : named;
      return { title, shown: display(field, raw), field, frame, row, raw };
    }),
  ).flat();
}

function display(field: Field, raw: Cell): Shown {
  const shown = displayOf(field)(raw);
  return raw === null && !shown.isMapped ? { ...shown, text: noValueOf(field.config) } : shown;
}
