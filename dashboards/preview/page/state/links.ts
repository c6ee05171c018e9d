import type { Cell, Link, VariableValues } from "../../model.ts";
import { ALL } from "../../model.ts";
import type { RawRange } from "./time.ts";

/** What a link's address may speak of. */
export interface LinkScope {
  range: RawRange;
  variables: VariableValues;
  /** the clicked value, and its row by column */
  value?: { raw: Cell; text: string };
  row?: Readonly<Record<string, Cell>>;
  /** the series or column */
  name?: string;
}

const encoded = (values: readonly string[]): string => values.map((value) => encodeURIComponent(value)).join(",");

/**
 * A link's address, as Grafana makes it of a template such as `/d/bc-gpu?${__url_time_range}&var-gpu=${__data.fields["gpu"]}`.
 * What it names and nobody knows becomes empty.
 */
export function addressOf(template: string, scope: LinkScope): string {
  return template.replaceAll(/\$\{([^}]+)\}|\$(\w+)/g, (_match, braced?: string, bare?: string) => {
    const [, name = "", format = ""] = /^(.*?)(?::(\w+))?$/.exec(braced ?? bare ?? "") ?? [];
    return partOf(name, format, scope);
  });
}

function partOf(name: string, format: string, scope: LinkScope): string {
  const { range, variables, value, row = {} } = scope;
  if (name === "__url_time_range") return timeQuery(range);
  if (name === "__all_variables") return variablesQuery(variables);
  if (name === "__from" || name === "__to") return name === "__from" ? range.from : range.to;
  if (name === "__value.raw" || name === "__value.numeric") return encoded([String(value?.raw ?? "")]);
  if (name === "__value" || name === "__value.text") return encoded([value?.text ?? ""]);
  if (name === "__series.name" || name === "__field.name") return encoded([scope.name ?? ""]);
  const [, quoted, dotted, place] = /^__data\.fields(?:\[["']([^"']+)["']\]|\.(\w+)|\[(\d+)\])/.exec(name) ?? [];
  const column = quoted ?? dotted;
  if (column !== undefined) return encoded([String(row[column] ?? "")]);
  if (place !== undefined) return encoded([String(Object.values(row)[Number(place)] ?? "")]);
  const given = variables[name];
  if (given === undefined) return "";
  return format === "queryparam" ? variablesQuery({ [name]: given }) : encoded([given].flat());
}

/** `from=…&to=…` */
export const timeQuery = ({ from, to }: RawRange): string => new URLSearchParams({ from, to }).toString();

/** `var-gpu=3&var-pool=1&var-pool=2` */
export function variablesQuery(variables: VariableValues): string {
  const pairs = Object.entries(variables).flatMap(([name, value]) => [value].flat().map((one) => [`var-${name}`, one]));
  return new URLSearchParams(pairs).toString();
}

/** A dashboard link's address with what it carries along. */
export function linkAddress(link: Link, base: string, scope: LinkScope): string {
  const address = addressOf(base, scope);
  const parts = [
    ...(link.keepTime ? [timeQuery(scope.range)] : []),
    ...(link.includeVars ? [variablesQuery(scope.variables)] : []),
  ].filter((part) => part !== "");
  if (parts.length === 0) return address;
  return `${address}${address.includes("?") ? "&" : "?"}${parts.join("&")}`;
}

/** Whether everything is chosen of a variable. */
export const isAll = (value: string | readonly string[]): boolean => [value].flat().includes(ALL);
