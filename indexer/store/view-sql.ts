import type { PoolClient } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";
import { HEAD } from "./view-comments.ts";

/** What an engine keeps in a table beside the entity's fields. */
const OWN_COLUMNS = new Set(["vid", "block_range", "block$", "causality_region"]);

/** A table of entities as it is in the database. */
export interface StoredTable {
  readonly name: string;
  /** in the table's order, the engine's own ones included */
  readonly columns: readonly { readonly name: string; readonly isEnum: boolean; readonly isList: boolean }[];
}

/** The query of a view, and the columns that it gives, in order. */
export interface ViewQuery {
  readonly sql: string;
  readonly columns: readonly string[];
}

/** A deployment's tables of entities and aggregations; not those that engines keep for themselves, nor full-text columns. */
export async function tablesOf(client: PoolClient, namespace: string): Promise<StoredTable[]> {
  const { rows } = await client.query<StoredTable>(
    `select c.relname::text as name,
            jsonb_agg(jsonb_build_object('name', a.attname, 'isList', e.oid is not null,
                                         'isEnum', coalesce(e.typtype, t.typtype) = 'e') order by a.attnum) as columns
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_type t on t.oid = a.atttypid
       left join pg_type e on t.typcategory = 'A' and e.oid = t.typelem
      where c.relnamespace = (select oid from pg_namespace where nspname = $1)
        and c.relkind in ('r', 'p') and c.relname not like '%$' and t.typname <> 'tsvector'
      group by c.oid, c.relname order by 1`,
    [namespace],
  );
  return rows;
}

/**
 * The query behind a table's view: current entities, or for immutable ones all with their block.
 *
 * @param present the columns that the view has so far: they keep their places, and new ones follow
 */
export function tableSql(namespace: string, { name, columns }: StoredTable, present: readonly string[]): ViewQuery {
  const shown = columns
    .filter((column) => !OWN_COLUMNS.has(column.name))
    .map(({ name: column, isEnum, isList }) => ({
      column,
      sql: isEnum ? `${quoted(column)}::text${isList ? "[]" : ""} as ${quoted(column)}` : quoted(column),
    }));
  const isMutable = columns.some((column) => column.name === "block_range");
  // an entity's own field `block` wins
  if (!isMutable && !shown.some(({ column }) => column === "block"))
    shown.unshift({ column: "block", sql: "block$ as block" });
  const place = new Map(present.map((column, index) => [column, index]));
  const placeOf = ({ column }: { column: string }): number => place.get(column) ?? present.length;
  const inOrder = shown.toSorted((a, b) => placeOf(a) - placeOf(b));
  const where = isMutable ? " where block_range @> 2147483647" : "";
  const list = inOrder.map(({ sql }) => sql).join(", ");
  return {
    sql: `select ${list} from ${namespace}.${quoted(name)}${where}`,
    columns: inOrder.map(({ column }) => column),
  };
}

/**
 * The query behind the view `head`. graph-node doesn't keep the head's time: its proofs of indexing tell that of the last
 * block with a trigger.
 */
export async function headSql(
  client: PoolClient,
  { id, namespace }: { id: number; namespace: string },
  deploymentId: string,
): Promise<ViewQuery> {
  const { rows } = await client.query<{ ours: boolean; theirs: boolean }>(
    `select to_regclass('subgraphs.head_time') is not null as ours, to_regclass($1) is not null as theirs`,
    [`${namespace}."poi2$"`],
  );
  const time = rows[0]?.ours
    ? `(select t.block_timestamp from subgraphs.head_time t where t.id = h.id)`
    : rows[0]?.theirs
      ? `(select max(p.block_time) from ${namespace}."poi2$" p)`
      : "null";
  const sql = `select h.block_number, '0x' || encode(h.block_hash, 'hex') as block_hash, ${time}::int8 as block_timestamp,
    '${deploymentId.replaceAll("'", "''")}'::text as deployment, d.synced_at is not null as is_synced,
    d.health <> 'healthy' as has_errors
  from subgraphs.head h join subgraphs.deployment d on d.id = h.id where h.id = ${id}`;
  return { sql, columns: [...HEAD.columns.keys()] };
}
