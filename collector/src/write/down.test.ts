import fc from "fast-check";
import { MINUTE_MS } from "#kernel/time.ts";
import { openTelemetryDatabase, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";

/** Noon, long ago: nothing of it is fresh. */
const ZERO = Date.UTC(2026, 0, 5, 12);
const SPAN_MINUTES = 150;
/** Histories to try; `DOWN_RUNS=500` for a long search. */
const RUNS = Number(process.env["DOWN_RUNS"] ?? 12);

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
}, 60_000);
afterAll(() => database.close());

/** Times at which something changes to and fro, minutes. */
const turns = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });
/** Whether something is on at a time, milliseconds since the start: on first, then turned at each of `gaps`. */
function isOn(gaps: readonly number[], at: number): boolean {
  let [on, rest] = [true, at / MINUTE_MS];
  for (const gap of gaps) {
    rest -= gap;
    if (rest < 0) break;
    on = !on;
  }
  return on;
}

const target = fc.record({
  everySeconds: fc.constantFrom(10, 30, 60, 90, 300),
  phaseMs: fc.integer({ min: 0, max: 299_999 }),
  collector: fc.integer({ min: 1, max: 2 }),
  answers: turns,
  /** minutes in which it is scraped at all */
  from: fc.integer({ min: -20, max: 60 }),
  until: fc.integer({ min: 50, max: 200 }),
});
const gpu = fc.record({ present: turns, isMoved: fc.boolean(), movesAt: fc.integer({ min: 0, max: 150 * 60 }) });
const history = fc.record({
  targets: fc.tuple(target, target),
  gpus: fc.array(gpu, { minLength: 3, maxLength: 3 }),
  beats: fc.tuple(turns, turns),
  watermark: fc.integer({ min: 0, max: (SPAN_MINUTES + 20) * 60 }),
  span: fc.tuple(fc.integer({ min: 0, max: 60 * 60 }), fc.integer({ min: 1, max: SPAN_MINUTES * 60 })),
  isMaterialized: fc.boolean(),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const up = { everySeconds: 60 as const, phaseMs: 0, collector: 1, answers: [], from: -20, until: 200 };
const gone = { present: [70, 5], isMoved: false, movesAt: 0 };
const whole = { ...gone, present: [] };
/** One GPU of two targets without it for five minutes. */
const ONE_GONE: History = {
  targets: [up, up],
  gpus: [gone, whole, whole],
  beats: [[], []],
  watermark: 2 * 3_600 - 1,
  span: [0, SPAN_MINUTES * 60],
  isMaterialized: true,
};

const iso = (ms: number): string => new Date(ZERO + ms).toISOString();
const TABLES = ["sample", "scrape", "heartbeat", "gpu_target", "gpu_1m", "target_1m", "down_hour", "gpu_down_hour"];

/** Which of the two targets shows a GPU. */
const seatOf = (one: { isMoved: boolean; movesAt: number }, at: number): number =>
  one.isMoved && at >= one.movesAt * 1_000 ? 2 : 1;

async function insert(table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  const text = `insert into telemetry.${table} select (jsonb_populate_record(null::telemetry.${table}, j)).* from jsonb_array_elements($1::jsonb) j`;
  await database.pool.query(text, [JSON.stringify(rows)]);
}

/** What collectors would have written of it: GPU 4 is a slice of GPU 1. */
async function write({ targets, gpus, beats, watermark, isMaterialized }: History): Promise<void> {
  for (const table of TABLES) await database.pool.query(`truncate telemetry.${table}`);
  const [scrapes, samples]: [object[], object[]] = [[], []];
  for (const [t, one] of targets.entries()) {
    const every = one.everySeconds * 1_000;
    for (let at = one.from * MINUTE_MS + (one.phaseMs % every); at < one.until * MINUTE_MS; at += every) {
      const is_up = isOn(one.answers, at);
      const common = { time: iso(at), duration_ms: 1, body_bytes: 1, sample_count: 1, gpu_count: 1 };
      const due_until = iso(at + every);
      scrapes.push({ ...common, target_key: t + 1, collector_key: one.collector, due_until, is_up });
      for (const [g, { present, ...moves }] of gpus.entries()) {
        if (!is_up || !isOn(present, at) || seatOf(moves, at) !== t + 1) continue;
        const sample = { time: iso(at), covers_until: due_until, covered_seconds: 0 };
        samples.push({ ...sample, gpu_key: g + 1 }, ...(g === 0 ? [{ ...sample, gpu_key: 4 }] : []));
      }
    }
  }
  await insert("scrape", scrapes);
  await insert("sample", samples);
  const seats = gpus.flatMap(({ isMoved, movesAt }, g) => [
    { gpu_key: g + 1, since: iso(-30 * MINUTE_MS), target_key: 1 },
    ...(isMoved ? [{ gpu_key: g + 1, since: iso(movesAt * 1_000), target_key: 2 }] : []),
  ]);
  await insert("gpu_target", [...seats, { gpu_key: 4, since: iso(0), target_key: 1 }]);
  const minutes = Array.from({ length: SPAN_MINUTES + 40 }, (_, m) => (m - 20) * MINUTE_MS);
  const heartbeats = beats.flatMap((gaps, c) =>
    minutes
      .filter((at) => isOn(gaps, at))
      .map((at) => ({ collector_key: c + 1, minute: iso(at), target_count: 1, spool_bytes: 0 })),
  );
  await insert("heartbeat", heartbeats);
  await database.pool.query("update telemetry.collector set sampled_through = $1", [iso(watermark * 1_000)]);
  if (isMaterialized) for (const view of ["gpu_1m", "target_1m"]) await refresh(view);
}

const refresh = (view: string): Promise<unknown> =>
  database.pool.query("call refresh_continuous_aggregate($1::regclass, $2::timestamptz, $3::timestamptz)", [
    `telemetry.${view}`,
    iso(-60 * MINUTE_MS),
    iso(240 * MINUTE_MS),
  ]);

/** A GPU and a minute, as text, in the order of both. */
async function minutesOf(sql: string, span: readonly string[]): Promise<string[]> {
  const rows = await database.rows<{ gpu_key: number; minute: Date }>(`${sql} order by 1, 2`, [...span]);
  return rows.map(({ gpu_key, minute }) => `GPU ${gpu_key} ${minute.toISOString().slice(11, 16)}`);
}

const BY_STATE = "select gpu_key, minute from telemetry.gpu_minutes($1, $2) where state = 'DOWN'";
const BY_GAPS = "select gpu_key, minute from telemetry.gpu_down($1, $2)";
const BY_SAMPLES = "select gpu_key, minute from telemetry.gpu_down_by_samples($1, $2)";
const BY_BITS = `select gpu_key, hour + n * interval '1 minute' as minute from telemetry.down_hours($1, $2, false)
  cross join generate_series(0, 59) n where minutes >> n & 1 = 1`;

describe("the minutes in which GPUs were down", () => {
  beforeAll(async () => {
    await database.pool.query(`
      insert into telemetry.collector (name, started_at, seen_at) values ('c1', now(), now()), ('c2', now(), now());
      insert into telemetry.target (url) values ('http://a'), ('http://b');
      insert into telemetry.gpu (uuid, uuid_hash, parent_key, first_seen_at, last_seen_at) values
        ('GPU-1', 'a', null, now(), now()), ('GPU-2', 'b', null, now(), now()), ('GPU-3', 'c', null, now(), now()),
        ('GPU-1/1', null, 1, now(), now());`);
  });

  it("are those that minute states call DOWN, whatever failed, moved, ended or wasn't watched", async () => {
    let found = 0;
    const property = fc.asyncProperty(history, async (past) => {
      await write(past);
      const [from, length] = past.span;
      const span = [iso(from * 1_000), iso((from + length) * 1_000)];
      const states = await minutesOf(BY_STATE, span);
      found += states.length;
      expect(await minutesOf(BY_GAPS, span)).toEqual(states);
      expect(await minutesOf(BY_SAMPLES, span)).toEqual(states);
      expect(await minutesOf(BY_BITS, span)).toEqual(states);
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true, examples: [[ONE_GONE]] });
    expect(found).toBeGreaterThan(0);
  }, 120_000);

  it("are kept hour by hour, once, behind the watermark only, and stay as they were", async () => {
    await write(ONE_GONE);
    const keep = async (from: number, until: number): Promise<unknown> =>
      (await database.rows("select telemetry.keep_down_hours($1, $2) as hours", [iso(from), iso(until)]))[0];
    const hour = 60 * MINUTE_MS;
    expect(await keep(0, hour - 1)).toEqual({ hours: 0 });
    expect(await keep(0, 3 * hour)).toEqual({ hours: 1 });
    await database.pool.query("update telemetry.collector set sampled_through = $1", [iso(3 * hour)]);
    expect(await keep(1, 2 * hour)).toEqual({ hours: 1 });
    expect(await keep(0, 2 * hour)).toEqual({ hours: 0 });
    // the last good sample, of 13:09, covers that minute; 13:10 to 13:14 have none
    const kept = await database.rows("select hour, gpu_key, minutes::text from telemetry.gpu_down_hour");
    expect(kept).toEqual([{ hour: new Date(ZERO + 60 * MINUTE_MS), gpu_key: 1, minutes: String(0b11111 << 10) }]);
    expect((await database.rows("select hour from telemetry.down_hour")).length).toBe(2);
  });
});
