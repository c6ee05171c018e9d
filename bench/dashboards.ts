import pg from "pg";
import { DASHBOARDS } from "#dashboards/src/index.ts";
import type { DashboardSpec } from "#dashboards/src/spec.ts";
import { askDashboard, faultsOf } from "#dashboards/src/testing/ask.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Figure } from "./figure.ts";
import type { BenchFlags } from "./flags.ts";

/** The embedded database of `npm start`. */
const DEFAULT_DATABASE = "postgres://postgres@127.0.0.1:54329/berkeley";
const DEFAULT_RUNS = 5;
/** The longest that a panel's rows may take, milliseconds. */
const LIMIT_MS = 300;
const DAY_MS = 86_400_000;

/**
 * Asks a running network's database (`--database`, or `DATABASE_URL`) for the rows of every panel of every dashboard, over
 * the dashboard's own range and over 30 days, each several times, and takes the medians; slowest first in each dashboard.
 */
export async function benchDashboards({ database, runs = DEFAULT_RUNS, only }: BenchFlags): Promise<Figure[]> {
  const url = database ?? (process.env["DATABASE_URL"] || DEFAULT_DATABASE);
  const client = new pg.Client({ connectionString: url });
  await client.connect().catch((error: unknown) => {
    throw new BaseError("NO_DATABASE", `no database answers at ${new URL(url).host}`, {
      cause: error,
      hints: ["start a network in another terminal: npm start", "name its database with --database"],
    });
  });
  try {
    const figures: Figure[] = [];
    for (const spec of DASHBOARDS.filter(({ uid }) => !only || only.split(",").some((name) => uid.startsWith(name))))
      for (const days of [undefined, 30]) figures.push(...(await benchOne(client, spec, runs, days)));
    return figures;
  } finally {
    await client.end();
  }
}

async function benchOne(client: pg.Client, spec: DashboardSpec, runs: number, days?: number): Promise<Figure[]> {
  const times = new Map<string, number[]>();
  for (let run = 0; run < runs; run++) {
    const to = new Date();
    const opening = days === undefined ? { to } : { to, from: new Date(to.getTime() - days * DAY_MS) };
    const answers = await askDashboard(client, spec, opening);
    const [fault] = faultsOf(spec, answers);
    if (fault !== undefined) throw new BaseError("BAD_ANSWER", fault);
    for (const { where, tookMs } of answers) times.set(where, [...(times.get(where) ?? []), tookMs]);
  }
  const range = days === undefined ? spec.from.replace("now-", "") : `${days}d`;
  return [...times]
    .map(([where, all]) => ({
      name: `${spec.uid} ${range} ${where.replace(/, query 1$/, "")}`,
      value: all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN,
      unit: "ms",
      limit: LIMIT_MS,
    }))
    .sort((a, b) => b.value - a.value);
}
