import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BaseError } from "#kernel/errors.ts";
import { panelsOf, type Dashboard, type DashboardSummary, type Variable } from "../preview/model.ts";

/** Where the generated dashboards lie. */
export const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/**
 * The committed dashboards by uid: the only SQL that the preview runs stands in them.
 *
 * @throws BaseError `BAD_DASHBOARD` when a file can't be read, or has SQL that takes a reader's text unquoted
 */
export function readDashboards(folder = FOLDER): ReadonlyMap<string, Dashboard> {
  const files = readdirSync(folder).filter((name) => /^bc-[\w-]+\.json$/.test(name));
  const dashboards = files.map((name) => {
    try {
      const dashboard = JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as Dashboard;
      checkQuoting(dashboard);
      return dashboard;
    } catch (error) {
      throw new BaseError("BAD_DASHBOARD", `dashboards/${name} can't be shown: ${(error as Error).message}`, {
        cause: error,
        hints: ["npm run codegen writes it anew"],
      });
    }
  });
  return new Map(dashboards.map((dashboard) => [dashboard.uid, dashboard]));
}

/** Every SQL of a dashboard, with whom it is of. */
export function sqlOf(dashboard: Dashboard): { owner: string; sql: string }[] {
  const panels = panelsOf(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map(({ rawSql = "" }) => ({ owner: `panel ${panel.id}`, sql: rawSql })),
  );
  const variables = variablesOf(dashboard).map((one) => ({ owner: `variable ${one.name}`, sql: variableSql(one) }));
  const marks = (dashboard.annotations?.list ?? []).map((one) => ({
    owner: `annotation ${one.name}`,
    sql: one.target?.rawSql ?? one.rawQuery ?? "",
  }));
  return [...panels, ...variables, ...marks].filter(({ sql }) => sql !== "");
}

/** The variables that a reader sees or sets. */
export const variablesOf = (dashboard: Dashboard): readonly Variable[] =>
  (dashboard.templating?.list ?? []).filter(({ type }) => type !== "datasource");

/** SQL of a query variable; "" for others. */
export function variableSql({ type, query }: Variable): string {
  if (type !== "query") return "";
  if (typeof query === "string") return query;
  const { rawSql } = (query ?? {}) as { rawSql?: unknown };
  return typeof rawSql === "string" ? rawSql : "";
}

/** A variable must stand as `${name:sqlstring}`, which quotes it: whatever a reader sends is then but a value. */
function checkQuoting(dashboard: Dashboard): void {
  const names = new Set(variablesOf(dashboard).map(({ name }) => name));
  for (const { owner, sql } of sqlOf(dashboard)) {
    for (const [text, braced, format, bare] of sql.matchAll(/\$(?:\{(\w+)(?::(\w+))?\}|([A-Za-z_]\w*))/g)) {
      if (names.has(braced ?? bare ?? "") && format !== "sqlstring") {
        throw new Error(`${owner} has ${text}, which doesn't quote it: write \${${braced ?? bare ?? ""}:sqlstring}`);
      }
    }
  }
}

/** What the home page tells of a dashboard. */
export const summaryOf = (dashboard: Dashboard): DashboardSummary => ({
  uid: dashboard.uid,
  title: dashboard.title,
  description: dashboard.description ?? "",
  tags: dashboard.tags ?? [],
  panelCount: panelsOf(dashboard).filter(({ type }) => type !== "row").length,
});
