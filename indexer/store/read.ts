import type { Pool } from "#kernel/pg.ts";
import type { EntityReader } from "../entities/current.ts";
import type { Row, Value } from "../entities/row.ts";
import { parseBigDecimal } from "../numbers/bigdecimal.ts";
import { sqlTypeOf } from "../schema/columns.ts";
import { quoted } from "../schema/names.ts";
import { ValueKind, type Column, type EntityType } from "../schema/schema.ts";
import { scalarText } from "./copy.ts";
import { qualified } from "./ddl.ts";
import type { PostponedIndexes } from "./indexes.ts";

type Texts = Record<string, string | string[] | null>;

/** An expression that gives a column as exact text, lists as lists of text. */
function asText({ sqlName, kind, isList }: Column, alias: string): string {
  const name = `e.${quoted(sqlName)}`;
  const one = (value: string): string => {
    if (kind === ValueKind.Bytes) return `'0x' || encode(${value}, 'hex')`;
    if (kind === ValueKind.Timestamp) return `((extract(epoch from ${value}) * 1000000)::int8)::text`;
    return `${value}::text`;
  };
  if (!isList) return `${one(name)} as ${alias}`;
  return `case when ${name} is null then null else array(select ${one("item")} from unnest(${name}) with ordinality u(item, position) order by position) end as ${alias}`;
}

function parseScalar(kind: ValueKind, text: string): Value {
  switch (kind) {
    case ValueKind.Int:
      return Number(text);
    case ValueKind.Boolean:
      return text === "true";
    case ValueKind.BigInt:
    case ValueKind.Int8:
    case ValueKind.Timestamp:
      return BigInt(text);
    case ValueKind.BigDecimal:
      return parseBigDecimal(text) ?? text;
    default:
      return text;
  }
}

function rowOf(type: EntityType, texts: Texts): Row {
  const values = type.columns.map((column, index) => {
    const text = texts[`c${index}`];
    if (text === null || text === undefined) return undefined;
    if (!Array.isArray(text)) return parseScalar(column.kind, text);
    return text.map((item: string | null) => (item === null ? null : parseScalar(column.kind, item)));
  });
  return { values, vid: BigInt(String(texts["vid"])) };
}

/** Reads current entities of a deployment. */
export class StoreReader implements EntityReader {
  private readonly pool: Pool;
  private readonly namespace: string;
  private readonly indexes: PostponedIndexes | undefined;

  constructor(pool: Pool, namespace: string, indexes?: PostponedIndexes) {
    this.pool = pool;
    this.namespace = namespace;
    this.indexes = indexes;
  }

  async rows(type: EntityType, ids: readonly string[]): Promise<Map<string, Row>> {
    const sql = idType(type);
    await this.indexes?.ensure(type, type.columns[type.idColumn] as Column);
    return this.select(type, `e.id = any($1::text[]::${sql}[])`, [ids.map((id) => idText(type, id))]);
  }

  async rowsWhere(type: EntityType, column: number, value: Value): Promise<Map<string, Row>> {
    const found = type.columns[column] as Column;
    const text = scalarText(found.kind, value);
    await this.indexes?.ensure(type, found);
    return this.select(type, `e.${quoted(found.sqlName)} = $1::text::${sqlTypeOf(found)}`, [text]);
  }

  async allRows(type: EntityType, limit: number): Promise<Map<string, Row> | undefined> {
    const rows = await this.select(type, "true", [], `limit ${limit + 1}`);
    return rows.size > limit ? undefined : rows;
  }

  private async select(type: EntityType, where: string, values: unknown[], limit = ""): Promise<Map<string, Row>> {
    const columns = type.columns.map((column, index) => asText(column, `c${index}`));
    const current = type.isImmutable ? "" : "e.block_range @> 2147483647 and ";
    const { rows } = await this.pool.query<Texts>(
      `select e.vid::text as vid, ${columns.join(", ")} from ${qualified(this.namespace, type)} e where ${current}${where} ${limit}`,
      values,
    );
    return new Map(rows.map((texts) => [String(texts[`c${type.idColumn}`] as string), rowOf(type, texts)]));
  }
}

/** The SQL type of an entity's id. */
export function idType(type: EntityType): string {
  return type.idKind === "Bytes" ? "bytea" : type.idKind === "Int8" ? "int8" : "text";
}

/** An id in PostgreSQL's text form. */
export function idText(type: EntityType, id: string): string {
  return type.idKind === "Bytes" ? `\\x${id.slice(2)}` : id;
}
