import { jest } from "@jest/globals";
import fc from "fast-check";
import { forget } from "../history/forget.ts";
import { bucketStart, MINUTE_MS, SECOND_MS } from "#kernel/time.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createInstruments } from "../instruments.ts";
import type { CollectorRecord } from "../records.ts";
import { blankResult } from "../scrape/scrape.ts";
import { openTelemetryDatabase, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { rowOf } from "../testing/rows.ts";
import { BatchWriter } from "./batch-writer.ts";
import { publish, refresh, registerCollector } from "./watermark.ts";

jest.setTimeout(120_000);

/** Histories to try; `STATE_RUNS=500` for a long search. */
const RUNS = Number(process.env["STATE_RUNS"] ?? 8);
const MINUTES = 32;
const COLLECTORS = ["one", "two"];
const TARGETS = ["http://a/metrics", "http://b/metrics"];
const GPUS = ["GPU-1", "GPU-2", "GPU-3"];
const zero = bucketStart(Date.now(), MINUTE_MS) - 180 * MINUTE_MS;

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
});
afterAll(() => database.close());

/** How one collector watches one target, in seconds since `zero`. */
interface Watch {
  collector: number;
  target: number;
  /** it is on the list from the one to the other */
  from: number;
  to: number;
  intervalSeconds: number;
  /** of each scrape in turn, again and again: the GPUs (bits) that it shows, or null where it fails */
  answers: readonly (number | null)[];
}

interface History {
  watches: readonly Watch[];
  /** by collector: minutes without a heartbeat */
  silent: readonly (readonly number[])[];
  /** by collector: seconds up to which it has drained */
  drained: readonly number[];
  /** up to which minute the aggregates are made */
  materialized: number;
}

const watch: fc.Arbitrary<Watch> = fc
  .record({
    collector: fc.nat(1),
    target: fc.nat(1),
    from: fc.nat(600),
    length: fc.integer({ min: 60, max: MINUTES * 60 }),
    intervalSeconds: fc.constantFrom(7, 10, 30, 60, 90, 240, 300),
    answers: fc.array(fc.option(fc.nat(7), { freq: 3 }), { minLength: 1, maxLength: 12 }),
  })
  .map(({ from, length, ...rest }) => ({ ...rest, from, to: Math.min(from + length, MINUTES * 60) }));
const history: fc.Arbitrary<History> = fc.record({
  watches: fc.array(watch, { minLength: 1, maxLength: 4 }),
  silent: fc.tuple(fc.array(fc.nat(MINUTES), { maxLength: 6 }), fc.array(fc.nat(MINUTES), { maxLength: 6 })),
  drained: fc.tuple(fc.integer({ min: 300, max: MINUTES * 60 }), fc.integer({ min: 300, max: MINUTES * 60 })),
  materialized: fc.nat(MINUTES),
});

/** The second GPU moves to a target of another collector and back, and then is lost: that is its first target's to tell. */
const THERE_AND_BACK: History = {
  watches: [0, 1].map((place) => ({
    ...{ collector: place, target: place, from: 0, to: place === 0 ? MINUTES * 60 : 18 * 60, intervalSeconds: 30 },
    answers: Array.from({ length: 64 }, (_, index) => (index < 56 ? 7 : 1)),
  })),
  silent: [[], []],
  drained: [MINUTES * 60, MINUTES * 60],
  materialized: 0,
};

interface Scraped {
  collector: number;
  target: number;
  at: number;
  dueUntil: number;
  intervalMs: number;
  gpus: readonly string[] | null;
}

/**
 * Where a GPU is: the first on target a, the third on b. The second moves: on a, then on b, then on a again, unseen in
 * between for longer than a sample speaks for it.
 */
function isAt(gpu: number, target: number, second: number): boolean {
  if (gpu !== 1) return gpu === 2 * target;
  const minute = second / 60;
  return target === 0 ? minute < 6 || minute >= 24 : minute >= 12 && minute < 18;
}

/** The scrapes of a history in the order of their times; no two are at the same time. */
function scrapesOf({ watches }: History): Scraped[] {
  const scraped = watches.flatMap(({ collector, target, from, to, intervalSeconds, answers }, place) =>
    Array.from({ length: Math.max(0, Math.ceil((to - from) / intervalSeconds)) }, (_, index): Scraped => {
      const second = from + index * intervalSeconds;
      const at = zero + second * SECOND_MS + place;
      const bits = answers[index % answers.length] ?? null;
      const gpus = bits === null ? null : GPUS.filter((_gpu, gpu) => bits & (1 << gpu) && isAt(gpu, target, second));
      const intervalMs = intervalSeconds * SECOND_MS;
      return { collector, target, at, dueUntil: at + intervalMs, intervalMs, gpus };
    }),
  );
  return scraped.sort((one, other) => one.at - other.at);
}

/**
 * The states by the words of "Minute states", one GPU and minute after the other. Nothing here is taken from the SQL.
 *
 * @returns a letter a minute: Up, Down, ?
 */
function model(
  scraped: readonly Scraped[],
  { silent, drained }: History,
  gpu: string,
  names: readonly number[],
): string {
  const good = scraped.filter(({ gpus }) => gpus?.includes(gpu));
  const watermark = Math.min(...names.map((name) => zero + (drained[name] ?? 0) * SECOND_MS));
  const stateAt = (minute: number): string => {
    const end = minute + MINUTE_MS;
    const isUp = good.some(
      ({ at, dueUntil }) =>
        (at >= minute && at < end) || (at < minute && Math.min(dueUntil, at + 5 * MINUTE_MS) > minute),
    );
    if (isUp) return "U";
    const seat = good.filter(({ at }) => at < end).at(-1)?.target;
    const isWatched = scraped.some(
      ({ target, collector, at, dueUntil }) =>
        target === seat &&
        at < end &&
        (at >= minute || dueUntil > minute) &&
        !(silent[collector] ?? []).includes((minute - zero) / MINUTE_MS),
    );
    return isWatched && end <= watermark ? "D" : "?";
  };
  return Array.from({ length: MINUTES }, (_, number) => stateAt(zero + number * MINUTE_MS)).join("");
}

/** Writes a history as its collectors would, a batch after the other in the order of time. */
async function write(one: History, scraped: readonly Scraped[], names: readonly number[]): Promise<void> {
  const { pool } = database;
  await forget(pool, { uuids: GPUS, urls: TARGETS });
  const nothing = (): number => 0;
  const readings = {
    targetCount: nothing,
    lateScrapes: nothing,
    spoolBytes: nothing,
    spoolRecords: nothing,
    droppedRecords: nothing,
    lagSeconds: nothing,
  };
  const instruments = createInstruments(createRegistry("test"), readings);
  const writers = new Map<number, { key: number; writer: BatchWriter }>();
  for (const name of names) {
    const { key } = await registerCollector(pool, COLLECTORS[name] ?? "", Date.now());
    const writer = new BatchWriter({
      pool,
      logger: silentLogger,
      instruments,
      collectorKey: key,
      labelsOf: () => ({}),
    });
    writers.set(name, { key, writer });
    const beats = Array.from({ length: MINUTES }, (_, number) => number).filter(
      (number) => !one.silent[name]?.includes(number),
    );
    await writer.write(
      beats.map((number) => ({ kind: "heartbeat", minute: zero + number * MINUTE_MS, targetCount: 1, spoolBytes: 0 })),
    );
  }
  for (const batch of batchesOf(scraped))
    await writers.get(batch[0]?.collector ?? 0)?.writer.write(batch.map(recordOf));
  const to = zero + one.materialized * MINUTE_MS;
  if (one.materialized > 0)
    for (const view of ["telemetry.gpu_1m", "telemetry.target_1m"])
      await refresh(pool, view, { from: zero - 10 * MINUTE_MS, to });
  for (const [name, { key }] of writers) {
    const state = { collectorKey: key, nowMs: Date.now(), spoolBytes: 0, droppedRecords: 0 };
    await publish(pool, { ...state, sampledThrough: zero + (one.drained[name] ?? 0) * SECOND_MS });
  }
}

/** Runs of scrapes of the same collector. */
function batchesOf(scraped: readonly Scraped[]): Scraped[][] {
  const batches: Scraped[][] = [];
  for (const one of scraped) {
    const last = batches.at(-1);
    if (last && last[0]?.collector === one.collector) last.push(one);
    else batches.push([one]);
  }
  return batches;
}

function recordOf({ target, at, dueUntil, intervalMs, gpus }: Scraped): CollectorRecord {
  const blank = { kind: "scrape" as const, ...blankResult(TARGETS[target] ?? "", at, dueUntil, intervalMs) };
  if (gpus === null) return { ...blank, failure: { reason: "timeout", detail: "" } };
  return { ...blank, rows: gpus.map((uuid) => rowOf({ uuid, at })) };
}

/** What two collectors see of a target at once is written once, see `Turns`. */
async function keptOf(scraped: readonly Scraped[]): Promise<Scraped[]> {
  const rows = await database.rows<{ url: string; time: Date }>(
    "select url, time from telemetry.scrape join telemetry.target using (target_key)",
  );
  const kept = new Set(rows.map(({ url, time }) => `${url} ${time.getTime()}`));
  return scraped.filter(({ target, at }) => kept.has(`${TARGETS[target]} ${at}`));
}

it("minute states are those of the definition, in any history of collectors, targets and GPUs", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (one) => {
      const scraped = scrapesOf(one);
      const names = [...new Set(one.watches.map(({ collector }) => collector))];
      await write(one, scraped, names);
      const rows = await database.rows<{ uuid: string; states: string }>(
        `select uuid, string_agg(case state when 'UP' then 'U' when 'DOWN' then 'D' else '?' end, '' order by minute) as states
         from telemetry.gpu_minutes($1, $2) join telemetry.gpu using (gpu_key) group by 1 order by 1`,
        [new Date(zero), new Date(zero + MINUTES * MINUTE_MS)],
      );
      const span = [new Date(zero + 1), new Date(zero + MINUTES * MINUTE_MS - 1)];
      const uptime = await database.rows(
        `select up_minutes as "U", down_minutes as "D", unknown_minutes as "?"
         from telemetry.gpu_uptime($1, $2) join telemetry.gpu using (gpu_key) order by uuid`,
        span,
      );
      const count = (states: string, letter: string): number => states.slice(1).split(letter).length - 1;
      expect(uptime).toEqual(
        rows.map(({ states }) => ({ U: count(states, "U"), D: count(states, "D"), "?": count(states, "?") })),
      );
      const kept = await keptOf(scraped);
      const known = GPUS.filter((gpu) => scraped.some(({ gpus }) => gpus?.includes(gpu)));
      expect(rows).toEqual(known.map((uuid) => ({ uuid, states: model(kept, one, uuid, names) })));
    }),
    { numRuns: RUNS, examples: [[THERE_AND_BACK]] },
  );
});
