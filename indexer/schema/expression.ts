import { quoted } from "./names.ts";
import type { EntityType } from "./schema.ts";

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<text>'(?:[^']|'')*')|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<operator><=|>=|<>|!=|[-+*/%()<>=,]))/y;
const KEYWORDS = new Set(["case", "when", "then", "else", "end", "and", "or", "not", "is", "null", "true", "false"]);
const FUNCTIONS = new Set(["greatest", "least", "abs", "ceil", "floor", "round", "sign", "trunc", "coalesce"]);

/** An aggregate's argument as SQL over the source's columns. */
export interface SourceExpression {
  sql: string;
  /** SQL names of the columns it reads, sorted */
  columns: readonly string[];
}

/**
 * Rewrites the `arg` of an `@aggregate` (a field, or arithmetic over fields) to SQL. Only numbers, fields, arithmetic,
 * comparison, `case` and a few functions are let through.
 *
 * @returns what is wrong with it, as text, when it can't be used
 */
export function rewriteExpression(arg: string, source: EntityType): SourceExpression | string {
  const columns = new Set<string>();
  const parts: string[] = [];
  const text = arg.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) return `"${text.slice(at)}" is not understood`;
    const word = groups["word"];
    if (word === undefined) {
      parts.push(groups["number"] ?? groups["text"] ?? groups["operator"] ?? "");
      continue;
    }
    const isCall = /^\s*\(/.test(text.slice(TOKEN.lastIndex));
    if (isCall && !KEYWORDS.has(word.toLowerCase())) {
      if (!FUNCTIONS.has(word.toLowerCase())) return `function ${word} is not allowed`;
      parts.push(word);
      continue;
    }
    const index = source.columnIndex.get(word);
    const column = index === undefined ? undefined : source.columns[index];
    if (column) {
      columns.add(column.sqlName);
      parts.push(quoted(column.sqlName));
    } else if (KEYWORDS.has(word.toLowerCase())) parts.push(word);
    else return `${source.name} has no field ${word}`;
  }
  return parts.length === 0 ? "it is empty" : { sql: parts.join(" "), columns: [...columns].sort() };
}
