import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { startChain, type Chain } from "#devnet/chain.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { freePorts } from "#devnet/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { openHourlyJobs, type Hour, type HourlyJob, type HourlyJobs } from "../src/jobs/hourly/index.ts";

const [HOUR, DAY] = [3_600, 86_400];
/** Midnight; the first operator comes an hour and a half later. */
const T0 = Date.UTC(2025, 10, 20) / 1_000;

let dir: string;
let chain: Chain;
let database: TestDatabase;
let pool: Pool;
let block: { number: string; hash: string; timestamp: string };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-hourly-"));
  const [port = 0] = await freePorts(1);
  const sql = (room: string) => ({ room, dir: fileURLToPath(new URL(`../../${room}/sql`, import.meta.url)) });
  [chain, database] = await Promise.all([
    startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0, beginsAt: T0 }),
    openTestDatabase(),
  ]);
  await migrate(database.url, [sql("collector"), sql("api")], silentLogger);
  pool = createPool(database.url, { name: "test", max: 1 });
  await pool.query(`
    select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000;
    create schema chain;
    create table chain.head (block_number int4, block_hash text, block_timestamp int8);
    create table chain.operator (id text, created_at numeric);`);
}, 60_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([database.close(), chain.stop()]);
  rmSync(dir, { recursive: true, force: true });
});

beforeEach(() => pool.query("truncate jobs.hourly"));

/** A block at this time, which the indexer has and the next block makes final. */
async function travel(at: number, isIndexed = true): Promise<void> {
  for (const time of [at, at + 1]) {
    await rpcCall(chain.rpcUrl, "evm_setNextBlockTimestamp", [time]);
    await rpcCall(chain.rpcUrl, "evm_mine");
  }
  if (isIndexed) await index();
}

async function index(): Promise<void> {
  block = await rpcCall(chain.rpcUrl, "eth_getBlockByNumber", ["latest", false]);
  await pool.query("truncate chain.head");
  await pool.query("insert into chain.head values ($1, $2, $3)", [
    Number(block.number),
    block.hash,
    Number(block.timestamp),
  ]);
}

const sampledThrough = (at: number): Promise<unknown> =>
  pool.query(
    `insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c', now(), now(), to_timestamp($1))
     on conflict (name) do update set sampled_through = excluded.sampled_through`,
    [at],
  );

/** As if a job had been done, by somebody who is gone, through so many hours after T0. */
const done = (job: string, hours: number): Promise<unknown> =>
  pool.query("insert into jobs.hourly values ($1, 'gone', clock_timestamp() - interval '1 second', to_timestamp($2))", [
    job,
    T0 + hours * HOUR,
  ]);

/** A job that writes down what it is asked to do, as hours since T0. */
function recorder(name: string, told: string[], over: Partial<HourlyJob> = {}): HourlyJob {
  const run = ({ start, end }: Hour): Promise<void> => {
    told.push(`${name} ${(start - T0) / HOUR}-${(end - T0) / HOUR}`);
    return Promise.resolve();
  };
  return { name, run, ...over };
}

function open(...jobs: HourlyJob[]): HourlyJobs {
  const common = { databaseUrl: database.url, rpcUrl: chain.rpcUrl, finality: 1, logger: silentLogger, pollMs: 20 };
  return openHourlyJobs({ ...common, registry: createRegistry("test"), jobs: jobs.map((job) => () => job) });
}

/** One pass. */
async function pass(...jobs: HourlyJob[]): Promise<unknown> {
  const hourly = open(...jobs);
  await hourly.once(new AbortController().signal).finally(() => hourly.close());
  return (hourly.health().detail["jobs"] as Record<string, unknown>)[jobs[0]?.name ?? ""];
}

describe("hourly jobs", () => {
  it("say what they wait for, until chain and telemetry are through an hour", async () => {
    const told: string[] = [];
    const job = recorder("a", told);
    expect(await pass(job)).toMatchObject({ waits: "for the indexer's first block" });
    await travel(T0 + 10);
    expect(await pass(job)).toMatchObject({ waits: "for the collector's first samples" });
    await sampledThrough(T0 + 2 * HOUR + 60);
    expect(await pass(job)).toMatchObject({ waits: "for the first operator" });
    await pool.query("insert into chain.operator values ('1', $1)", [T0 + 5_400]);
    expect(await pass(job)).toMatchObject({ waits: expect.stringMatching(/^for a final block to pass .*T01:00:00Z/) });
    await travel(T0 + 2 * HOUR - 10);
    expect(await pass(job)).toMatchObject({ waits: expect.stringMatching(/^for a final block to pass .*T02:00:00Z/) });
    await travel(T0 + 2 * HOUR + 100, false);
    expect(await pass(job)).toMatchObject({ waits: expect.stringMatching(/^for the indexer to pass .*T02:00:00Z/) });
    expect(told).toEqual([]);
    await index();
    expect(await pass(job)).toMatchObject({ doneThrough: expect.stringContaining("T02:00:00Z") });
    expect(told).toEqual(["a 1-2"]);
    expect(await pass(job)).toMatchObject({ waits: expect.stringMatching(/^for telemetry to pass .*T03:00:00Z/) });
    expect(told).toEqual(["a 1-2"]);
  });

  it("make up for missed hours, days at once where a job can and they have been over for a while", async () => {
    await travel(T0 + 3 * DAY + 2 * HOUR);
    await sampledThrough(T0 + 3 * DAY + 2 * HOUR);
    const told: string[] = [];
    const day = ({ start, end }: Hour): Promise<void> => {
      told.push(`day ${(start - T0) / HOUR}-${(end - T0) / HOUR}`);
      return Promise.resolve();
    };
    await pass(recorder("byDay", told, { runDay: day }));
    const hours = (from: number, until: number): string[] =>
      Array.from({ length: until - from }, (_, n) => `byDay ${from + n}-${from + n + 1}`);
    expect(told).toEqual(["day 1-24", "day 24-48", ...hours(48, 74)]);
  });

  it("don't stop each other: one fails, says so, and goes on where it stood once it can", async () => {
    const told: string[] = [];
    await Promise.all([done("b", 71), done("c", 71)]);
    let isBroken = true;
    const run = (hour: Hour): Promise<void> =>
      isBroken && hour.start === T0 + 72 * HOUR
        ? Promise.reject(new Error("out of paper"))
        : recorder("b", told).run(hour, new AbortController().signal);
    const hourly = open(recorder("b", told, { run }), recorder("c", told));
    await expect(hourly.once(new AbortController().signal)).rejects.toThrow("out of paper");
    expect(told.filter((line) => line.startsWith("b"))).toEqual(["b 71-72"]);
    expect(told.filter((line) => line.startsWith("c"))).toEqual(["c 71-72", "c 72-73", "c 73-74"]);
    const { rows } = await pool.query("select name, error from jobs.hourly order by name");
    expect(rows).toEqual([
      { name: "b", error: "out of paper" },
      { name: "c", error: null },
    ]);
    expect(hourly.health()).toMatchObject({ isHealthy: false, detail: { reasons: ["b: out of paper"] } });
    isBroken = false;
    const stopping = new AbortController();
    const running = hourly.run(stopping.signal);
    await waitFor(() => Promise.resolve(told.includes("b 73-74") && hourly.health().isHealthy ? true : undefined), {
      timeoutMs: 20_000,
      onTimeout: () => new Error("it has not gone on"),
    });
    stopping.abort();
    await running;
    await hourly.close();
    expect(told.filter((line) => line.startsWith("b"))).toEqual(["b 71-72", "b 72-73", "b 73-74"]);
  });

  it("are done by one process at a time, and taken over from one that is gone", async () => {
    const told: string[] = [];
    await pool.query(
      "insert into jobs.hourly values ('d', 'somebody', clock_timestamp() + interval '1 hour', to_timestamp($1))",
      [T0 + 72 * HOUR],
    );
    expect(await pass(recorder("d", told))).toMatchObject({ waits: "as another process does it" });
    expect(told).toEqual([]);
    await pool.query("update jobs.hourly set expires_at = clock_timestamp() - interval '1 second'");
    const [one, other] = [open(recorder("d", told)), open(recorder("d", told))];
    const { signal } = new AbortController();
    await Promise.all([one.once(signal), other.once(signal)]);
    await one.once(signal);
    await Promise.all([one.close(), other.close()]);
    expect(told.sort()).toEqual(["d 72-73", "d 73-74"]);
  });

  it("go back to where what they did still stands", async () => {
    const told: string[] = [];
    let stands: number | undefined;
    const standsThrough: HourlyJob["standsThrough"] = async (isOnChain) => {
      const hash = block.hash as `0x${string}`;
      expect(await isOnChain({ number: BigInt(block.number), hash })).toBe(true);
      expect(await isOnChain({ number: BigInt(block.number) - 1n, hash })).toBe(false);
      expect(await isOnChain({ number: BigInt(block.number) + 9n, hash })).toBe(false);
      const through = stands;
      stands = undefined;
      return through;
    };
    await done("e", 74);
    stands = T0 + 72 * HOUR;
    await pass(recorder("e", told, { standsThrough }));
    expect(told).toEqual(["e 72-73", "e 73-74"]);
  });

  it("do nothing on an index of a block that the chain has dropped", async () => {
    await pool.query("update chain.head set block_hash = $1", [`0x${"00".repeat(32)}`]);
    const told: string[] = [];
    expect(await pass(recorder("f", told))).toMatchObject({ waits: expect.stringContaining("that the chain dropped") });
    expect(told).toEqual([]);
  });

  it("are told from others by name", async () => {
    const bc = fileURLToPath(new URL("../../cli/bc.mjs", import.meta.url));
    const child = spawn(process.execPath, [bc, "jobs", "--once", "--only", "reputation,weather"], { env: {} });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect([said, code]).toEqual([
      expect.stringMatching(/"weather": there is no such job \(BAD_FLAG\)[^]*try: .*reputation/),
      1,
    ]);
  }, 20_000);
});
