import type { Pool } from "#kernel/pg.ts";

/** How a side keeps its rows. */
export interface Layout {
  /** schema of its tables */
  readonly schema: string;
  /** which rows of changing entities are the current ones; all by default */
  readonly current?: string;
  /** whether bytes are kept as `0x…` text */
  readonly hasTextBytes?: boolean;
}

/** Columns of each table, bytes first; by name the same on every side. */
const TABLES: Record<string, { bytes: string[]; others: string[]; isImmutable?: boolean }> = {
  account: { bytes: ["id"], others: ["trades", "volume", "last_block"] },
  pool: { bytes: [], others: ["id", "trades", "volume", "last_price"] },
  pool_day: { bytes: [], others: ["id", "pool", "day", "trades", "volume"] },
  trade: {
    bytes: ["id", "account"],
    others: ["pool", "amount", "price", "block", "timestamp"],
    isImmutable: true,
  },
};

/** Rows and the md5 of all tables' current rows in one order, as one line of text. */
export async function digestOf(pool: Pool, { schema, current, hasTextBytes = false }: Layout): Promise<string> {
  const digests: string[] = [];
  for (const [table, { bytes, others, isImmutable }] of Object.entries(TABLES)) {
    const columns = [
      ...bytes.map((name) => (hasTextBytes ? `substr("${name}", 3)` : `encode("${name}", 'hex')`)),
      ...others.map((name) => `"${name}"`),
    ];
    const filter = current === undefined || isImmutable === true ? "" : `where ${current}`;
    const { rows } = await pool.query<{ digest: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(line, e'\\n' order by line collate "C")), '') as digest
         from (select concat_ws('|', ${columns.join(", ")}) as line from ${schema}.${table} ${filter}) lines`,
    );
    digests.push(`${table} ${rows[0]?.digest ?? ""}`);
  }
  return digests.join(", ");
}

/** Whether the first event's row can be seen. */
export async function hasFirstRow(pool: Pool, { schema }: Layout): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>("select to_regclass($1) is not null as found", [
    `${schema}.trade`,
  ]);
  if (rows[0]?.found !== true) return false;
  return (await pool.query(`select 1 from ${schema}.trade limit 1`)).rows.length > 0;
}
