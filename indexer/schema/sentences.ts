import type { StringValueNode } from "graphql";
import { snakeCase } from "./names.ts";

/** The names that a description may use, to be told as the database has them. */
export interface SchemaNames {
  readonly types: ReadonlySet<string>;
  /** of any type */
  readonly fields: ReadonlySet<string>;
}

/**
 * A description as one line of prose. Fields in backticks get the names of their columns.
 *
 * @example "Over once `paidUntil` has passed" becomes "Over once `paid_until` has passed."
 */
export function proseOf(description: StringValueNode | undefined, { types, fields }: SchemaNames): string {
  const text = (description?.value ?? "").replaceAll("\0", "").replaceAll(/\s+/g, " ").trim();
  return sentence(
    text.replaceAll(/`(?:(\w+)\.)?(\w+)`/g, (whole, type: string | undefined, field: string) => {
      if (!fields.has(field) || (type !== undefined && !types.has(type))) return whole;
      return `\`${type === undefined ? "" : `${snakeCase(type)}.`}${snakeCase(field)}\``;
    }),
  );
}

/** Sentences joined, those that are empty left out. */
export function joined(...sentences: readonly string[]): string {
  return sentences.filter((each) => each !== "").join(" ");
}

/** Items as they are said. @example listed(["a", "b", "c"], "or") === "a, b or c" */
export function listed(items: readonly string[], conjunction: "and" | "or"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

function sentence(text: string): string {
  return text === "" || /[.!?:;]$/.test(text) ? text : `${text}.`;
}
