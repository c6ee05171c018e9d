import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { graphql, type GraphQLSchema } from "graphql";
import { createPool, type Pool, type QueryResultRow } from "#kernel/pg.ts";
import { ADMIN, ALL_SCOPES, NOBODY, type Who } from "../../src/access/who.ts";
import { createContext, keptNothing } from "../../src/graphql/context.ts";
import { createSchema } from "../../src/graphql/schema.ts";
import { Snapshot } from "../../src/sources/snapshot.ts";
import type { MarketFixture } from "../market.ts";

/** A document, whose answer lies beside it, and who asks. */
export interface Story {
  name: string;
  /** the processor's admin, or the index of the account that is signed in; a stranger when left out */
  as?: "ADMIN" | number;
  /** a page's length at which it shows one of each kind; 2 when left out */
  few?: number;
}

/** Who asks for what: one document each. Together they ask for every field of `Query`. */
export const STORIES: readonly Story[] = [
  { name: "anyone" },
  { name: "economist" },
  { name: "exchange", few: 10 },
  { name: "investor" },
  { name: "operator" },
  { name: "customer" },
  { name: "signed-in", as: 1 },
  { name: "processor", as: "ADMIN" },
  { name: "prepare-customer" },
  { name: "prepare-owner" },
  { name: "prepare-operator" },
  { name: "prepare-fleet" },
];

/** A statement as it was made. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A story's document. */
export const documentOf = ({ name }: Story): string => readFileSync(pathOf(`${name}.graphql`), "utf8");

/** What a golden file says; `GOLDEN=update` writes it first. */
export function golden(file: string, found: string): string {
  if (process.env["GOLDEN"] === "update") writeFileSync(pathOf(file), found);
  return readFileSync(pathOf(file), "utf8");
}

let schema: Promise<GraphQLSchema> | undefined;

/**
 * The statements that a story makes, in their order.
 *
 * @param first how long its pages are
 * @param account of who is signed in
 */
export async function statementsOf(
  { databaseUrl, doors }: MarketFixture,
  story: Story,
  first: number,
  account: string | undefined,
): Promise<Statement[]> {
  const pool = createPool(databaseUrl, { name: "golden", max: 1 });
  const snapshot = new RecordingSnapshot(pool);
  const who: Who =
    account === undefined ? NOBODY : { ...NOBODY, tier: "SESSION", account: account.toLowerCase(), scopes: ALL_SCOPES };
  const caller = { who: story.as === "ADMIN" ? ADMIN : who, requestId: "", spent: { points: 0 } };
  try {
    await graphql({
      schema: await (schema ??= createSchema()),
      source: documentOf(story),
      contextValue: createContext(snapshot, keptNothing(doors), caller),
      variableValues: { first },
    });
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
export async function plansOf(databaseUrl: string, statements: readonly Statement[]): Promise<Map<string, string>> {
  const pool = createPool(databaseUrl, { name: "golden", max: 1 });
  try {
    const plans = new Map<string, string>();
    for (const statement of statements)
      if (!plans.has(statement.name)) plans.set(statement.name, await planOf(pool, statement));
    return new Map([...plans].sort(([a], [b]) => (a < b ? -1 : 1)));
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
