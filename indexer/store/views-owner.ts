import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { quoted } from "../schema/names.ts";

/**
 * Checks that the views of a schema, if there are any, show a deployment of this name: two subgraphs in one database
 * need a schema of views each.
 *
 * @throws BaseError `VIEWS_OF_ANOTHER`
 */
export async function checkViewsFree(pool: Pool, viewsSchema: string, subgraph: string): Promise<void> {
  const head = `${quoted(viewsSchema)}.head`;
  const { rows } = await pool.query(
    `select from pg_attribute where attrelid = to_regclass($1) and attname = 'deployment'
        and to_regclass('subgraphs.subgraph_version') is not null`,
    [head],
  );
  if (rows.length === 0) return;
  const shown = await pool.query<{ name: string }>(
    `select distinct s.name from subgraphs.subgraph s
       join subgraphs.subgraph_version v on v.subgraph = s.id
       join ${head} h on h.deployment = v.deployment order by 1`,
  );
  const names = shown.rows.map(({ name }) => name);
  if (names.length === 0 || names.includes(subgraph)) return;
  throw new BaseError(
    "VIEWS_OF_ANOTHER",
    `the views in schema ${viewsSchema} are those of another subgraph, "${names.join('", "')}"`,
    {
      hints: [
        `give the subgraph "${subgraph}" its own: --views <schema>, or --no-views`,
        `if this is a new build of it, pass --name ${names[0] ?? ""}`,
      ],
    },
  );
}
