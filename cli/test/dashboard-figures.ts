import type pg from "pg";
import type { DashboardSpec } from "#dashboards/src/spec.ts";
import { askPanel, type Opening } from "#dashboards/src/testing/ask.ts";
import { waitFor } from "#kernel/time.ts";

/** A row of a panel: numerics are exact decimal text, counts too, floats numbers. */
export type PanelRow = Record<string, unknown>;

/** A number that a dashboard and the API both tell, in a form that can be compared exactly. */
export interface Figure<Data> {
  /** what it is, e.g. "rewards earned in the range" */
  name: string;
  dashboard: DashboardSpec;
  /** the panel's title */
  panel: string;
  /** which of its queries; the first when not said */
  place?: number;
  /** fields of the query for the same, without the braces around */
  query(opening: Required<Opening>): string;
  ofPanel(rows: readonly PanelRow[]): unknown;
  ofApi(data: Data): unknown;
}

/** Where a dashboard and the API answer from the same database. */
export interface Side {
  /** one connection of its own, which may take the role `bc_reader` */
  client: pg.ClientBase;
  ask<T>(query: string): Promise<T>;
}

/** What both said. */
export interface Told {
  panel: unknown;
  api: unknown;
}

interface Looked {
  block: string;
  rows: PanelRow[];
}

const BLOCK = "asOf { block { number } }";

/**
 * Both sides of a figure at one moment: the panel is asked before and after the API, and all counts only if nothing moved
 * between, neither the block nor what the panel shows. On a network that runs, this is tried again.
 *
 * @param opening how the dashboard is opened; a range that ends later than the head's block, if the figure is of now
 * @throws Error when things went on moving for 30 s
 */
export async function tellFigure<Data>(side: Side, figure: Figure<Data>, opening: Required<Opening>): Promise<Told> {
  return waitFor(
    async () => {
      const before = await look(side.client, figure, opening);
      const data = await side.ask<Data & { asOf: { block: { number: string } } }>(
        `{ ${figure.query(opening)} ${BLOCK} }`,
      );
      const after = await look(side.client, figure, opening);
      const isStill = before.block === after.block && before.block === data.asOf.block.number;
      if (!isStill || JSON.stringify(before.rows) !== JSON.stringify(after.rows)) return undefined;
      return { panel: figure.ofPanel(after.rows), api: figure.ofApi(data) };
    },
    { timeoutMs: 30_000, everyMs: 100, onTimeout: () => new Error(`${figure.name}: no block stood still`) },
  );
}

/** The panel's rows as its reader gets them, and the block that they stand on. */
async function look<Data>(client: pg.ClientBase, figure: Figure<Data>, opening: Opening): Promise<Looked> {
  await client.query("begin isolation level repeatable read read only");
  try {
    await client.query("set local role bc_reader");
    const { rows: heads } = await client.query<{ block: string }>("select block_number::text as block from chain.head");
    const rows = await askPanel(client, figure.dashboard, figure.panel, opening, figure.place);
    return { block: heads[0]?.block ?? "", rows };
  } finally {
    await client.query("rollback");
  }
}

/**
 * Exact decimal text in base units.
 *
 * @example unitsOf("1.50", 6) // 1500000n
 * @throws Error for what is no decimal text, or has more places than base units tell apart
 */
export function unitsOf(text: unknown, decimals: number): bigint {
  const [, sign = "", whole = "", part = ""] = /^(-?)(\d+)(?:\.(\d*?)0*)?$/.exec(String(text)) ?? [];
  if (whole === "" || part.length > decimals) throw new Error(`${String(text)} isn't exact in ${decimals} decimals`);
  return BigInt(`${sign}${whole}${part.padEnd(decimals, "0")}`);
}

/** A column added up, in base units; null: it is null in every row, or there is none. */
export function sumOf(rows: readonly PanelRow[], column: string, decimals: number): bigint | null {
  const known = rows.filter((row) => row[column] !== null && row[column] !== undefined);
  return known.length === 0 ? null : known.reduce((sum, row) => sum + unitsOf(row[column], decimals), 0n);
}
