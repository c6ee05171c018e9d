import { BaseError } from "#kernel/errors.ts";
import { intervalOf, LEAST_INTERVAL_MS, parseInterval } from "../src/intervals.ts";
import { expandMacros } from "../src/macros.ts";
import { ALL, panelsOf } from "../preview/model.ts";
import type { Choice, Dashboard, QueryRequest, Scope, TableData, Variable } from "../preview/model.ts";
import type { ReadDatabase } from "./database.ts";
import { variableSql, variablesOf } from "./dashboards.ts";

/** Answers what a page asks, by the SQL of the dashboards. */
export class Questions {
  readonly #dashboards: ReadonlyMap<string, Dashboard>;
  readonly #database: ReadDatabase;

  constructor(dashboards: ReadonlyMap<string, Dashboard>, database: ReadDatabase) {
    this.#dashboards = dashboards;
    this.#database = database;
  }

  /** @throws BaseError `NOT_FOUND` */
  dashboard(uid: string): Dashboard {
    const dashboard = this.#dashboards.get(uid);
    if (!dashboard) throw new BaseError("NOT_FOUND", `there is no dashboard "${uid}"`);
    return dashboard;
  }

  /**
   * What a panel's queries give.
   *
   * @throws BaseError `NOT_FOUND`, `BAD_REQUEST`, and those of `ReadDatabase.read`
   */
  async panel(request: QueryRequest): Promise<TableData[]> {
    const dashboard = this.dashboard(request.dashboard);
    const panel = panelsOf(dashboard).find(({ id }) => id === request.panel);
    if (!panel) throw new BaseError("NOT_FOUND", `dashboard ${dashboard.uid} has no panel ${request.panel}`);
    const points = panel.maxDataPoints ?? request.maxDataPoints;
    const least = panel.interval ? parseInterval(panel.interval) : LEAST_INTERVAL_MS;
    const intervalMs = intervalOf(new Date(request.from), new Date(request.to), points, least);
    const variables = await this.#variables(dashboard, request);
    const targets = (panel.targets ?? []).filter(({ hide, rawSql }) => !hide && rawSql);
    return Promise.all(
      targets.map(async ({ refId, format = "table", rawSql = "" }) => ({
        ...{ refId, format },
        columns: await this.#run(rawSql, request, variables, intervalMs),
      })),
    );
  }

  /**
   * The choices of a variable, given what those stand at that it uses.
   *
   * @throws BaseError as `panel`
   */
  async choices(uid: string, name: string, scope: Scope): Promise<Choice[]> {
    const dashboard = this.dashboard(uid);
    const variable = variablesOf(dashboard).find((one) => one.name === name);
    if (!variable) throw new BaseError("NOT_FOUND", `dashboard ${uid} has no variable ${name}`);
    return this.#choicesOf(dashboard, variable, scope);
  }

  /**
   * What an annotation marks: columns time, text and perhaps timeend and tags.
   *
   * @throws BaseError as `panel`
   */
  async marks(uid: string, name: string, scope: Scope): Promise<TableData["columns"]> {
    const dashboard = this.dashboard(uid);
    const annotation = dashboard.annotations?.list.find((one) => one.name === name);
    const sql = annotation?.target?.rawSql ?? annotation?.rawQuery;
    if (!sql) throw new BaseError("NOT_FOUND", `dashboard ${uid} has no annotation ${name}`);
    return this.#run(sql, scope, await this.#variables(dashboard, scope, sql));
  }

  async #choicesOf(dashboard: Dashboard, variable: Variable, scope: Scope): Promise<Choice[]> {
    const sql = variableSql(variable);
    if (sql === "") return (variable.options ?? []).map(({ text = "", value = text }) => ({ text, value }));
    const columns = await this.#run(sql, scope, await this.#variables(dashboard, scope, sql));
    const named = (name: string) => columns.find((column) => column.name === name);
    const values = (named("__value") ?? columns[0])?.values ?? [];
    const texts = (named("__text") ?? named("__value") ?? columns[0])?.values ?? [];
    return values.map((value, place) => ({ text: String(texts[place] ?? value), value: String(value) }));
  }

  /** What the variables stand at, "All" spelled out; only those that `sql` uses, when it is given. */
  async #variables(dashboard: Dashboard, scope: Scope, sql?: string): Promise<Record<string, string | string[]>> {
    const values: Record<string, string | string[]> = {};
    for (const variable of variablesOf(dashboard)) {
      const { name } = variable;
      if (sql !== undefined && !sql.includes(`\${${name}:`)) continue;
      const given = scope.variables[name];
      if (given === undefined) throw new BaseError("BAD_REQUEST", `no value is chosen for the variable "${name}"`);
      const isAll = [given].flat().includes(ALL);
      if (isAll && !variable.includeAll) throw new BaseError("BAD_REQUEST", `the variable "${name}" has no "All"`);
      if (isAll) values[name] = await this.#all(dashboard, variable, scope);
      else values[name] = typeof given === "string" ? given : [...given];
    }
    return values;
  }

  async #all(dashboard: Dashboard, variable: Variable, scope: Scope): Promise<string | string[]> {
    return variable.allValue || (await this.#choicesOf(dashboard, variable, scope)).map(({ value }) => value);
  }

  async #run(
    sql: string,
    { from, to }: Scope,
    variables: Record<string, string | string[]>,
    intervalMs?: number,
  ): Promise<TableData["columns"]> {
    const range = { from: new Date(from), to: new Date(to) };
    return this.#database.read(
      expandMacros(sql, { ...range, variables, ...(intervalMs === undefined ? {} : { intervalMs }) }),
    );
  }
}
