/** Asks a database what a dashboard's reader would, for tests and benchmarks. */
import type pg from "pg";
import { intervalOf, LEAST_INTERVAL_MS, parseInterval } from "../intervals.ts";
import { expandMacros, type MacroValues } from "../macros.ts";
import { panelsOf, type DashboardSpec, type PanelSpec, type Query, type VariableSpec } from "../spec.ts";

type Row = Record<string, unknown>;
type Chosen = Record<string, string | readonly string[]>;
type Client = Pick<pg.ClientBase, "query">;

/** With what a dashboard is opened. */
export interface Opening {
  /** the end of the range; now when not said */
  to?: Date;
  /** its beginning; the dashboard's own `from` before `to` when not said */
  from?: Date;
  /** what the reader chose; else the first value of each variable, every one of it if it has "All" */
  variables?: Chosen;
}

/** What one query gave. */
export interface Answer {
  /** e.g. `panel "Power", query 1`; unique within its dashboard */
  where: string;
  /** whether its rows are series over time, which must come in the order of their times */
  isOverTime?: boolean;
  /** why it may have no row, if it may */
  mayBeEmpty?: string | undefined;
  rows: Row[];
  /** the moment that the rows took, milliseconds */
  tookMs: number;
  /** PostgreSQL's complaint, if it made one */
  error?: string;
}

/**
 * Every query of a dashboard (variables, annotations, panels), asked as role `bc_reader`.
 *
 * @param client one connection that may take the role; it is left with its own
 */
export async function askDashboard(client: Client, spec: DashboardSpec, opening: Opening = {}): Promise<Answer[]> {
  await client.query("set role bc_reader");
  try {
    const { values, answers } = await choose(client, spec, opening);
    for (const { name, sql, mayBeEmpty } of spec.annotations ?? [])
      answers.push({ ...(await ask(client, `annotation "${name}"`, sql, values)), mayBeEmpty });
    for (const panel of panelsOf(spec)) {
      for (const [place, query] of queriesOf(panel).entries()) {
        const where = `panel "${panel.title}", query ${place + 1}`;
        const mayBeEmpty = panel.type === "text" ? undefined : panel.mayBeEmpty;
        const isOverTime = query.format === "time_series";
        answers.push({ ...(await ask(client, where, query.sql, valuesFor(panel, values))), mayBeEmpty, isOverTime });
      }
    }
    return answers;
  } finally {
    await client.query("reset role");
  }
}

/** What is wrong with answers, in words: PostgreSQL's errors, times out of order, nothing where something must be. */
export function faultsOf(spec: DashboardSpec, answers: readonly Answer[]): string[] {
  return answers.flatMap((answer) => {
    const fault = faultOf(answer);
    return fault === undefined ? [] : [`${spec.uid}, ${answer.where}: ${fault}`];
  });
}

function faultOf({ rows, error, mayBeEmpty, isOverTime }: Answer): string | undefined {
  if (error !== undefined) return error;
  if (mayBeEmpty === undefined && !rows.some(hasValue)) return "nothing to show";
  if (!isOverTime) return undefined;
  const times = rows.map((row) => Number(row["time"]));
  if (times.some((time) => !Number.isFinite(time))) return "a row without a time";
  return times.some((time, place) => time < (times[place - 1] ?? time)) ? "times out of order" : undefined;
}

const hasValue = (row: Row): boolean =>
  Object.entries(row).some(([name, value]) => name !== "time" && name !== "metric" && value !== null);

/**
 * The rows of one panel's query, as its reader would get them; as whatever role the client has.
 *
 * @throws Error when there is no such panel, or PostgreSQL's
 */
export async function askPanel(
  client: Client,
  spec: DashboardSpec,
  title: string,
  opening: Opening = {},
  place = 0,
): Promise<Row[]> {
  const { values, answers } = await choose(client, spec, opening);
  const failed = answers.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`${failed.where}: ${failed.error ?? ""}`);
  const panel = panelsOf(spec).find((panel) => panel.title === title);
  const sql = expandMacros(queryOf(spec, title, place).sql, panel ? valuesFor(panel, values) : values);
  return (await client.query<Row>(sql)).rows;
}

/**
 * A query of the panel with this title.
 *
 * @throws Error when there is none
 */
export function queryOf(spec: DashboardSpec, title: string, place = 0): Query {
  const query = queriesOf(panelsOf(spec).find((panel) => panel.title === title))[place];
  if (!query) throw new Error(`no query ${place} of a panel "${title}" on ${spec.uid}`);
  return query;
}

const queriesOf = (panel: PanelSpec | undefined): readonly Query[] =>
  panel && panel.type !== "text" ? panel.queries : [];

/** The values with a panel's own interval. */
export function valuesFor(panel: PanelSpec, values: MacroValues): MacroValues {
  if (panel.type === "text") return values;
  const least = panel.minInterval === undefined ? LEAST_INTERVAL_MS : parseInterval(panel.minInterval);
  return { ...values, intervalMs: intervalOf(values.from, values.to, panel.maxDataPoints, least) };
}

async function ask(client: Client, where: string, sql: string, values: MacroValues): Promise<Answer> {
  const text = expandMacros(sql, values);
  const began = performance.now();
  try {
    const { rows } = await client.query<Row>(text);
    return { where, rows, tookMs: performance.now() - began };
  } catch (error) {
    return { where, rows: [], tookMs: performance.now() - began, error: (error as Error).message };
  }
}

async function choose(
  client: Client,
  spec: DashboardSpec,
  opening: Opening,
): Promise<{ values: MacroValues; answers: Answer[] }> {
  const to = opening.to ?? new Date();
  const from = opening.from ?? new Date(to.getTime() - parseInterval(spec.from.replace("now-", "")));
  const variables: Chosen = { ...opening.variables };
  const values = { from, to, variables };
  const answers: Answer[] = [];
  for (const variable of spec.variables) {
    if (variable.type !== "query") variables[variable.name] ??= firstOf(variable);
    else {
      const answer = await ask(client, `variable "${variable.name}"`, variable.sql, values);
      answers.push(answer);
      const offered = answer.rows.map((row) => String(row["__value"]));
      variables[variable.name] ??= variable.hasAll
        ? offered
        : variable.isMulti
          ? offered.slice(0, 1)
          : (offered[0] ?? "");
    }
  }
  return { values, answers };
}

function firstOf(variable: Exclude<VariableSpec, { type: "query" }>): string {
  if (variable.type === "textbox") return variable.value;
  return variable.type === "custom" ? (variable.options[0]?.value ?? "") : (variable.values[0] ?? "");
}
