import { equals, type BigDecimal } from "../numbers/bigdecimal.ts";

/**
 * A value of an entity's field: String, Bytes (`0x` hex) and enums as text, Int as number, Int8, Timestamp (µs) and
 * BigInt as bigint, BigDecimal, Boolean, and lists of them.
 */
export type Value = string | number | bigint | boolean | BigDecimal | readonly (Value | null)[];

/**
 * An entity's values by column. In an update, `undefined` is a field that was not given and `null` one that was set to
 * null; in a stored entity both are absent, but for one that
 * was removed and made again: like graph-node's, it keeps its nulls in memory, where handlers see them.
 */
export interface Row {
  readonly values: (Value | null | undefined)[];
  /** 0 until it is saved */
  vid: bigint;
}

/** An id or other scalar as text. */
export function keyOf(value: Value): string {
  return typeof value === "string" ? value : (value as bigint | number).toString();
}

/** Whether two values are the same to graph-node; absent and null aren't. */
export function isSame(a: Value | null | undefined, b: Value | null | undefined): boolean {
  if (a === b) return true;
  if (a === null || a === undefined || b === null || b === undefined) return false;
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item: Value | null, index) => isSame(item, b[index] as Value | null))
    );
  }
  return !Array.isArray(b) && equals(a as BigDecimal, b as BigDecimal);
}

/** `update` laid over `base`; fields set to null become absent. */
export function mergeOver(base: Row, update: Row): Row {
  const values = base.values.slice();
  for (let index = 0; index < update.values.length; index++) {
    const value = update.values[index];
    if (value !== undefined) values[index] = value === null ? undefined : value;
  }
  return { values, vid: update.vid };
}

/** A rough count of the memory a row holds, in bytes, with its place in a map. */
export function weightOf(row: Row): number {
  let bytes = 200;
  for (const value of row.values) bytes += weightOfValue(value);
  return bytes;
}

function weightOfValue(value: Value | null | undefined): number {
  if (typeof value === "string") return 32 + value.length;
  if (typeof value === "bigint") return 40;
  if (Array.isArray(value)) return value.reduce<number>((sum, item: Value | null) => sum + weightOfValue(item), 64);
  return typeof value === "object" && value !== null ? 96 : 8;
}
