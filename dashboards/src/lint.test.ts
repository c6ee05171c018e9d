import { lint } from "./lint.ts";
import { DATA_AS_OF } from "./shared.ts";
import { linkTo } from "./fields.ts";
import { rows, series, type DashboardSpec, type TimeSeriesPanel } from "./spec.ts";

const LINE: TimeSeriesPanel = {
  type: "timeseries",
  title: "Power",
  description: "Mean power of the board.",
  unit: "watt",
  width: 12,
  queries: series("select now() as time, 1 as power"),
};
const GOOD: DashboardSpec = {
  uid: "bc-good",
  title: "Good",
  description: "Nothing is wrong with it.",
  from: "now-1h",
  refresh: "1m",
  variables: [],
  rows: [{ panels: [LINE, DATA_AS_OF] }],
};
const faults = (change: Partial<DashboardSpec>): string[] => {
  const spec = { ...GOOD, ...change };
  return lint(spec, [spec]).map((fault) => fault.replace(`${spec.uid}: `, ""));
};
const withLine = (line: Partial<TimeSeriesPanel>): Partial<DashboardSpec> => ({
  rows: [{ panels: [{ ...LINE, ...line }, DATA_AS_OF] }],
});
const GPU = {
  type: "query",
  name: "gpu",
  label: "GPU",
  sql: 'select id as "__text", id as "__value" from chain.gpu',
} as const;

describe("the linter", () => {
  it("has nothing to say of a good dashboard", () => {
    expect(faults({})).toEqual([]);
  });

  it("wants titles, descriptions, units, queries, and series over time", () => {
    expect(faults(withLine({ title: "", description: "Power.", unit: "", queries: [] }))).toEqual([
      'panel "": no title',
      'panel "": no description worth the name',
      'panel "": no unit',
      'panel "": no query',
    ]);
    expect(faults(withLine({ queries: rows("select 1") }))).toEqual(['panel "Power": over time, and no time_series']);
  });

  it("wants thresholds that rise from null, and panels within the grid", () => {
    const thresholds = [
      { value: null, color: "green" },
      { value: 5, color: "orange" },
      { value: 3, color: "red" },
    ];
    expect(faults(withLine({ thresholds }))).toEqual(['panel "Power": thresholds don\'t rise from null']);
    expect(faults(withLine({ width: 25 }))).toEqual(["1 Power goes over the edge"]);
  });

  it("wants a page's freshness, and an address that others can link to", () => {
    expect(faults({ rows: [{ panels: [LINE] }] })).toEqual(["no freshness panel (DATA_AS_OF) in the first row"]);
    expect(faults({ uid: "gpu" })).toEqual(["uid gpu isn't bc-…"]);
  });

  it("wants variables that are declared, used and quoted", () => {
    const used = (sql: string): Partial<DashboardSpec> => ({ ...withLine({ queries: series(sql) }), variables: [GPU] });
    expect(faults(used("select ${gpu:sqlstring}"))).toEqual([]);
    expect(faults(used("select '$gpu'"))).toEqual(['panel "Power", query 1 uses $gpu and not ${gpu:sqlstring}']);
    expect(faults(used("select ${gpu:csv}"))).toEqual([
      'panel "Power", query 1 uses ${gpu:csv} and not ${gpu:sqlstring}',
    ]);
    expect(faults(used("select ${gpu:sqlstring}, ${pool:sqlstring}"))).toEqual([
      'panel "Power", query 1 uses ${pool:sqlstring}, which isn\'t there',
    ]);
    expect(faults({ variables: [GPU] })).toEqual(["nothing uses the variable gpu"]);
  });

  it("wants links that lead to dashboards, with variables that these have", () => {
    expect(faults(withLine({ links: [linkTo("Elsewhere", "bc-nowhere")] }))).toEqual([
      "/d/bc-nowhere?${__url_time_range} leads nowhere",
    ]);
    expect(faults(withLine({ links: [linkTo("Here", "bc-good", { gpu: "1" })] }))).toEqual([
      "/d/bc-good?${__url_time_range}&var-gpu=1: bc-good has no variable gpu",
    ]);
  });
});
