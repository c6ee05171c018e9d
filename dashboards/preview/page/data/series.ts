import type { Cell, TableData } from "../../model.ts";
import type { RawFrame } from "./fields.ts";

/**
 * Rows of a time_series query as series side by side, as Grafana's SQL data sources make them: text columns set series
 * apart; a column "metric" beside one value names them. Times that a series lacks are gaps.
 *
 * @throws Error when there is no column of times
 */
export function seriesOf({ refId, columns }: TableData): RawFrame {
  if (columns.length === 0 || columns[0]?.values.length === 0) return { refId, fields: [] };
  const time =
    columns.find(({ name, type }) => name === "time" && type === "time") ?? columns.find(({ type }) => type === "time");
  if (!time) throw new Error(`Query ${refId} gave no column "time" with times.`);
  const values = columns.filter(({ type }) => type === "number" || type === "boolean");
  const texts = columns.filter(({ type }) => type === "string");
  const times = [...new Set(time.values as readonly number[])].sort((a, b) => a - b);
  const places = new Map(times.map((at, place) => [at, place]));
  const series = new Map<string, RawFrame["fields"][number] & { values: Cell[] }>();
  for (const [row, at] of (time.values as readonly number[]).entries()) {
    const labels = Object.fromEntries(texts.map(({ name, values: given }) => [name, String(given[row] ?? "")]));
    const group = JSON.stringify(labels);
    for (const column of values) {
      const key = `${column.name} ${group}`;
      let field = series.get(key);
      if (!field) {
        const metric = values.length === 1 && texts.length === 1 ? labels["metric"] : undefined;
        const named = metric === undefined ? { name: column.name, labels } : { name: metric, labels: {} };
        series.set(key, (field = { ...named, type: "number", values: new Array<Cell>(times.length).fill(null) }));
      }
      field.values[places.get(at)!] = column.values[row] ?? null;
    }
  }
  return { refId, fields: [{ name: "time", type: "time", values: times }, ...series.values()] };
}
