import { GpuState } from "../identity/gpu-state.ts";
import { sliceUuid } from "../identity/uuid.ts";
import type { GpuRow, SeenXid } from "../parse/result.ts";
import { blankResult, type ScrapeResult } from "../scrape/scrape.ts";
import { rowOf } from "../testing/rows.ts";
import { planBatch, type KnownGpus, type Plan } from "./plan.ts";
import { cellsOf } from "./sample.ts";
import { SAMPLE } from "./table.ts";

const A = "http://a:1/metrics";
const B = "http://b:1/metrics";
const KEYS: Record<string, number> = { [A]: 1, [B]: 2 };

/** The registry's answers, from memory: every GPU asked for exists. */
class Memory implements KnownGpus {
  readonly states = new Map<string, GpuState>();

  targetKey(url: string): number {
    return KEYS[url] ?? 0;
  }

  gpu(uuid: string): GpuState {
    const state = this.states.get(uuid) ?? new GpuState(this.states.size + 1, uuid, uuid.includes("/"));
    this.states.set(uuid, state);
    return state;
  }

  gpusOf(targetKey: number): GpuState[] {
    return [...this.states.values()].filter((state) => state.targetKey === targetKey);
  }

  seat(): void {
    // `gpusOf` looks itself
  }
}

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});

/** Plans scrapes as one batch. */
const plan = (...scrapes: ScrapeResult[]): Plan =>
  planBatch(
    scrapes.map((scrape) => ({ kind: "scrape", ...scrape })),
    memory,
    9,
  );

const scraped = (url: string, at: number, rows: GpuRow[], xids: SeenXid[] = []): ScrapeResult => ({
  ...blankResult(url, at, at + 10_000, 10_000),
  rows: rows.map((row) => ({ ...row, at })),
  events: xids,
});
const failed = (url: string, at: number): ScrapeResult => ({
  ...blankResult(url, at, at + 10_000, 10_000),
  failure: { reason: "timeout", detail: "no answer" },
});
const gpu = (uuid: string, joules = 0): GpuRow =>
  rowOf({ uuid, readings: { energy_total_joules: joules, power_watts: 100 } });
const xid = (uuid: string, code: number): SeenXid => ({ uuid, kind: "XID", code, text: "text" });
const told = ({ events }: Plan): string[] =>
  events.map(({ at, gpuKey, kind, code }) => `${at} ${gpuKey} ${kind} ${code}`);
const column = ({ samples }: Plan, name: string): unknown[] => {
  const index = SAMPLE.columns.findIndex((one) => one.name === name);
  return samples.map((sample) => cellsOf(sample)[index]);
};

describe("samples", () => {
  it("cover the whole of a long interval, though the next is short", () => {
    const every = (seconds: number, at: number): ScrapeResult => ({
      ...scraped(A, at, [gpu("GPU-1", at / 10)]),
      dueUntil: at + seconds * 1_000,
      intervalMs: seconds * 1_000,
    });
    const done = plan(every(60, 60_000), every(10, 120_000), every(10, 130_000), every(10, 190_000));
    expect(column(done, "covered_seconds")).toEqual([0, 60, 10, 0]);
  });

  it("add to the one before, also within a batch", () => {
    const done = plan(
      scraped(A, 10_000, [gpu("GPU-1", 0)]),
      scraped(A, 20_000, [gpu("GPU-1", 1_000)]),
      scraped(A, 30_000, [gpu("GPU-1", 2_500)]),
    );
    expect(column(done, "covered_seconds")).toEqual([0, 10, 10]);
    expect(column(done, "energy_joules")).toEqual([null, 1_000, 1_500]);
    expect(column(done, "covers_until")).toEqual([20_000, 30_000, 40_000]);
    expect(column(plan(scraped(A, 40_000, [gpu("GPU-1", 4_000)])), "energy_joules")).toEqual([1_500]);
  });

  it("sent again add nothing, and tell nothing twice", () => {
    const scrapes = [
      scraped(A, 10_000, [gpu("GPU-1", 0)], [xid("GPU-1", 31)]),
      scraped(A, 20_000, [gpu("GPU-1", 1_000)]),
    ];
    plan(...scrapes);
    const again = plan(...scrapes);
    expect([column(again, "covered_seconds"), column(again, "energy_joules")]).toEqual([
      [0, 0],
      [null, null],
    ]);
    expect([told(again), again.seats, again.changed, again.seen]).toEqual([[], [], [], []]);
    expect(column(plan(scraped(A, 30_000, [gpu("GPU-1", 1_500)])), "energy_joules")).toEqual([500]);
  });

  it("sent again after their GPU has moved stay where it was then, and are no conflict", () => {
    const scrapes = [
      scraped(A, 10_000, [gpu("GPU-1", 0), gpu("GPU-2", 0)]),
      scraped(B, 15_000, [gpu("GPU-1", 0)]), // refused: a conflict
      scraped(A, 20_000, [gpu("GPU-2", 0)]),
      scraped(B, 25_000, [gpu("GPU-1", 0)]),
    ];
    const [first, again] = [plan(...scrapes), plan(...scrapes)];
    for (const one of [first, again]) expect(column(one, "time")).toEqual([10_000, 10_000, 20_000, 25_000]);
    expect(first.conflicts).toMatchObject([{ at: 15_000, keptTargetKey: 1, refusedTargetKey: 2 }]);
    expect([again.conflicts, told(again)]).toEqual([[], []]);
  });

  it("sent again after their GPU has left don't bring it to where it was refused", () => {
    const clash = scraped(B, 15_000, [gpu("GPU-1", 0)]);
    plan(scraped(A, 10_000, [gpu("GPU-1", 0), gpu("GPU-2", 0)]), clash, scraped(A, 20_000, [gpu("GPU-2", 0)]));
    const again = plan(clash);
    expect([again.samples, again.seats, told(again)]).toEqual([[], [], []]);
  });

  it("that come in parts tell the counter's energy and every event, whichever part has them", () => {
    const part = (at: number, readings: Record<string, number>): ScrapeResult => ({
      ...scraped(A, at, [rowOf({ uuid: "GPU-1", readings })]),
      isPartial: true,
    });
    const parts = [10_000, 20_000, 30_000].flatMap((at) => [
      part(at, { power_watts: 100 }),
      part(at, { energy_total_joules: at / 10, clock_event_reasons: at === 20_000 ? 8 : 0 }),
    ]);
    // One after the other, as they come.
    const plans = parts.map((one) => plan(one));
    expect(plans.map(({ additions }) => additions[0]?.energyJoules)).toEqual([NaN, NaN, NaN, 1_000, NaN, 1_000]);
    expect(plans.flatMap(told)).toEqual(["10000 1 APPEARED 0", "20000 1 THROTTLED 8"]);
  });

  it("cover at most 5 minutes, however seldom the target is due", () => {
    const seldom = { ...scraped(A, 10_000, [gpu("GPU-1")]), dueUntil: 10_000 + 900_000, intervalMs: 900_000 };
    expect(column(plan(seldom), "covers_until")).toEqual([310_000]);
  });

  it("of a GPU that is alive on another target aren't kept, and tell of a conflict", () => {
    plan(scraped(A, 10_000, [gpu("GPU-1", 0)]));
    const clash = plan(scraped(B, 15_000, [gpu("GPU-1", 900_000)], [xid("GPU-1", 79)]));
    expect([clash.samples, clash.conflictCount, told(clash)]).toEqual([[], 1, []]);
    expect(clash.conflicts).toEqual([{ at: 15_000, gpuKey: 1, uuid: "GPU-1", keptTargetKey: 1, refusedTargetKey: 2 }]);
    expect(clash.scrapes[0]?.[11]).toBe('{"conflict":1}');
  });

  it("of a GPU that has moved are kept once its old place answers without it", () => {
    plan(scraped(A, 10_000, [gpu("GPU-1", 0), gpu("GPU-2")]));
    plan(scraped(A, 20_000, [gpu("GPU-2")]));
    const moved = plan(scraped(B, 25_000, [gpu("GPU-1", 0)]));
    expect([moved.samples.length, moved.conflicts]).toEqual([1, []]);
    expect(moved.seats).toEqual([{ gpuKey: 1, since: 25_000, targetKey: 2 }]);
  });

  it("of a GPU whose old place is silent are kept after a minute, not before", () => {
    plan(scraped(A, 10_000, [gpu("GPU-1", 0)]), failed(A, 20_000));
    expect(plan(scraped(B, 69_999, [gpu("GPU-1", 0)])).samples).toEqual([]);
    const moved = plan(scraped(B, 70_000, [gpu("GPU-1", 0)]));
    expect(moved.seats).toEqual([{ gpuKey: 1, since: 70_000, targetKey: 2 }]);
    // Now it is the old place that comes too late.
    expect(plan(scraped(A, 80_000, [gpu("GPU-1", 0)])).conflicts).toMatchObject([
      { keptTargetKey: 2, refusedTargetKey: 1 },
    ]);
  });

  it("of a GPU whose old place is scraped seldom are kept once it has missed three scrapes, or five minutes", () => {
    const every = (ms: number): ScrapeResult => ({ ...scraped(A, 0, [gpu("GPU-1")]), dueUntil: ms, intervalMs: ms });
    plan(every(30_000));
    expect(plan(scraped(B, 89_999, [gpu("GPU-1")])).conflictCount).toBe(1);
    expect(plan(scraped(B, 90_000, [gpu("GPU-1")])).conflictCount).toBe(0);
    memory = new Memory();
    plan(every(240_000));
    expect(plan(scraped(B, 299_999, [gpu("GPU-1")])).conflictCount).toBe(1);
    expect(plan(scraped(B, 300_000, [gpu("GPU-1")])).conflictCount).toBe(0);
  });

  it("of slices go with their GPU, also of slices that its own place doesn't know", () => {
    const slice = (migId: string): GpuRow =>
      rowOf({ uuid: "GPU-1", migId, migProfile: "1g.10gb", readings: { gr_active_ratio: 1 } });
    plan(scraped(A, 10_000, [gpu("GPU-1"), slice("7")]));
    const clash = plan(scraped(B, 15_000, [gpu("GPU-1"), slice("7"), slice("8")]));
    expect([clash.samples, clash.conflictCount, clash.conflicts.length]).toEqual([[], 3, 1]);
    plan(scraped(A, 20_000, []));
    expect(plan(scraped(B, 25_000, [slice("7"), gpu("GPU-1"), slice("8")])).samples).toHaveLength(3);
  });
});

describe("scrapes", () => {
  it("that failed are rows too, and say nothing of their GPUs", () => {
    plan(scraped(A, 10_000, [gpu("GPU-1")]));
    const done = plan(failed(A, 20_000));
    expect(done.scrapes).toEqual([[20_000, 1, 9, 30_000, false, "timeout", "no answer", 0, 0, 0, 0, null, null]]);
    expect([done.samples, told(done)]).toEqual([[], []]);
    expect(memory.gpu("GPU-1").isPresent).toBe(true);
  });

  it("span the time of the batch", () => {
    expect(plan(failed(B, 30_000), failed(A, 10_000)).span).toEqual({ from: 10_000, to: 30_000 });
    expect(planBatch([], memory, 9).span).toBeUndefined();
  });
});

describe("events", () => {
  it("tell a GPU's coming, its loss while the host answers, and its return, once each", () => {
    expect(told(plan(scraped(A, 1, [gpu("GPU-1"), gpu("GPU-2")])))).toEqual(["1 1 APPEARED 0", "1 2 APPEARED 0"]);
    expect(told(plan(scraped(A, 2, [gpu("GPU-2")])))).toEqual(["2 1 DISAPPEARED 0"]);
    expect(told(plan(scraped(A, 3, [gpu("GPU-2")]), failed(A, 4)))).toEqual([]);
    expect(told(plan(scraped(A, 5, [gpu("GPU-1"), gpu("GPU-2")])))).toEqual(["5 1 APPEARED 0"]);
  });

  it("tell an XID once while it is shown, and again after it was gone", () => {
    const rows = [gpu("GPU-1")];
    plan(scraped(A, 1, rows));
    expect(told(plan(scraped(A, 2, rows, [xid("GPU-1", 31)])))).toEqual(["2 1 XID 31"]);
    expect(told(plan(scraped(A, 3, rows, [xid("GPU-1", 31)])))).toEqual([]);
    expect(told(plan(scraped(A, 4, rows, [xid("GPU-1", 45)])))).toEqual(["4 1 XID 45"]);
    expect(told(plan(scraped(A, 5, rows)))).toEqual([]);
    expect(told(plan(scraped(A, 6, rows, [xid("GPU-1", 45)])))).toEqual(["6 1 XID 45"]);
  });

  it("tell an XID that comes again while the gauge sticks to it, where the exporter counts", () => {
    const rows = [gpu("GPU-1")];
    const seen = (recent: number): SeenXid[] => [{ ...xid("GPU-1", 31), recent }];
    expect(told(plan(scraped(A, 1, rows, seen(1))))).toEqual(["1 1 APPEARED 0", "1 1 XID 31"]);
    expect(told(plan(scraped(A, 2, rows, seen(1))))).toEqual([]);
    const twice = plan(scraped(A, 3, rows, seen(3)));
    expect(twice.events).toEqual([{ gpuKey: 1, at: 3, kind: "XID", code: 31, detail: "text, 2 times" }]);
    expect(told(plan(scraped(A, 4, rows, seen(1)), scraped(A, 5, rows, seen(0))))).toEqual([]);
    expect(told(plan(scraped(A, 6, rows, seen(1))))).toEqual(["6 1 XID 31"]);
    expect(memory.gpu("GPU-1")).toMatchObject({ xids: [31], xidCounts: { 31: 1 } });
  });

  it("tell an XID of the gauge and of the count once, whichever comes first", () => {
    const rows = [gpu("GPU-1")];
    const counted = { uuid: "GPU-1", kind: "XID" as const, code: 31 };
    plan(scraped(A, 1, rows, [{ ...counted, code: 13, text: "", recent: 1 }]));
    // The gauge shows it before it is counted …
    expect(told(plan(scraped(A, 2, rows, [{ ...counted, text: "text", recent: 0 }])))).toEqual([]);
    expect(told(plan(scraped(A, 3, rows, [{ ...counted, text: "text", recent: 1 }])))).toEqual(["3 1 XID 31"]);
    // … or after.
    expect(told(plan(scraped(A, 4, rows, [{ ...counted, code: 43, text: "", recent: 1 }])))).toEqual(["4 1 XID 43"]);
    expect(told(plan(scraped(A, 5, rows, [{ ...counted, code: 43, text: "text", recent: 1 }])))).toEqual([]);
  });

  it("tell of total counts what is added, and all of them after the exporter began anew", () => {
    const rows = [gpu("GPU-1")];
    const total = (count: number): SeenXid[] => [{ ...xid("GPU-1", 13), text: "", total: count }];
    // What was counted before we came is of before.
    expect(told(plan(scraped(A, 1, rows, total(7))))).toEqual(["1 1 APPEARED 0"]);
    expect(told(plan(scraped(A, 2, rows, total(7))))).toEqual([]);
    expect(told(plan(scraped(A, 3, rows, total(8))))).toEqual(["3 1 XID 13"]);
    expect(plan(scraped(A, 4, rows, total(2))).events).toMatchObject([{ kind: "XID", code: 13, detail: "2 times" }]);
  });

  it("tell the XID of a GPU that shows nothing else, and don't take its silence for recovery", () => {
    plan(scraped(A, 1, [gpu("GPU-1"), gpu("GPU-2")]));
    expect(told(plan(scraped(A, 2, [gpu("GPU-2")], [xid("GPU-1", 79)])))).toEqual(["2 1 XID 79", "2 1 DISAPPEARED 0"]);
    plan(scraped(A, 3, [gpu("GPU-2")]));
    expect(memory.gpu("GPU-1").xids).toEqual([79]);
  });

  it("tell a counter's reset", () => {
    plan(scraped(A, 10_000, [gpu("GPU-1", 5_000)]));
    expect(told(plan(scraped(A, 20_000, [gpu("GPU-1", 100)])))).toEqual(["20000 1 COUNTER_RESET 0"]);
  });

  it("aren't told of MIG slices, which are cut anew all the time", () => {
    const slice = rowOf({ uuid: "GPU-1", migId: "7", migProfile: "1g.10gb", readings: { gr_active_ratio: 1 } });
    plan(scraped(A, 1, [gpu("GPU-1"), slice]));
    const done = plan(scraped(A, 2, [gpu("GPU-1")]));
    expect(told(done)).toEqual([]);
    expect(memory.gpu(sliceUuid("GPU-1", "7"))).toMatchObject({ isPresent: false, migProfile: "1g.10gb" });
  });
});

describe("a GPU's row", () => {
  it("changes at most once a minute if nothing but the time has", () => {
    expect(plan(scraped(A, 100_000, [gpu("GPU-1")])).changed).toMatchObject([{ gpuKey: 1, lastSeenAt: 100_000 }]);
    const soon = plan(scraped(A, 110_000, [gpu("GPU-1")]));
    expect([soon.changed, soon.seen]).toEqual([[], []]);
    const later = plan(scraped(A, 160_000, [gpu("GPU-1")]));
    expect([later.changed, later.seen]).toEqual([[], [{ gpuKey: 1, at: 160_000 }]]);
  });

  it("changes at once with its labels, and keeps a model that isn't shown any more", () => {
    plan(scraped(A, 100_000, [{ ...gpu("GPU-1"), labels: { pod: "a" } }]));
    const done = plan(scraped(A, 110_000, [{ ...gpu("GPU-1"), model: null, labels: { pod: "b" } }]));
    expect(done.changed).toMatchObject([{ model: "NVIDIA L40S", labels: '{"pod":"b"}', lastSeenAt: 110_000 }]);
  });
});
