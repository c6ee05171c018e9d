/** The range and the variables that a query is shown with. */
export interface MacroValues {
  from: Date;
  to: Date;
  variables: Readonly<Record<string, string>>;
}

const literal = (date: Date): string => `'${date.toISOString()}'`;

/**
 * Expands what Grafana's PostgreSQL data source would, with its TimescaleDB switch on, as its Go source does: macros whose
 * arguments hold no parentheses, then the variables.
 *
 * @throws Error for a macro that Grafana doesn't know
 */
export function expandMacros(sql: string, { from, to, variables }: MacroValues): string {
  const known: Record<string, (args: string[]) => string> = {
    __timeFilter: ([column = ""]) => `${column} BETWEEN ${literal(from)} AND ${literal(to)}`,
    __timeFrom: () => literal(from),
    __timeTo: () => literal(to),
    __timeGroup: ([column = "", width = ""]) => `time_bucket('${seconds(width)}s',${column})`,
    __timeGroupAlias: ([column = "", width = ""]) => `time_bucket('${seconds(width)}s',${column}) AS "time"`,
  };
  const expanded = sql.replaceAll(/\$(__\w+)\(([^)]*)\)/g, (_match, name: string, args: string) => {
    const expand = known[name];
    if (!expand) throw new Error(`no macro $${name}`);
    return expand(args.split(",").map((arg) => arg.trim()));
  });
  return expanded.replaceAll(/\$(\w+)/g, (match, name: string) => variables[name] ?? match);
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** "5m", quoted as in SQL, in seconds. */
function seconds(width: string): string {
  const match = /^'(\d+)([smhd])'$/.exec(width);
  if (!match) throw new Error(`no interval ${width}`);
  return (Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1)).toFixed(3);
}
