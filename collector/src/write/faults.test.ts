import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import fc from "fast-check";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { bucketStart, HOUR_MS } from "#kernel/time.ts";
import { createInstruments } from "../instruments.ts";
import { encodeRecord, type CollectorRecord } from "../records.ts";
import { ScrapeFailure } from "../parse/limits.ts";
import { blankResult, withFailure } from "../scrape/scrape.ts";
import { openSpool, type Spool } from "../spool/spool.ts";
import { openTelemetryDatabase, openWriter, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { makeFaulty, type Fault, type FaultyPool } from "../testing/faulty-pool.ts";
import { rowOf } from "../testing/rows.ts";
import { recordsOf, told, type Told } from "../testing/told.ts";
import { Writer } from "./writer.ts";

jest.setTimeout(3_600_000);

/** Pasts to try; `FAULT_RUNS=1000` for a long search. */
const RUNS = Number(process.env["FAULT_RUNS"] ?? 6);
const START = bucketStart(Date.now(), HOUR_MS) - 12 * HOUR_MS;

let database: TelemetryDatabase;
let pool: Pool;
let faulty: FaultyPool;
let count = 0;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
  pool = createPool(database.url, { name: "faulty", max: 4 });
  faulty = makeFaulty(pool);
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

const nothing = (): number => 0;
const NO_READINGS = {
  targetCount: nothing,
  lateScrapes: nothing,
  spoolBytes: nothing,
  spoolRecords: nothing,
  droppedRecords: nothing,
  lagSeconds: nothing,
};

/** What happens to a collector. */
type Step =
  | { kind: "take"; records: number }
  | { kind: "drain"; fault: { skip: number; fault: Fault } | null }
  | { kind: "die"; isDraining: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("take" as const), records: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("drain" as const),
      fault: fc.option(fc.record({ skip: fc.nat(30), fault: fc.constantFrom<Fault[]>("before", "after", "cut") }), {
        freq: 3,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die" as const), isDraining: fc.boolean() }) },
);

const steps = fc.array(step, { maxLength: 40, size: "max" });

/** A collector's spool and writer, which die and come back. */
class Collector {
  #dir = "";
  #spool: Spool | undefined;
  #writer: Writer | undefined;
  readonly #name: string;
  readonly #batchRecords: number;

  constructor(name: string, batchRecords: number) {
    this.#name = name;
    this.#batchRecords = batchRecords;
  }

  async open(): Promise<void> {
    if (this.#dir === "") this.#dir = await mkdtemp(join(tmpdir(), "bc-faults-"));
    this.#spool = await openSpool({ dir: this.#dir, logger: silentLogger, segmentBytes: 20_000 });
    this.#writer = new Writer({
      pool: faulty.pool,
      spool: this.#spool,
      name: this.#name,
      logger: silentLogger,
      instruments: createInstruments(createRegistry("test"), NO_READINGS),
      labelsOf: () => ({}),
      seenThrough: Date.now,
      publishEveryMs: 3_600_000,
      batchRecords: this.#batchRecords,
    });
  }

  async take(records: readonly CollectorRecord[]): Promise<void> {
    for (const record of records) void this.#spool?.append(encodeRecord(record), START);
    await this.#spool?.flush();
  }

  async drain(): Promise<void> {
    await this.#writer?.drain().catch(() => undefined);
  }

  async die(isDraining: boolean): Promise<void> {
    const draining = isDraining ? this.drain() : undefined;
    await this.#spool?.close();
    await draining;
    await this.open();
  }

  async end(): Promise<number> {
    // What is told to fail for another may still fail here.
    for (let tries = 0; tries < 50 && (this.#spool?.recordCount ?? 0) > 0; tries++) await this.drain();
    const left = this.#spool?.recordCount ?? 0;
    await this.#spool?.close();
    await rm(this.#dir, { recursive: true });
    return left;
  }
}

/** What the tables hold of a past, without its name and the keys. */
async function held(name: string): Promise<Record<string, unknown[]>> {
  const own = `(select gpu_key, replace(uuid, '${name}', '') as gpu from telemetry.gpu where uuid like 'GPU-${name}%') g`;
  const at = (column: string): string =>
    `(extract(epoch from ${column}) * 1000)::bigint - ${START} as ${column.replace("c.", "")}`;
  const queries = {
    samples: `select gpu, ${at("time")}, ${at("covers_until")}, covered_seconds, energy_joules, util_ratio, power_watts,
      energy_total_joules, clock_event_reasons, ecc_dbe_total from telemetry.sample join ${own} using (gpu_key)`,
    events: `select gpu, ${at("time")}, kind, code, detail from telemetry.gpu_event join ${own} using (gpu_key)`,
    scrapes: `select right(url, 9) as target, ${at("time")}, is_up, reason, gpu_count, rejects from telemetry.scrape
      join telemetry.target using (target_key) where url like 'http://${name}%'`,
    gpus: `select gpu, right(url, 9) as target, is_present, xids, xid_counts, g2.labels, mig_profile from telemetry.gpu g2
      join ${own} using (gpu_key) left join telemetry.target using (target_key)`,
    seats: `select gpu, ${at("since")}, right(url, 9) as target, 1 as one from telemetry.gpu_target join ${own} using (gpu_key)
      join telemetry.target using (target_key)`,
    conflicts: `select gpu, right(k.url, 9) as kept, right(r.url, 9) as refused, ${at("c.last_seen_at")}
      from telemetry.conflict c join ${own} using (gpu_key) join telemetry.target k on k.target_key = kept_target_key
      join telemetry.target r on r.target_key = refused_target_key`,
  };
  const found: Record<string, unknown[]> = {};
  for (const [what, query] of Object.entries(queries))
    found[what] = await database.rows(`${query} order by 1, 2, 3, 4`);
  return found;
}

/** A collector, what it saw, and what happens to it meanwhile. */
interface Life {
  collector: Collector;
  records: readonly CollectorRecord[];
  steps: readonly Step[];
}

/** @returns how many records it leaves in its spool */
async function live({ collector, records, steps }: Life): Promise<number> {
  const waiting = [...records];
  await collector.open();
  for (const one of steps) {
    if (one.kind === "take") await collector.take(waiting.splice(0, one.records));
    else if (one.kind === "die") await collector.die(one.isDraining);
    else {
      if (one.fault) faulty.failAfter(one.fault.skip, one.fault.fault);
      await collector.drain();
      faulty.mend();
    }
  }
  await collector.take(waiting);
  return collector.end();
}

it("what one collector saw is written as if nothing had failed, whatever fails", async () => {
  const past = fc.array(told, { maxLength: 80, size: "max" });
  await fc.assert(
    fc.asyncProperty(past, steps, fc.integer({ min: 1, max: 4 }), async (one: Told[], happens, batchRecords) => {
      const name = `n${++count}x`;
      const collector = new Collector(name, batchRecords);
      expect(await live({ collector, records: recordsOf(one, name, START), steps: happens })).toBe(0);
      const plain = `n${++count}x`;
      const { writer } = await openWriter(database.pool, plain);
      for (const record of recordsOf(one, plain, START)) await writer.write([record]);
      expect(await held(name)).toEqual(await held(plain));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

const TICKS = 24;
/** What a collector read of a target at each tick: the counter, a little off what the other read, or no answer. */
const seen = (who: number): fc.Arbitrary<(number | null)[]> =>
  fc
    .array(fc.tuple(fc.boolean(), fc.nat(40)), { minLength: TICKS, maxLength: TICKS })
    // At every other tick it has an answer, so that no gap is longer than what is covered.
    .map((ticks) =>
      ticks.map(([isUp, off], tick) => (isUp || tick % 2 === who || tick === 0 ? 1_000 * tick + off : null)),
    );

function recordOf(name: string, tick: number, joules: number | null): CollectorRecord {
  const at = START + tick * 10_000;
  const blank = blankResult(`http://${name}0/metrics`, at, at + 10_000, 10_000);
  if (joules === null) return { kind: "scrape", ...withFailure(blank, new ScrapeFailure("timeout", "no answer")) };
  const uuid = `GPU-${name}0`;
  const events = tick < 5 || tick > 9 ? [] : [{ uuid, kind: "XID" as const, code: 31, text: "" }];
  return { kind: "scrape", ...blank, rows: [rowOf({ at, uuid, readings: { energy_total_joules: joules } })], events };
}

it("what two collectors saw of a target is written as one's, whatever fails", async () => {
  await fc.assert(
    fc.asyncProperty(seen(0), seen(1), steps, steps, async (one, other, ofOne, ofOther) => {
      const name = `n${++count}x`;
      const lives = [
        { read: one, steps: ofOne },
        { read: other, steps: ofOther },
      ].map(({ read, ...life }, who): Life => {
        const records = read.map((joules, tick) => recordOf(name, tick, joules));
        return { ...life, records, collector: new Collector(`${name}-${who}`, 2) };
      });
      expect(await Promise.all(lives.map(live))).toEqual([0, 0]);
      const good = one.flatMap((joules, tick) => (joules === null && other[tick] === null ? [] : [tick * 10_000]));
      const [sums] = await database.rows(
        `select array_agg((extract(epoch from time) * 1000)::float8 - ${START} order by time) as times,
           sum(covered_seconds)::float8 as covered,
           sum(energy_joules) - last(energy_total_joules, time) + first(energy_total_joules, time) as off
         from telemetry.sample join telemetry.gpu using (gpu_key) where uuid = 'GPU-${name}0'`,
      );
      expect(sums).toEqual({ times: good, covered: ((good.at(-1) ?? 0) - (good[0] ?? 0)) / 1_000, off: 0 });
      const { events = [], scrapes } = await held(name);
      expect(events.map((event) => (event as { kind: string }).kind)).toEqual(["APPEARED", "XID"]);
      expect(scrapes).toHaveLength(TICKS);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
