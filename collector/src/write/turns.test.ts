import { jest } from "@jest/globals";
import fc from "fast-check";
import type { CollectorRecord } from "../records.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import { blankResult, withFailure } from "../scrape/scrape.ts";
import { openTelemetryDatabase, openWriter, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { rowOf } from "../testing/rows.ts";
import type { BatchWriter } from "./batch-writer.ts";

jest.setTimeout(120_000);
const START = Date.parse("2026-11-20T10:00:00Z");
const INTERVAL_MS = 10_000;
/** Histories to try; `TURN_RUNS=200` for a long search. */
const RUNS = Number(process.env["TURN_RUNS"] ?? 5);
let database: TelemetryDatabase;
let writers: BatchWriter[];
let keys: number[];
let count = 0;

beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
  const opened = [await openWriter(database.pool, "one"), await openWriter(database.pool, "other")];
  writers = opened.map(({ writer }) => writer);
  keys = opened.map(({ collectorKey }) => collectorKey);
});
afterAll(() => database.close());

/** What a collector saw of a target at a tick. */
interface Seen {
  tick: number;
  isUp: boolean;
  /** what it read of the energy counter, a little off what the other read */
  joules: number;
}

const scrapeOf = (
  uuid: string,
  { tick, isUp, joules }: Seen,
  more: { xid?: number; at?: number } = {},
): CollectorRecord => {
  const at = more.at ?? START + tick * INTERVAL_MS;
  const due = START + (tick + 1) * INTERVAL_MS;
  const scrape = blankResult(`http://${uuid}:1/metrics`, at, due, INTERVAL_MS);
  if (!isUp) return { kind: "scrape", ...withFailure(scrape, new ScrapeFailure("timeout", "no answer")) };
  const events = more.xid === undefined ? [] : [{ kind: "xid" as const, at, uuid, code: more.xid, text: "" }];
  const rows = [rowOf({ at, uuid, readings: { energy_total_joules: joules, power_watts: 100 } })];
  return { kind: "scrape", ...scrape, rows, events: events as never };
};

const write = (writer: number, records: CollectorRecord[]): Promise<unknown> =>
  writers[writer]?.write(records) ?? Promise.reject(new Error("no such writer"));

/** What the tables hold of a GPU. */
async function held(uuid: string) {
  const [samples] = await database.rows<{ times: Date[]; covered: number; energy: number; counter: number }>(
    `select array_agg(time order by time) as times, sum(covered_seconds)::float8 as covered,
       coalesce(sum(energy_joules), 0)::float8 as energy,
       ((array_agg(energy_total_joules order by time desc))[1] - (array_agg(energy_total_joules order by time))[1])::float8 as counter
     from telemetry.sample join telemetry.gpu using (gpu_key) where uuid = $1`,
    [uuid],
  );
  const scrapes = await database.rows<{ time: Date; is_up: boolean; collector_key: number }>(
    "select time, is_up, collector_key from telemetry.scrape join telemetry.target using (target_key) where url = $1 order by time",
    [`http://${uuid}:1/metrics`],
  );
  const events = await database.rows<{ kind: string; code: number }>(
    "select kind, code from telemetry.gpu_event join telemetry.gpu using (gpu_key) where uuid = $1 order by time, kind",
    [uuid],
  );
  return { ...samples, scrapes, events };
}

const ticksOf = (times: Date[] | undefined): number[] =>
  (times ?? []).map((time) => (time.getTime() - START) / INTERVAL_MS);

/** The ticks of one collector in batches, of which some come twice. */
const batchesOf = (ticks: readonly Seen[]): fc.Arbitrary<Seen[][]> =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), { minLength: 30, maxLength: 30 }).map((cuts) => {
    const batches: Seen[][] = [];
    let from = 0;
    for (const [size, isTwice] of cuts) {
      const batch = ticks.slice(from, from + size);
      from += size;
      if (batch.length > 0) batches.push(batch, ...(isTwice ? [batch] : []));
    }
    return batches;
  });

const TICKS = 16;
const history = fc
  .array(fc.tuple(fc.boolean(), fc.boolean(), fc.nat(40), fc.nat(40)), { minLength: TICKS, maxLength: TICKS })
  .chain((ticks) => {
    // At every other tick at least one of the two has an answer, so that no gap is longer than what is covered.
    const seen = [0, 1].map((who) =>
      ticks.map((drawn, tick): Seen => {
        const isUp = tick % 2 === who || (drawn[who] as boolean);
        return { tick, isUp: isUp || tick === 0, joules: 1_000 * tick + (drawn[who + 2] as number) };
      }),
    );
    const order = fc.array(fc.constantFrom<(0 | 1 | 2)[]>(0, 1, 2), { minLength: 80, maxLength: 80 });
    return fc.record({
      seen: fc.constant(seen),
      one: batchesOf(seen[0] ?? []),
      other: batchesOf(seen[1] ?? []),
      order,
    });
  });

it("two collectors of a target leave one row a tick, and sums as of one, however their batches meet", async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ seen, one, other, order }) => {
      const uuid = `GPU-${++count}`;
      const queues = [[...one], [...other]];
      const next = async (who: number): Promise<void> => {
        const batch = queues[who]?.shift();
        if (batch)
          await write(
            who,
            batch.map((tick) => scrapeOf(uuid, tick)),
          );
      };
      for (const who of [...order, ...Array<0 | 1>(60).fill(0), ...Array<0 | 1>(60).fill(1)]) {
        if (who === 2) await Promise.all([next(0), next(1)]);
        else await next(who);
      }
      const { times, covered, energy, counter, scrapes } = await held(uuid);
      const good = seen[0]?.filter(({ isUp, tick }) => isUp || seen[1]?.[tick]?.isUp).map(({ tick }) => tick);
      expect(ticksOf(times)).toEqual(good);
      expect(covered).toBeCloseTo((((good?.at(-1) ?? 0) - (good?.[0] ?? 0)) * INTERVAL_MS) / 1_000, 6);
      expect(energy).toBeCloseTo(counter ?? NaN, 6);
      expect(ticksOf(scrapes.map(({ time }) => time))).toEqual(seen[0]?.map(({ tick }) => tick));
      expect(ticksOf(scrapes.filter((scrape) => scrape.is_up).map(({ time }) => time))).toEqual(good);
    }),
    { numRuns: RUNS },
  );
});

it("what both see happens once", async () => {
  const uuid = `GPU-${++count}`;
  const at = (tick: number, xid?: number): CollectorRecord =>
    scrapeOf(uuid, { tick, isUp: true, joules: 1_000 * tick }, xid === undefined ? {} : { xid });
  const gone = (tick: number): CollectorRecord =>
    ({ ...at(tick), rows: [rowOf({ at: START, uuid: `${uuid}-other` })] }) as CollectorRecord;
  await write(0, [at(0), at(1, 31)]);
  await write(1, [at(0), at(1, 31), at(2, 31), gone(3)]);
  await write(0, [at(2, 31), gone(3), gone(4), at(5)]);
  await write(1, [gone(4), at(5), at(6)]);
  expect((await held(uuid)).events).toEqual([
    { kind: "APPEARED", code: 0 },
    { kind: "XID", code: 31 },
    { kind: "DISAPPEARED", code: 0 },
    { kind: "APPEARED", code: 0 },
  ]);
});

it("a scrape out of turn is left out while another's speaks for its time, and kept when it doesn't any more", async () => {
  const uuid = `GPU-${++count}`;
  const seen = { tick: 0, isUp: true, joules: 0 };
  await write(0, [scrapeOf(uuid, seen)]);
  await write(1, [scrapeOf(uuid, seen, { at: START + 9_999 })]);
  await write(1, [scrapeOf(uuid, { ...seen, tick: 3 }, { at: START + 31_000 })]);
  expect(ticksOf((await held(uuid)).times)).toEqual([0, 3.1]);
});

it("what one collector failed to see makes room for what the other saw", async () => {
  const uuid = `GPU-${++count}`;
  await write(0, [scrapeOf(uuid, { tick: 0, isUp: false, joules: 0 })]);
  await write(1, [scrapeOf(uuid, { tick: 0, isUp: true, joules: 0 })]);
  await write(0, [scrapeOf(uuid, { tick: 0, isUp: false, joules: 0 })]);
  const { scrapes } = await held(uuid);
  expect(scrapes).toEqual([{ time: new Date(START), is_up: true, collector_key: keys[1] }]);
});

it("two that were given the same name are two all the same", async () => {
  const uuid = `GPU-${++count}`;
  const { writer: double } = await openWriter(database.pool, "one");
  const at = (tick: number, joules: number): CollectorRecord => scrapeOf(uuid, { tick, isUp: true, joules });
  await write(0, [at(0, 0), at(1, 1_000)]);
  await double.write([at(1, 1_040), at(2, 2_040)]);
  await write(0, [at(2, 2_000), at(3, 3_000)]);
  const { times, covered, energy } = await held(uuid);
  expect([ticksOf(times), covered, energy]).toEqual([[0, 1, 2, 3], 30, 3_000]);
});
