import type { VariableValues } from "../../model.ts";
import type { RawRange } from "./time.ts";

/** What an address says of a dashboard, in Grafana's own words: `?from=now-6h&to=now&var-gpu=3&refresh=10s`. */
export interface Address {
  range: RawRange | undefined;
  refresh: string | undefined;
  /** values by variable, as they stand: whether they may be chosen is not known yet */
  variables: Readonly<Record<string, readonly string[]>>;
}

/** Reads an address's part after the "?". */
export function readAddress(search: string): Address {
  const given = new URLSearchParams(search);
  const [from, to] = [given.get("from"), given.get("to")];
  const names = [...new Set([...given.keys()].filter((key) => key.startsWith("var-")))];
  return {
    range: from && to ? { from, to } : undefined,
    refresh: given.get("refresh") ?? undefined,
    variables: Object.fromEntries(names.map((name) => [name.slice("var-".length), given.getAll(name)])),
  };
}

/** An address's part after the "?". */
export function writeAddress({ from, to }: RawRange, variables: VariableValues, refresh?: string): string {
  const given = new URLSearchParams({ from, to });
  for (const [name, value] of Object.entries(variables)) {
    for (const one of [value].flat()) given.append(`var-${name}`, one);
  }
  if (refresh) given.set("refresh", refresh);
  return given.toString();
}
