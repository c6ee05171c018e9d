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
import { openSpool, type Spool } from "../spool/spool.ts";
import { openTelemetryDatabase, openWriter, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { makeFaulty, type Fault, type FaultyPool } from "../testing/faulty-pool.ts";
import { recordsOf, told, type Told } from "../testing/told.ts";
import { Writer } from "./writer.ts";

jest.setTimeout(3_600_000);

/** Pasts to try; `FAULT_RUNS=1000` for a long search. */
const RUNS = Number(process.env["FAULT_RUNS"] ?? 12);
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
    await this.#writer?.drain();
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

async function writeThroughFaults(collector: Collector, records: CollectorRecord[], steps: readonly Step[]) {
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
  expect(await collector.end()).toBe(0);
}

it("what one collector saw is written as if nothing had failed, whatever fails", async () => {
  const past = fc.array(told, { maxLength: 80, size: "max" });
  const steps = fc.array(step, { maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(past, steps, fc.integer({ min: 1, max: 4 }), async (one: Told[], happens, batchRecords) => {
      const name = `n${++count}x`;
      await writeThroughFaults(new Collector(name, batchRecords), recordsOf(one, name, START), happens);
      const plain = `n${++count}x`;
      const { writer } = await openWriter(database.pool, plain);
      for (const record of recordsOf(one, plain, START)) await writer.write([record]);
      expect(await held(name)).toEqual(await held(plain));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
