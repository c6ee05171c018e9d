import { formatInterval, intervalOf, parseInterval } from "./intervals.ts";

/** The range and the variables that a query is shown with. */
export interface MacroValues {
  from: Date;
  to: Date;
  /** what is chosen: several values for a multi variable (all of them for "All"), else one */
  variables: Readonly<Record<string, string | readonly string[]>>;
  /** the panel's `$__interval`, milliseconds; that of a panel of 1,000 points when not said */
  intervalMs?: number;
}

const literal = (date: Date): string => `'${date.toISOString()}'`;

type Macro = (args: string[]) => string;

/** Grafana's macros of PostgreSQL with its TimescaleDB switch on; those that our SQL uses. */
function macrosOf({ from, to }: MacroValues): Record<string, Macro> {
  const group: Macro = ([column = "", width = "", ...fill]) => {
    if (fill.length > 0) throw new Error("filling is Grafana's, after the query: use time_bucket_gapfill");
    return `time_bucket('${(parseInterval(width.replaceAll("'", "")) / 1_000).toFixed(3)}s',${column})`;
  };
  return {
    __timeFilter: ([column = ""]) => `${column} BETWEEN ${literal(from)} AND ${literal(to)}`,
    __timeFrom: () => literal(from),
    __timeTo: () => literal(to),
    __timeGroup: group,
    __timeGroupAlias: (args) => `${group(args)} AS "time"`,
    __unixEpochFilter: ([column = ""]) => `${column} >= ${seconds(from)} AND ${column} <= ${seconds(to)}`,
    __unixEpochFrom: () => String(seconds(from)),
    __unixEpochTo: () => String(seconds(to)),
    __unixEpochGroup: ([column = "", width = ""]) => {
      const length = parseInterval(width.replaceAll("'", "")) / 1_000;
      return `floor((${column})/${length})*${length}`;
    },
  };
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A variable in one of Grafana's formats; without one, as its SQL data sources write it. */
function formatted(value: string | readonly string[], format: string | undefined): string {
  const values = typeof value === "string" ? [value] : value;
  switch (format) {
    case "sqlstring":
      return values.map(quote).join(",");
    case "csv":
    case "raw":
      return values.join(",");
    case undefined:
      return typeof value === "string" ? value.replaceAll("'", "''") : values.map(quote).join(",");
    default:
      throw new Error(`no format :${format}`);
  }
}

/**
 * Expands what Grafana would: its data source's macros, as its Go source does (arguments hold no parentheses), and the
 * variables, as its browser does. All in one pass: a variable's value is never looked through again, so a macro in it is
 * but text.
 *
 * @throws Error for a macro, a variable or a format that isn't there
 */
export function expandMacros(sql: string, values: MacroValues): string {
  const { from, to } = values;
  const intervalMs = values.intervalMs ?? intervalOf(from, to);
  const own: Record<string, string | readonly string[]> = {
    ...values.variables,
    __interval: formatInterval(intervalMs),
    __interval_ms: String(intervalMs),
    __from: String(from.getTime()),
    __to: String(to.getTime()),
  };
  const macros = macrosOf(values);
  const variables = (text: string): string =>
    text.replaceAll(
      /\$(?:\{(\w+)(?::(\w+))?\}|([A-Za-z_]\w*))/g,
      (_match, braced?: string, format?: string, bare?: string) => {
        const name = braced ?? bare ?? "";
        const value = Object.hasOwn(own, name) ? own[name] : undefined;
        if (value === undefined) throw new Error(`no variable ${name}`);
        return formatted(value, format);
      },
    );
  let expanded = "";
  let rest = 0;
  for (const match of sql.matchAll(/\$(__\w+)\(([^)]*)\)/g)) {
    const [whole, name = "", args = ""] = match;
    if (!Object.hasOwn(macros, name)) throw new Error(`no macro $${name}`);
    const parts = args.split(",").map((arg) => variables(arg.trim()));
    expanded += variables(sql.slice(rest, match.index)) + (macros[name]?.(parts) ?? "");
    rest = match.index + whole.length;
  }
  return expanded + variables(sql.slice(rest));
}
