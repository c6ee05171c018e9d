import { createRegistry } from "#kernel/metrics.ts";
import type { GpuRow } from "../parse/result.ts";
import { blankResult } from "../scrape/scrape.ts";
import { openTelemetryDatabase, openWriter, stopPolicies, type TelemetryDatabase } from "../testing/database.ts";
import { rowOf } from "../testing/rows.ts";
import type { BatchWriter } from "../write/batch-writer.ts";
import { ConflictLog, countConflicts } from "./conflicts.ts";
import { uuidHash } from "./uuid.ts";

const HERE = "http://here:9400/metrics";
const THERE = "http://there:9400/metrics";
const NOW = Math.floor(Date.now() / 60_000) * 60_000;

let database: TelemetryDatabase;
beforeAll(async () => {
  database = await openTelemetryDatabase();
  await stopPolicies(database);
});
afterAll(() => database.close());

const scrape = (url: string, seconds: number, ...rows: GpuRow[]) => {
  const at = NOW + seconds * 1_000;
  return {
    kind: "scrape" as const,
    ...blankResult(url, at, at + 10_000, 10_000),
    rows: rows.map((row) => ({ ...row, at })),
  };
};
const gpu = (uuid: string, model: string | null = "NVIDIA H100 80GB HBM3"): GpuRow => rowOf({ uuid, model });
const conflicts = (uuid: string) =>
  database.rows(
    `select kept_url, refused_url, extract(epoch from first_seen_at - $2::timestamptz)::int as first,
       extract(epoch from last_seen_at - $2::timestamptz)::int as last, scrape_count::int as count, is_open
     from telemetry.gpu_conflict where uuid = $1 order by 1`,
    [uuid, new Date(NOW)],
  );

describe("one UUID at two places", () => {
  it("is a conflict that is recorded once, however often its scrapes are sent again", async () => {
    const { writer } = await openWriter(database.pool);
    const batch = [
      scrape(HERE, 0, gpu("GPU-a")),
      scrape(THERE, 5, gpu("GPU-a"), gpu("GPU-b")),
      scrape(HERE, 10, gpu("GPU-a")),
      scrape(THERE, 15, gpu("GPU-a"), gpu("GPU-b")),
    ];
    await writer.write(batch);
    const expected = [{ kept_url: HERE, refused_url: THERE, first: 5, last: 15, count: 2, is_open: true }];
    expect(await conflicts("GPU-a")).toEqual(expected);
    const { writer: restarted } = await openWriter(database.pool);
    await restarted.write(batch);
    expect(await conflicts("GPU-a")).toEqual(expected);
    await restarted.write([scrape(THERE, 25, gpu("GPU-a"))]);
    expect(await conflicts("GPU-a")).toMatchObject([{ first: 5, last: 25, count: 3 }]);
    expect(await conflicts("GPU-b")).toEqual([]);
    const [kept] = await database.rows<{ count: number }>(
      "select count(*)::int from telemetry.sample s join telemetry.gpu g using (gpu_key) where g.uuid = 'GPU-a'",
    );
    expect(kept).toEqual({ count: 2 });
  });

  it("is seen across two collectors, of which each scrapes one of the places", async () => {
    const { writer: one } = await openWriter(database.pool);
    const { writer: other } = await openWriter(database.pool);
    await one.write([scrape(HERE, 0, gpu("GPU-c"))]);
    await other.write([scrape(THERE, 5, gpu("GPU-c"))]);
    // Each has a registry of its own. The other's knows only of the first sample, and would take the GPU as silent after a minute.
    for (let seconds = 10; seconds <= 120; seconds += 10) {
      await one.write([scrape(HERE, seconds, gpu("GPU-c"))]);
      await other.write([scrape(THERE, seconds + 5, gpu("GPU-c"))]);
    }
    expect(await conflicts("GPU-c")).toMatchObject([{ kept_url: HERE, refused_url: THERE, last: 125, count: 13 }]);
    const seats = await database.rows(
      "select count(*)::int from telemetry.gpu_target join telemetry.gpu using (gpu_key) where uuid = 'GPU-c'",
    );
    expect(seats).toEqual([{ count: 1 }]);
  });

  it("is told to people and counted while it lasts", async () => {
    const log = new ConflictLog();
    const registry = createRegistry("test");
    countConflicts(registry, log);
    const seen = { gpuKey: 1, uuid: "GPU-d", keptTargetKey: 1, refusedTargetKey: 2 };
    log.add(
      [
        { ...seen, at: Date.now() - 60_000 },
        { ...seen, at: Date.now() },
      ],
      (key) => `http://${key}`,
    );
    expect(log.openAt(Date.now())).toMatchObject([
      { uuid: "GPU-d", keptUrl: "http://1", refusedUrl: "http://2", scrapeCount: 2 },
    ]);
    expect(await registry.metrics()).toMatch(/^bc_collector_conflicting_gpus\{?.*\}? 1$/m);
    expect(log.openAt(Date.now() + 600_000)).toEqual([]);
    expect(await registry.metrics()).toMatch(/^bc_collector_conflicting_gpus\{?.*\}? 0$/m);
  });
});

describe("GPUs beside their tokens", () => {
  const hash = (uuid: string): Buffer => Buffer.from(uuidHash(uuid).slice(2), "hex");
  const identities = (columns: string, uuids: readonly string[]) =>
    database.rows(`select ${columns} from telemetry.gpu_identities($1) order by uuid_hash`, [uuids.map(hash)]);
  const reasonOf = async (uuid: string): Promise<unknown> => (await identities("reason", [uuid]))[0]?.["reason"];
  let writer: BatchWriter;
  beforeAll(async () => {
    ({ writer } = await openWriter(database.pool));
    await writer.write([
      scrape(HERE, 600, gpu("GPU-1", "NVIDIA-H100-80GB-HBM3"), gpu("GPU-2", "NVIDIA L40S"), gpu("GPU-3", null)),
      scrape(THERE, 600, gpu("GPU-4", "Tesla T4"), gpu("GPU-5")),
    ]);
  });

  it("are kept and unregistered where no chain has been indexed yet", async () => {
    expect(await identities("uuid, gpu_id, is_linked, is_model_match, reason", ["GPU-1"])).toEqual([
      { uuid: "GPU-1", gpu_id: null, is_linked: false, is_model_match: null, reason: "NOT_REGISTERED" },
    ]);
  });

  it("are linked once the token appears, and flagged where it says another model", async () => {
    await database.pool.query("create schema chain; create table chain.gpu (id text, uuid_hash bytea, model text)");
    const tokens = [
      ["1", "GPU-1", "NVIDIA H100 80GB HBM3"],
      ["2", "GPU-2", "NVIDIA H100 80GB HBM3"],
      ["3", "GPU-3", "NVIDIA L40S"],
      ["4", "GPU-4", "NVIDIA T4"],
      ["9", "GPU-9", "NVIDIA L40S"],
    ] as const;
    for (const [id, uuid, model] of tokens)
      await database.pool.query("insert into chain.gpu values ($1, $2, $3)", [id, hash(uuid), model]);
    const rows = await database.rows(
      `select coalesce(gpu_id, '-') as id, coalesce(uuid, '-') as uuid, is_linked, is_model_match, reason
       from telemetry.gpu_identity where uuid is null or uuid in ('GPU-1', 'GPU-2', 'GPU-3', 'GPU-4', 'GPU-5') order by 1, 2`,
    );
    expect(rows).toEqual([
      { id: "-", uuid: "GPU-5", is_linked: false, is_model_match: null, reason: "NOT_REGISTERED" },
      { id: "1", uuid: "GPU-1", is_linked: true, is_model_match: true, reason: "MATCHES" },
      { id: "2", uuid: "GPU-2", is_linked: true, is_model_match: false, reason: "MODEL_DIFFERS" },
      { id: "3", uuid: "GPU-3", is_linked: true, is_model_match: null, reason: "MODEL_NOT_REPORTED" },
      { id: "4", uuid: "GPU-4", is_linked: true, is_model_match: true, reason: "MATCHES" },
      { id: "9", uuid: "-", is_linked: false, is_model_match: null, reason: "NOT_SEEN" },
    ]);
  });

  it("say that they are in conflict, before anything about their model", async () => {
    expect(await reasonOf("GPU-2")).toBe("MODEL_DIFFERS");
    await writer.write([scrape(THERE, 605, gpu("GPU-2"))]);
    expect(await reasonOf("GPU-2")).toBe("IN_CONFLICT");
  });

  it("hold on to nothing of the chain's, which may be made anew", async () => {
    await database.pool.query("drop table chain.gpu");
    expect(await reasonOf("GPU-1")).toBe("NOT_REGISTERED");
    await database.pool.query(
      "create view chain.gpu as select 7::numeric as id, $$x$$::bytea as uuid_hash, 'M'::text as model",
    );
    expect(await reasonOf("GPU-1")).toBe("NOT_REGISTERED");
  });

  it("may be read by bc_reader", async () => {
    const [may] = await database.rows(
      `select has_table_privilege('bc_reader', 'telemetry.gpu_identity', 'select') as identity,
         has_table_privilege('bc_reader', 'telemetry.gpu_conflict', 'select') as conflict,
         has_table_privilege('bc_reader', 'telemetry.conflict', 'insert') as write,
         has_function_privilege('bc_reader', 'telemetry.gpu_identities(bytea[])', 'execute') as call`,
    );
    expect(may).toEqual({ identity: true, conflict: true, write: false, call: true });
  });

  it.each([
    ["NVIDIA H100 80GB HBM3", "NVIDIA-H100-80GB-HBM3"],
    ["Tesla T4", "NVIDIA T4"],
    ["NVIDIA Tesla V100-SXM2-16GB", "Tesla V100-SXM2-16GB"],
    ["NVIDIA A100-SXM4-80GB", "nvidia a100 sxm4 80gb"],
    ["NVIDIA GeForce RTX 4090", "GeForce RTX 4090"],
  ])("of model %s are of model %s", async (one, other) => {
    expect(
      await database.rows("select telemetry.model_key($1) = telemetry.model_key($2) as same", [one, other]),
    ).toEqual([{ same: true }]);
  });

  it("of another memory, form or name are of another model, and of none of no model", async () => {
    const models = [
      "NVIDIA H100 80GB HBM3",
      "NVIDIA H100 PCIe",
      "NVIDIA H200",
      "NVIDIA L40",
      "NVIDIA L40S",
      "",
      "NVIDIA",
    ];
    const keys = await database.rows<{ key: string | null }>(
      "select telemetry.model_key(m) as key from unnest($1::text[]) with ordinality as x(m, n) order by n",
      [models],
    );
    expect(new Set(keys.map(({ key }) => key)).size).toBe(7);
    expect(keys.at(-2)?.key).toBeNull();
  });
});
