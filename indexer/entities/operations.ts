import type { EntityType } from "../schema/schema.ts";
import { isSame, mergeOver, type Row } from "./row.ts";

/** A change to one entity: some fields, all of it, or its end. Never changed once made, so that it can be undone. */
export type Operation = { readonly kind: "update" | "overwrite"; readonly row: Row } | { readonly kind: "remove" };

/** The one way to remove. */
export const REMOVE: Operation = { kind: "remove" };

/** The entity after `operation`. */
export function applyTo(operation: Operation, base: Row | undefined): Row | undefined {
  if (operation.kind === "remove") return undefined;
  if (operation.kind === "overwrite" || !base || isWhole(operation.row)) return operation.row;
  return mergeOver(base, operation.row);
}

/** Two changes one after the other as one; an update after a removal writes the whole entity anew. */
export function accumulate(first: Operation, next: Operation): Operation {
  if (next.kind !== "update") return next;
  if (first.kind === "remove") return { kind: "overwrite", row: next.row };
  if (isWhole(next.row)) return first.kind === "update" ? next : { kind: "overwrite", row: next.row };
  const values = first.row.values.slice();
  for (let index = 0; index < next.row.values.length; index++) {
    const value = next.row.values[index];
    if (value !== undefined) values[index] = value; // nulls stay: they undo what the base has
  }
  return { kind: first.kind, row: { values, vid: next.row.vid } };
}

/** Whether a row has a value in every column: what was there before is of no account. */
function isWhole({ values }: Row): boolean {
  for (let index = 0; index < values.length; index++) {
    if (values[index] === undefined || values[index] === null) return false;
  }
  return true;
}

/** Whether a row differs from the stored one in any column; vids don't count. */
export function isChange(type: EntityType, before: Row, after: Row): boolean {
  for (let index = 0; index < type.columns.length; index++) {
    if (!isSame(before.values[index], after.values[index])) return true;
  }
  return false;
}
