import type { Field, Frame } from "../data/fields.ts";
import { formatterOf } from "../format/units.ts";
import { axisLabels, plotOf, valueNear } from "./plot.ts";
import { niceTicks, timeLabel, timeTicks } from "./ticks.ts";
import { spansOf } from "./timeline.ts";

const field = (title: string, values: (number | null)[], custom: Record<string, unknown> = {}): Field => ({
  name: title,
  title,
  type: "number",
  values,
  labels: {},
  index: 0,
  config: { custom },
});
const frame = (times: number[], ...fields: Field[]): Frame => ({
  refId: "A",
  length: times.length,
  fields: [{ ...field("time", times), type: "time" }, ...fields],
});
const STACK = { stacking: { mode: "normal", group: "A" } };

describe("a plot", () => {
  it("puts queries on one axis of times, and knows a gap from a time of another query", () => {
    const { times, series } = plotOf([frame([1, 3], field("a", [5, null])), frame([2, 3], field("b", [6, 7]))]);
    expect(times).toEqual([1, 2, 3]);
    expect(series.map(({ drawn }) => drawn)).toEqual([
      [5, undefined, null],
      [undefined, 6, 7],
    ]);
    expect(valueNear(series[0]!.raw, 1)).toBe(5);
  });

  it("stacks, and leaves out what the reader has hidden", () => {
    const frames = [
      frame([1, 2], field("a", [1, 2], STACK), field("b", [10, null], STACK), field("c", [100, 100], STACK)),
    ];
    const all = plotOf(frames).series;
    expect(all.map(({ drawn }) => drawn)).toEqual([
      [1, 2],
      [11, null],
      [111, 102],
    ]);
    expect(all.map(({ below }) => below)).toEqual([undefined, 0, 1]);
    expect(plotOf(frames, new Set(["a"])).series.map(({ drawn }) => drawn)).toEqual([
      [10, null],
      [110, 100],
    ]);
  });

  it("stacks to shares, and mirrors below zero", () => {
    const percent = { stacking: { mode: "percent", group: "A" } };
    const shares = plotOf([frame([1], field("a", [1], percent), field("b", [3], percent))]).series;
    expect(shares.map(({ drawn }) => drawn)).toEqual([[0.25], [1]]);
    const [mirrored] = plotOf([frame([1], field("minted", [4], { transform: "negative-Y" }))]).series;
    expect([mirrored?.drawn, mirrored?.raw]).toEqual([[-4], [4]]);
  });

  it("leaves out fields that are hidden", () => {
    expect(plotOf([frame([1], field("a", [1], { hideFrom: { viz: true } }))]).series).toEqual([]);
  });
});

describe("axes", () => {
  it("say their values exactly, with no more decimals than that takes", () => {
    const plain = (value: number, decimals: number): string => value.toFixed(decimals);
    expect(axisLabels([0, 0.25, 0.5], plain)).toEqual(["0.00", "0.25", "0.50"]);
    expect(axisLabels([0, 0.1 + 0.2, 0.6], plain)).toEqual(["0.0", "0.3", "0.6"]);
    expect(axisLabels([0, 100], plain)).toEqual(["0", "100"]);
    expect(axisLabels([0, 0.0125], plain)).toEqual(["0.0000", "0.0125"]);
    expect(axisLabels([0, 1 / 3], plain)).toEqual(["0.0", "0.3"]);
    const hertz = (value: number, decimals: number): string => formatterOf("hertz")!(value, decimals);
    expect(axisLabels([0, 5e8, 1e9, 1.5e9], hertz)).toEqual(["0 Hz", "500 MHz", "1.0 GHz", "1.5 GHz"]);
  });

  it("have round numbers around the data", () => expect(niceTicks(0, 93, 5)).toEqual([0, 20, 40, 60, 80, 100]));

  it("have times at round distances, and the date where a day begins", () => {
    const from = Date.parse("2026-11-22T20:00:00Z");
    const { ticks, step } = timeTicks(from, from + 12 * 3_600e3, 3);
    expect(ticks.map((at) => timeLabel(at, step))).toEqual(["20:00", "11/23", "04:00", "08:00"]);
  });
});

describe("spans of states", () => {
  it("last until the next value; equal neighbors are one, and no value is a gap", () => {
    expect(spansOf([0, 10, 20, 30, 40], [1, 1, null, 2, 1], 50, true)).toEqual([
      { from: 0, to: 20, value: 1 },
      { from: 30, to: 40, value: 2 },
      { from: 40, to: 50, value: 1 },
    ]);
    expect(spansOf([0, 10], [1, 1], 20, false)).toHaveLength(2);
  });
});
