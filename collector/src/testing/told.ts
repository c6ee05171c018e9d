import fc from "fast-check";
import { columnIndex } from "../metrics.ts";
import type { CollectorRecord } from "../records.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import { blankResult, withFailure, type ScrapeResult } from "../scrape/scrape.ts";
import { rowOf } from "./rows.ts";

/** One scrape of a made-up past. */
export interface Told {
  target: number;
  /** seconds after the one before */
  gap: number;
  how: "good" | "failed" | "refused" | "parts" | "late";
  /** by GPU: whether it is shown */
  shown: readonly boolean[];
  /** a MIG slice of the first GPU is shown */
  hasSlice: boolean;
  label: string;
  power: number | null;
  /** what the counter has gone on, or null for no reading */
  energy: number | null;
  isReset: boolean;
  reasons: number;
  errors: number;
  xid: number | null;
  /** XIDs since the exporter's start, where it counts */
  total: number | null;
}

const often = <T>(one: T, other: T): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(one) }, { weight: 1, arbitrary: fc.constant(other) });

/** A past of two targets and three GPUs: what a collector may see of them. */
export const told: fc.Arbitrary<Told> = fc.record({
  target: fc.nat(1),
  gap: fc.constantFrom(5, 5, 5, 5, 5, 10, 40, 200, 400),
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant("good" as const) },
    { weight: 2, arbitrary: fc.constantFrom("failed" as const, "refused" as const, "parts" as const, "late" as const) },
  ),
  shown: fc.tuple(often(true, false), often(true, false), fc.boolean()),
  hasSlice: fc.boolean(),
  label: often("a", "b"),
  power: fc.option(fc.constantFrom(100, 200, 300), { freq: 4 }),
  energy: fc.option(fc.nat(1_000), { freq: 2 }),
  isReset: often(false, true),
  reasons: fc.constantFrom(0, 8, 64),
  errors: fc.nat(2),
  xid: fc.option(fc.constantFrom(31, 79), { freq: 1 }),
  total: fc.option(fc.nat(3), { freq: 2 }),
});

const IN_FIRST = new Set(["clock_event_reasons", "ecc_dbe_total", "gpu_temp_celsius"].map(columnIndex));
const INTERVAL_MS = 10_000;

/** The records of a past; `name` sets it apart from others in the same tables. */
export function recordsOf(past: readonly Told[], name: string, startMs: number): CollectorRecord[] {
  let at = startMs;
  const counters = new Map<string, number>();
  return past.flatMap((one, index) => {
    at += one.gap * 1_000;
    // Milliseconds of its own: no two scrapes are of the same time.
    const time = (one.how === "late" ? at - 25_000 : at) + (index % 500);
    return scrapesOf(one, name, time, counters).map((scrape) => ({ kind: "scrape" as const, ...scrape }));
  });
}

function scrapesOf(one: Told, name: string, at: number, counters: Map<string, number>): ScrapeResult[] {
  const blank = blankResult(`http://${name}${one.target}/metrics`, at, at + INTERVAL_MS, INTERVAL_MS);
  if (one.how === "failed") return [withFailure(blank, new ScrapeFailure("timeout", "no answer"))];
  const uuids = one.shown.flatMap((isShown, gpu) => (isShown ? [`GPU-${name}${gpu}`] : []));
  const rows = uuids.flatMap((uuid, place) => {
    const row = { at, uuid, labels: { hostname: one.label }, readings: readingsOf(one, uuid, counters) };
    const slice = rowOf({ ...row, migId: "1", migProfile: "1g.5gb", readings: { gr_active_ratio: 0.5 } });
    return place === 0 && one.hasSlice ? [rowOf(row), slice] : [rowOf(row)];
  });
  const text = one.how === "refused" ? "\0" : "text";
  const [uuid] = uuids;
  const xid = one.xid === null || uuid === undefined ? [] : [{ uuid, kind: "XID" as const, code: one.xid, text }];
  const events = xid.map((event) => (one.total === null ? event : { ...event, total: one.total }));
  if (one.how !== "parts") return [{ ...blank, rows, events }];
  // As remote write brings them: each part has some of the readings. What events are told from comes first, as a collector
  // that starts between the two doesn't read it of before.
  const part = (other: 0 | 1): ScrapeResult["rows"] =>
    rows.map((row) => ({
      ...row,
      values: row.values.map((value, place) => (IN_FIRST.has(place) === (other === 0) ? value : NaN)),
    }));
  return [
    { ...blank, isPartial: true, rows: part(0), events: [] },
    { ...blank, isPartial: true, rows: part(1), events },
  ];
}

function readingsOf(one: Told, uuid: string, counters: Map<string, number>): Record<string, number> {
  const counter = (one.isReset ? 0 : (counters.get(uuid) ?? 5_000)) + (one.energy ?? 0);
  counters.set(uuid, counter);
  return {
    gpu_temp_celsius: 50,
    ...(one.power === null ? {} : { power_watts: one.power }),
    ...(one.energy === null ? {} : { energy_total_joules: counter }),
    clock_event_reasons: one.reasons,
    ecc_dbe_total: one.errors,
  };
}
