import type { Panel, TableData } from "../../model.ts";
import { setColorTheme } from "./colors.ts";
import { displayOf } from "./display.ts";
import { framesOf } from "./fields.ts";
import { reduce } from "./reduce.ts";

const panel = (fieldConfig: Partial<NonNullable<Panel["fieldConfig"]>> = {}): Panel => ({
  id: 1,
  type: "timeseries",
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  fieldConfig: { defaults: {}, overrides: [], ...fieldConfig },
});
const LONG: TableData = {
  refId: "A",
  format: "time_series",
  columns: [
    { name: "time", type: "time", values: [10, 10, 20, 30] },
    { name: "metric", type: "string", values: ["a", "b", "a", "b"] },
    { name: "watts", type: "number", values: [1, 2, 3, null] },
  ],
};

describe("rows of a time_series query", () => {
  it("become a series for each metric; what a series lacks is a gap", () => {
    const [frame] = framesOf(panel(), [LONG]);
    expect(frame?.fields.map(({ title, values }) => [title, values])).toEqual([
      ["time", [10, 20, 30]],
      ["a", [1, 3, null]],
      ["b", [2, null, null]],
    ]);
  });

  it("keep columns apart by name where there are several", () => {
    const columns = [...LONG.columns, { name: "volts", type: "number" as const, values: [5, 6, 7, 8] }];
    const [frame] = framesOf(panel(), [{ ...LONG, columns }]);
    expect(frame?.fields.map(({ title }) => title)).toEqual(["time", "watts a", "volts a", "watts b", "volts b"]);
  });

  it("need a time", () => {
    expect(() => framesOf(panel(), [{ ...LONG, columns: LONG.columns.slice(1) }])).toThrow('no column "time"');
  });
});

describe("a field's config", () => {
  it("is the panel's, with what overrides say of its name", () => {
    const overrides = [
      {
        matcher: { id: "byName", options: "b" },
        properties: [
          { id: "unit", value: "watt" },
          { id: "custom.lineWidth", value: 4 },
        ],
      },
      { matcher: { id: "byRegexp", options: "/^[ab]$/" }, properties: [{ id: "displayName", value: "one" }] },
    ];
    const [frame] = framesOf(panel({ defaults: { unit: "celsius", custom: { lineWidth: 1 } }, overrides }), [LONG]);
    const [, a, b] = frame?.fields ?? [];
    expect([a?.config.unit, a?.title, a?.config.custom]).toEqual(["celsius", "one", { lineWidth: 1 }]);
    expect([b?.config.unit, b?.title, b?.config.custom]).toEqual(["watt", "one", { lineWidth: 4 }]);
  });

  it("decides text and color of a value: mapping, threshold, unit, and a word where there is none", () => {
    setColorTheme("dark");
    const defaults = {
      unit: "percentunit",
      noValue: "not rented",
      thresholds: {
        steps: [
          { value: null, color: "green" },
          { value: 0.8, color: "red" },
        ],
      },
      mappings: [
        { type: "value" as const, options: { "0": { text: "idle", color: "blue" } } },
        { type: "range" as const, options: { from: 2, to: null, result: { text: "broken" } } },
      ],
    };
    const [frame] = framesOf(panel({ defaults }), [LONG]);
    const shown = displayOf(frame!.fields[1]!);
    expect([0.5, 0.8, 0, 3, null].map((value) => [shown(value).text, shown(value).color])).toEqual([
      ["50%", "#73BF69"],
      ["80%", "#F2495C"],
      ["idle", "#5794F2"],
      ["broken", "#F2495C"],
      ["not rented", "#ccccdc"],
    ]);
  });
});

describe("reductions", () => {
  it.each([
    ["lastNotNull", 4],
    ["mean", 3],
    ["min", 1],
    ["max", 4],
    ["sum", 9],
    ["count", 4],
    ["first", 1],
    ["delta", 3],
    ["diff", 3],
    ["range", 3],
    ["median", 4],
  ])("%s", (calc, expected) => expect(reduce(calc, [1, 4, null, 4])).toBe(expected));

  it("have nothing to say of nothing", () => expect(reduce("mean", [null])).toBeNull());

  it("that aren't known are told", () => expect(() => reduce("p99", [1])).toThrow('"p99" is not drawn'));
});
