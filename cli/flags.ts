import { Option } from "commander";
import { BaseError } from "#kernel/errors.ts";

/** Flags that take a whole number, by the option they give; `min` is 0 by default. */
export type NumberFlags = Readonly<
  Record<string, { readonly flag: string; readonly help: string; readonly min?: number; readonly max: number }>
>;

/**
 * Reads the flags that are given; the others are left out.
 *
 * @param given texts by commander's names
 * @throws BaseError `BAD_FLAG` that lists every faulty one
 */
export function readNumbers<F extends NumberFlags>(
  flags: F,
  given: Readonly<Record<string, unknown>>,
): { [K in keyof F]?: number } {
  const values: Record<string, number> = {};
  const faults: string[] = [];
  for (const [name, { flag, help, min = 0, max }] of Object.entries(flags)) {
    const option = new Option(flag, help);
    const text = given[option.attributeName()];
    if (typeof text !== "string") continue;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) values[name] = value;
    else faults.push(`${option.long ?? flag} is "${text}", but must be a whole number from ${min} to ${max}`);
  }
  if (faults.length === 0) return values;
  throw new BaseError("BAD_FLAG", faults.join("; "), { hints: ["see the command's --help"] });
}
