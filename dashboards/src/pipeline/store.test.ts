import { fileURLToPath } from "node:url";
import pg from "pg";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { askPanel } from "../testing/ask.ts";
import { PIPELINE_DASHBOARD } from "./dashboard.ts";

const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../../../${name}/sql`, import.meta.url)) });

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated(room("collector"), room("api")) });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds)
      select t, 1, t, 10 from (values ('2026-11-20T10:00:00Z'::timestamptz), ('2026-11-21T10:00:00Z'), ('2026-11-21T11:00:00Z')) v(t);
    insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, reason, rejects, duration_ms, body_bytes, sample_count, gpu_count)
      values ('2026-11-21T10:00:00Z', 1, 1, now(), true, null, '{"blank": 8, "range": 1}', 10, 1, 25, 1),
             ('2026-11-21T10:01:00Z', 1, 1, now(), false, 'timeout', null, 30, 1, 0, 0),
             ('2026-11-21T10:01:30Z', 1, 1, now(), true, null, '{"blank": 2}', 20, 1, 25, 1);
    insert into jobs.hourly (name, holder, expires_at, error) values ('pricing', 'a', now() + interval '1 hour', 'no head');
    set role bc_reader;`);
});

afterAll(async () => {
  await client.end();
  await database.close();
});

const RANGE = { from: new Date("2026-11-21T09:00:00Z"), to: new Date("2026-11-21T10:59:00Z") };
const ask = (title: string) => askPanel(client, PIPELINE_DASHBOARD, title, RANGE);

describe("the pipeline's panels", () => {
  it("count chunks by table, aggregates under their own names", async () => {
    const tables = new Map((await ask("Hypertables")).map((row) => [row["table"], row]));
    expect(tables.get("sample")).toMatchObject({ chunks: "2", compressed: "0" });
    expect(Number(tables.get("sample")?.["since"])).toBe(Date.parse("2026-11-20T00:00:00Z"));
    expect(Number(tables.get("sample")?.["bytes"])).toBeGreaterThan(8192);
  });

  it("name every aggregate and every job of TimescaleDB's, run or not", async () => {
    expect((await ask("Freshness of aggregates")).map((row) => row["aggregate"])).toEqual([
      "gpu_1d",
      "gpu_1h",
      "gpu_1m",
      "target_1m",
    ]);
    const jobs = (await ask("TimescaleDB's jobs")).map((row) => `${String(row["job"])} ${String(row["table"])}`);
    expect(jobs).toContain("policy_retention sample");
    expect(jobs).toContain("policy_refresh_continuous_aggregate gpu_1m");
  });

  it("tell who holds a job and why it failed", async () => {
    expect(await ask("Jobs")).toMatchObject([{ name: "pricing", holder: "a", "is held": true, error: "no head" }]);
    const [row] = await ask("Jobs in trouble");
    expect(Number(row?.["in trouble"])).toBe(1);
  });

  it("tell scrapes by outcome, lines not kept by reason, and how long good ones took, by minute", async () => {
    const at = (row: Record<string, unknown>) => [(row["time"] as Date).toISOString().slice(11, 16), row["metric"]];
    const scrapes = await ask("Scrapes by outcome");
    expect(scrapes.map((row) => [...at(row), Number(row["scrapes"])]).sort()).toEqual([
      ["10:00", "good", 1],
      ["10:01", "good", 1],
      ["10:01", "timeout", 1],
    ]);
    const lines = await ask("Lines not kept");
    expect(lines.map((row) => [...at(row), Number(row["lines"])]).sort()).toEqual([
      ["10:00", "blank", 8],
      ["10:00", "range", 1],
      ["10:01", "blank", 2],
    ]);
    expect((await ask("Duration of scrapes")).map((row) => row["p50"])).toEqual([10, 20]);
  });

  it("weigh the database, and don't say how well nothing was compressed", async () => {
    const [row] = await ask("Database");
    expect(Number(row?.["size"])).toBeGreaterThan(1_000_000);
    expect(row?.["samples smaller by"]).toBeNull();
  });
});
