import type { EntityType } from "../schema/schema.ts";
import { isSame, mergeInto, mergeOver, type Row } from "./row.ts";

/** A change to one entity: some fields, all of it, or its end. */
export type Operation = { readonly kind: "update" | "overwrite"; readonly row: Row } | { readonly kind: "remove" };

/** The entity after `operation`. */
export function applyTo(operation: Operation, base: Row | undefined): Row | undefined {
  if (operation.kind === "remove") return undefined;
  if (operation.kind === "overwrite" || !base) return operation.row;
  return mergeOver(base, operation.row);
}

/** Two changes one after the other as one; an update after a removal writes the whole entity anew. */
export function accumulate(first: Operation, next: Operation): Operation {
  if (next.kind !== "update") return next;
  if (first.kind === "remove") return { kind: "overwrite", row: next.row };
  mergeInto(first.row, next.row);
  return first;
}

/** Whether a row differs from the stored one in any column; vids don't count. */
export function isChange(type: EntityType, before: Row, after: Row): boolean {
  return type.columns.some((_, index) => !isSame(before.values[index], after.values[index]));
}
