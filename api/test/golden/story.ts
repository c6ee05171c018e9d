import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { graphql } from "graphql";
import { createPool, type Pool, type QueryResultRow } from "#kernel/pg.ts";
import { createContext } from "../../src/graphql/context.ts";
import { createSchema } from "../../src/graphql/schema.ts";
import { Snapshot } from "../../src/sources/snapshot.ts";

/** Who asks for what: one document each, beside its answer and the plans of its statements. */
export const STORIES = ["anyone", "investor", "operator", "customer"] as const;

/** A statement as it was made. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A story's document. */
export const documentOf = (story: string): string => readFileSync(pathOf(`${story}.graphql`), "utf8");

/** What a golden file says; `GOLDEN=update` writes it first. */
export function golden(file: string, found: string): string {
  if (process.env["GOLDEN"] === "update") writeFileSync(pathOf(file), found);
  return readFileSync(pathOf(file), "utf8");
}

/** The statements that an operation makes, in their order. */
export async function statementsOf(
  databaseUrl: string,
  source: string,
  variableValues: Record<string, unknown> = {},
): Promise<Statement[]> {
  const pool = createPool(databaseUrl, { name: "golden", max: 1 });
  const snapshot = new RecordingSnapshot(pool);
  try {
    const contextValue = createContext(snapshot);
    const { errors } = await graphql({ schema: await createSchema(), source, contextValue, variableValues });
    if (errors) throw new AggregateError(errors, errors[0]?.message ?? "");
    return snapshot.statements;
  } finally {
    await snapshot.close();
    await pool.end();
  }
}

class RecordingSnapshot extends Snapshot {
  readonly statements: Statement[] = [];

  override rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []): Promise<Row[]> {
    this.statements.push({ name, text, values });
    return super.rows<Row>(name, text, values);
  }
}

/**
 * The shape of each statement's plan, by name: which nodes read what by which index. Tables here are small, and a scan of
 * a small table costs nothing; planned without scans, a plan shows whether there is an index for it.
 */
export async function plansOf(databaseUrl: string, statements: readonly Statement[]): Promise<string> {
  const pool = createPool(databaseUrl, { name: "golden", max: 1 });
  try {
    const plans = new Map<string, string>();
    for (const statement of statements) plans.set(statement.name, await planOf(pool, statement));
    const sorted = [...plans].sort(([a], [b]) => (a < b ? -1 : 1));
    return `${sorted.map(([name, plan]) => `-- ${name}\n${plan}`).join("\n\n")}\n`;
  } finally {
    await pool.end();
  }
}

async function planOf(pool: Pool, { text, values }: Statement): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query(
      "begin read only; set local plan_cache_mode = force_custom_plan; set local jit = off; set local enable_seqscan = off",
    );
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain (costs off) ${text}`, values);
    return rows
      .map((row) => row["QUERY PLAN"])
      .filter((line) => /^\s*(->|SubPlan|InitPlan|CTE )|^\w[^:]*$/.test(line))
      .join("\n");
  } finally {
    await client.query("rollback");
    client.release();
  }
}

/** How often each statement was made. */
export function countsOf(statements: readonly Statement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of statements) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
