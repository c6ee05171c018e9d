import type pg from "pg";
import type { AlertSpec } from "../alerts/spec.ts";

/** One thing that an alert asks about: its labels and its number. */
export interface Instance {
  labels: Record<string, string>;
  value: number;
}

/**
 * What an alert's question gives as role `bc_reader`, within the client's transaction if it is in one; those that call,
 * as Grafana's threshold has it.
 *
 * @throws Error when a row hasn't exactly one number, or a number under a label
 */
export async function callsOf(client: Pick<pg.ClientBase, "query">, alert: AlertSpec): Promise<Instance[]> {
  await client.query("set role bc_reader");
  try {
    const { rows, fields } = await client.query<Record<string, unknown>>(alert.sql);
    if (fields.filter(({ name }) => name === "value").length !== 1) throw new Error(`${alert.uid} has no one value`);
    return rows.map((row) => instanceOf(alert, row)).filter(({ value }) => value > alert.above);
  } finally {
    await client.query("reset role");
  }
}

function instanceOf({ uid }: AlertSpec, { value, ...labels }: Record<string, unknown>): Instance {
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw new Error(`${uid}: the value ${String(value)}`);
  for (const [name, label] of Object.entries(labels))
    if (typeof label !== "string") throw new Error(`${uid}: the label ${name} is no text`);
  return { labels: labels as Record<string, string>, value: number };
}
