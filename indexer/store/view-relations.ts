import { createHash } from "node:crypto";
import type { PoolClient } from "#kernel/pg.ts";
import type { ViewDescription } from "../schema/describe.ts";

/** How the comment on each view of ours ends, which tells it from others in the same schema; a digest of it stands within. */
const MARK = "made by the indexer";

/** What the comment on a view of ours matches, as a regular expression of PostgreSQL's. */
export const VIEW_MARK = `(^|\\n)${MARK} \\([0-9a-f]{16}\\)$`;

/** A table, view or the like in a schema. */
export interface Relation {
  readonly name: string;
  readonly isOurs: boolean;
  readonly comment: string | null;
  /** in order */
  readonly columns: readonly string[];
}

/** Tables, views and the like of a schema, indexes too, by name. */
export async function relationsIn(client: PoolClient, schema: string): Promise<ReadonlyMap<string, Relation>> {
  const { rows } = await client.query<Relation>(
    `select c.relname::text as name, d.comment, c.relkind = 'v' and coalesce(d.comment ~ $2, false) as "isOurs",
            array(select a.attname::text from pg_attribute a
                   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns
       from pg_class c cross join lateral (select obj_description(c.oid, 'pg_class') as comment) d
      where c.relnamespace = (select oid from pg_namespace where nspname = $1) order by 1`,
    [schema, VIEW_MARK],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** The comment on a view: what it is, and a digest of its definition with all its comments. */
export function commentOn(sql: string, { text, columns }: ViewDescription): string {
  const all = JSON.stringify([sql, text, [...columns]]);
  const digest = createHash("sha256").update(all).digest("hex").slice(0, 16);
  return `${text === "" ? "" : `${text}\n\n`}${MARK} (${digest})`;
}

/**
 * The statements that give a view's privileges again, which go with it when it is dropped.
 *
 * @param name as SQL has it
 */
export async function grantsOn(client: PoolClient, name: string): Promise<string[]> {
  const { rows } = await client.query<{ sql: string }>(
    `select format('grant %s on %s to %s%s', x.privilege_type, $1::text,
                   case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end,
                   case when x.is_grantable then ' with grant option' else '' end) as sql
       from pg_class c cross join lateral aclexplode(c.relacl) x
      where c.oid = to_regclass($1) and x.grantee <> c.relowner`,
    [name],
  );
  return rows.map(({ sql }) => sql);
}
