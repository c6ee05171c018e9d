import { jest } from "@jest/globals";
import { GPU_MODELS } from "#devnet/fleet/index.ts";
import { bucketStart, HOUR_MS, SECOND_MS } from "#kernel/time.ts";
import { Lease } from "../duties/lease.ts";
import { openTelemetryDatabase, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import {
  changed,
  jobsOf,
  putGpu,
  simulate,
  type SimulatedOptions,
  type SimulatedSample,
} from "../testing/plausible.ts";
import { WEIGHTS, type Finding, type FindingKind } from "./finding.ts";
import { keepPlausibility } from "./keeper.ts";

jest.setTimeout(180_000);

/** How many honest GPUs of each model, by seeds; `PLAUSIBILITY_SEEDS=20` looks for false alarms longer. */
const SEEDS = Number(process.env["PLAUSIBILITY_SEEDS"] ?? 1);
const DAY_MS = 24 * HOUR_MS;
/** Two whole days, over by now. */
const end = bucketStart(Date.now(), DAY_MS);
const day = end - DAY_MS;
const before = day - DAY_MS;
const H100 = "NVIDIA H100 80GB HBM3";

let database: TelemetryDatabase;
const put = async (uuid: string, samples: readonly SimulatedSample[], model: string | null = H100): Promise<void> =>
  void (await putGpu(database, { uuid, model, samples, seenAt: [before, end - 1] }));

/** A day of an honest GPU. */
const honest = (seed: number, more: Partial<SimulatedOptions> = {}): SimulatedSample[] =>
  simulate({ model: H100, seed, from: day, to: end, stepMs: 30 * SECOND_MS, loadAt: jobsOf(seed), ...more });

const keep = (holder = "test"): Promise<number> =>
  keepPlausibility({
    pool: database.pool,
    lease: new Lease(database.pool, "plausibility", holder),
    signal: new AbortController().signal,
  });

interface Row {
  score: number | null;
  reason: string | null;
  known_share: number;
  hours: number;
  findings: Finding[];
}
async function assessed(uuid: string, of = day): Promise<Row> {
  const [row] = await database.rows<Row>(
    `select score, reason, known_share, hours, findings from telemetry.plausibility join telemetry.gpu using (gpu_key)
     where uuid = $1 and day = $2`,
    [uuid, new Date(of)],
  );
  if (!row) throw new Error(`${uuid} was not assessed`);
  return row;
}
const finding = ({ findings }: Row, kind: FindingKind): Finding | undefined =>
  findings.find((one) => one.kind === kind);
/** Kinds by what they say. */
const suspicious = ({ findings }: Row): FindingKind[] =>
  findings.filter(({ severity }) => severity !== null && severity > 0).map(({ kind }) => kind);
const unknown = ({ findings }: Row): FindingKind[] =>
  findings.filter(({ severity }) => severity === null).map(({ kind }) => kind);

const MODELS = GPU_MODELS.map(({ name }) => name);
const HONEST: readonly [name: string, more: Partial<SimulatedOptions>, untold: FindingKind[]][] = [
  ["idle", { loadAt: () => 0 }, ["HEAT"]],
  ["busy", { loadAt: () => 0.95 }, ["HEAT"]],
  ["seen every 5 minutes", { stepMs: 300 * SECOND_MS }, []],
  ["read every 30 s, seen every 10", { stepMs: 10 * SECOND_MS, collectSeconds: 30 }, []],
  ["too hot for two hours", { hotHours: [7, 8] }, []],
];

/** The chain's views, as far as they are read. */
const CHAIN = `
  create schema chain;
  create table chain.head (block_timestamp int8);
  create table chain.gpu (id text, uuid_hash bytea);
  create table chain.rental (gpu text, start_at numeric, end_at numeric, paid_until numeric, ends_by numeric);
  create table chain.slot (gpu text, start_hour int4, end_hour int4, is_gone boolean);
  create table chain.gpu_status_period (gpu text, status text, from_at numeric, to_at numeric)`;

async function putSales(): Promise<void> {
  for (const statement of CHAIN.split(";")) await database.pool.query(statement);
  await database.pool.query("insert into chain.head values ($1)", [end / SECOND_MS]);
  await database.pool.query("insert into chain.gpu select uuid, uuid_hash from telemetry.gpu where uuid like 'sold %'");
  await database.pool.query(
    "insert into chain.gpu_status_period select id, case id when 'sold offline' then 'OFFLINE' else 'ACTIVE' end, $1, null from chain.gpu",
    [before / SECOND_MS],
  );
  const hour = (number: number): number => day / SECOND_MS + number * 3_600;
  await database.pool.query(
    `insert into chain.rental values ('sold idle', $1, null, $3, null), ('sold used', $1, $2, $3, null)`,
    [hour(2), hour(14), hour(20)],
  );
  await database.pool.query("insert into chain.slot values ('sold by slot', $1, $2, false)", [
    day / HOUR_MS,
    end / HOUR_MS,
  ]);
}

const TAMPERED: readonly [name: string, kinds: FindingKind[], make: (seed: number) => SimulatedSample[]][] = [
  ["counter too fast", ["ENERGY"], (seed) => changed(honest(seed), ({ energy }) => ({ energy: 2 * (energy ?? 0) }))],
  ["counter stands", ["ENERGY"], (seed) => changed(honest(seed), () => ({ energy: 1e6 }))],
  ["claims work", ["LOAD"], (seed) => changed(honest(seed, { loadAt: () => 0 }), () => ({ util: 0.97, tensor: 0.6 }))],
  ["hides work", ["LOAD"], (seed) => changed(honest(seed, { loadAt: () => 0.9 }), () => ({ util: 0, tensor: 0 }))],
  [
    "power of chance",
    ["ENERGY", "LOAD", "HEAT"],
    (seed) => changed(honest(seed), (_, index) => ({ power: 100 + ((index * 7_919) % 500_000) / 1_000 })),
  ],
  [
    "too much power",
    ["LOAD"],
    (seed) =>
      changed(honest(seed, { loadAt: () => 0.9 }), ({ power, energy }) => ({
        power: 2 * (power ?? 0),
        energy: 2 * (energy ?? 0),
      })),
  ],
  [
    "heat at once",
    ["HEAT"],
    (seed) =>
      changed(honest(seed, { stepMs: 20 * SECOND_MS }), ({ power }) => ({
        temp: Math.round(23 + 0.062 * (power ?? 0)),
      })),
  ],
  ["heat of chance", ["HEAT"], (seed) => changed(honest(seed), (_, index) => ({ temp: 30 + ((index * 31) % 40) }))],
  [
    "power without a digit of noise",
    ["FROZEN"],
    (seed) =>
      changed(honest(seed, { loadAt: () => 0.9 }), ({ at }) => ({ power: 600, energy: (600 * (at - day)) / 1_000 })),
  ],
  [
    "frozen",
    ["ENERGY", "FROZEN"],
    (seed) => {
      const samples = honest(seed);
      return changed(samples, ({ at }, index) => (index < 667 ? {} : { ...samples[667], at }));
    },
  ],
  [
    "loop of ten minutes",
    ["REPEATED"],
    (seed) => {
      const samples = honest(seed, { loadAt: () => 0.8 });
      return changed(samples, ({ at, energy }, index) => ({ ...samples[index % 20], at, energy }));
    },
  ],
  [
    "loop of two hours",
    ["REPEATED"],
    (seed) => {
      const samples = honest(seed, { loadAt: () => 0.8 });
      return changed(samples, ({ at, energy }, index) => ({ ...samples[index % 240], at, energy }));
    },
  ],
  [
    "yesterday again",
    ["REPEATED"],
    (seed) => {
      const samples = honest(seed, { from: before, to: day });
      return [...samples, ...changed(samples, ({ at }) => ({ at: at + DAY_MS }))];
    },
  ],
];

beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
  for (let seed = 0; seed < SEEDS; seed++) {
    for (const model of MODELS) await put(`${model}, seed ${seed}`, honest(1_000 + seed, { model }), model);
    for (const [index, [name, more]] of HONEST.entries()) {
      const model = MODELS[(index + seed) % MODELS.length] ?? H100;
      await put(`${name}, seed ${seed}`, honest(2_000 + 10 * seed + index, { ...more, model }), model);
    }
  }
  for (const [index, [name, , make]] of TAMPERED.entries()) await put(name, make(100 + index));
  const original = honest(50);
  await put("original", original);
  await put("copy", original);
  const bare = { energy: null, util: null, tensor: null, temp: null, reasons: null };
  await put(
    "bare",
    changed(original.slice(0, 1_333), ({ power }) => ({ ...bare, power: (power ?? 0) + 0.001 })),
  );
  await put(
    "no power",
    changed(original, () => ({ power: null, energy: null })),
  );
  await put("silent", []);
  for (const [index, name] of ["sold idle", "sold offline", "sold by slot"].entries())
    await put(name, honest(70 + index, { stepMs: 300 * SECOND_MS, loadAt: () => (name === "sold idle" ? 0 : 0.7) }));
  const used = (at: number): number => (at < day + 2 * HOUR_MS || at >= day + 14 * HOUR_MS ? 0 : 0.7);
  await put("sold used", honest(74, { stepMs: 300 * SECOND_MS, loadAt: used }));
  await put("sold to nobody", honest(75, { stepMs: 300 * SECOND_MS, loadAt: () => 0.7 }));
  await putSales();
  await database.pool.query(
    "insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c', now(), now(), $1)",
    [new Date(end + 60_000)],
  );
});
afterAll(() => database.close());

it("looks at every whole hour before the watermark once, and not while another collector has the duty", async () => {
  const other = new Lease(database.pool, "plausibility", "other");
  expect(await other.take()).toBe(true);
  expect(await keep()).toBe(0);
  await other.release();
  expect(await keep()).toBe(48);
  expect(await keep()).toBe(0);
  expect(await database.rows("select min(hour) as first from telemetry.plausibility_hour")).toEqual([
    { first: new Date(before) },
  ]);
});

describe("a GPU that is honest", () => {
  const cases = Array.from({ length: SEEDS }, (_, seed) => [
    ...MODELS.map((model): [string, FindingKind[]] => [`${model}, seed ${seed}`, []]),
    ...HONEST.map(([name, , untold]): [string, FindingKind[]] => [`${name}, seed ${seed}`, untold]),
  ]).flat();

  it.each(cases)("scores 1: %s", async (uuid, untold) => {
    const row = await assessed(uuid);
    expect(suspicious(row)).toEqual([]);
    expect(unknown(row)).toEqual([...untold, "RENTED_IDLE", "UNSOLD_BUSY"]);
    expect(row).toMatchObject({ score: 1, reason: null, hours: 24 });
  });
});

describe("what was tampered with", () => {
  it.each(TAMPERED)("is found, and named: %s", async (uuid, kinds) => {
    const row = await assessed(uuid);
    expect(suspicious(row)).toEqual(kinds);
    const most = Math.max(...kinds.map((kind) => WEIGHTS[kind] * (finding(row, kind)?.severity ?? 0)));
    expect(row.score).toBeLessThanOrEqual(1 - most + 1e-4);
    expect(row.score).toBeLessThan(0.55);
  });

  it("is told in numbers with units, the window and words", async () => {
    expect(finding(await assessed("counter too fast"), "ENERGY")).toMatchObject({
      weight: 0.8,
      severity: 1,
      window: { from: new Date(day).toISOString(), to: new Date(end).toISOString() },
      numbers: expect.arrayContaining([
        { name: "ratio", value: expect.closeTo(2, 1), unit: "1" },
        { name: "hours_off", value: 24, unit: "h" },
      ]),
      words: "In 24 of 24 hours the energy counter and power contradict each other.",
    });
    expect(finding(await assessed("yesterday again"), "REPEATED")?.words).toBe(
      `100 % of its runs of readings are those of this GPU's ${new Date(before).toISOString().slice(0, 10)}.`,
    );
    expect(suspicious(await assessed("yesterday again", before))).toEqual([]);
  });

  it("on another GPU is found at both, as neither is known to be the first", async () => {
    const date = new Date(day).toISOString().slice(0, 10);
    const words = async (uuid: string): Promise<string | undefined> => finding(await assessed(uuid), "REPEATED")?.words;
    expect(await words("original")).toContain(`are those of copy on ${date}`);
    expect(await words("copy")).toContain(`are those of original on ${date}`);
  });
});

describe("what isn't known", () => {
  it("takes nothing away: an exporter with power alone", async () => {
    const row = await assessed("bare");
    expect([row.score, suspicious(row)]).toEqual([1, []]);
    expect(unknown(row)).toEqual(["ENERGY", "HEAT", "RENTED_IDLE", "UNSOLD_BUSY"]);
    // (0.7 + 0.6 + 0.9) of the weights' 4.2
    expect(row.known_share).toBeCloseTo(2.2 / 4.2, 3);
  });

  it("gives no score where nothing is known, and says why", async () => {
    expect(await assessed("silent")).toMatchObject({
      score: null,
      reason: "no good sample of it on that day",
      hours: 0,
    });
    expect(await assessed("no power")).toMatchObject({ score: null, known_share: 0, hours: 24 });
  });

  it("of rentals is said: no NFT with the UUID", async () => {
    expect(finding(await assessed("original"), "UNSOLD_BUSY")?.words).toBe(
      "No GPU NFT on the chain has this UUID: rentals aren't known.",
    );
  });
});

describe("rentals on the chain", () => {
  it("are held against use: rented and idle, on offer and busy", async () => {
    const idle = await assessed("sold idle");
    expect(suspicious(idle)).toEqual(["RENTED_IDLE"]);
    expect(finding(idle, "RENTED_IDLE")?.numbers).toEqual([
      { name: "rented", value: 18, unit: "h" },
      { name: "rented_idle", value: 18, unit: "h" },
    ]);
    const busy = await assessed("sold to nobody");
    expect([suspicious(busy), busy.score]).toEqual([["UNSOLD_BUSY"], expect.closeTo(0.6, 3)]);
  });

  it.each(["sold used", "sold offline", "sold by slot"])("leave what they explain alone: %s", async (uuid) => {
    const row = await assessed(uuid);
    expect([suspicious(row), finding(row, "UNSOLD_BUSY")?.severity]).toEqual([[], 0]);
  });
});
