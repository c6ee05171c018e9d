import { sqlTypeOf } from "./schema/columns.ts";
import { describeViews, type ViewDescription } from "./schema/describe.ts";
import { parseDocument } from "./schema/documents.ts";
import { parseSchema } from "./schema/parse.ts";
import type { Table } from "./schema/schema.ts";
import { HEAD } from "./store/view-comments.ts";

/** Types of the columns of `head`. */
const HEAD_TYPES = ["int4", "text", "int8", "text", "boolean", "boolean"];

/**
 * The views over a subgraph with all columns, as Markdown: what the comments in the database say, for those who have
 * none at hand. Columns stand in the schema's order; in a database that has had other deployments, new ones come last.
 *
 * @param schema the text of schema.graphql
 * @throws BaseError `BAD_SCHEMA`
 */
export function viewsDocument(schema: string): string {
  const descriptions = describeViews(parseDocument(schema));
  const tables = parseSchema(schema, true).tables.filter(({ sqlName }) => sqlName !== "head");
  const sections = tables.map((table) => {
    const description = descriptions.get(table.sqlName) ?? { text: "", columns: new Map<string, string>() };
    return section(table.sqlName, description, typesOf(table));
  });
  const names = [...HEAD.columns.keys()];
  const head = section("head", HEAD, new Map(names.map((name, index) => [name, HEAD_TYPES[index] ?? ""])));
  return [head, ...sections].join("\n\n");
}

function typesOf({ columns, isImmutable }: Table): ReadonlyMap<string, string> {
  const block: [string, string][] = isImmutable ? [["block", "int4"]] : [];
  return new Map([
    ...block,
    ...columns.map((column): [string, string] => [column.sqlName, sqlTypeOf(column) + (column.isList ? "[]" : "")]),
  ]);
}

function section(name: string, { text, columns }: ViewDescription, types: ReadonlyMap<string, string>): string {
  const rows = [...types].map(
    ([column, type]) => `| \`${column}\` | ${type} | ${(columns.get(column) ?? "").replaceAll("|", "\\|")} |`,
  );
  return [`## ${name}`, "", text, "", "| column | type | |", "|---|---|---|", ...rows].join("\n");
}
