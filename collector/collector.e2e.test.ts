import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jest } from "@jest/globals";
import { startFleet, type Fleet } from "#devnet/fleet/index.ts";
import { isEmbedded } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { startChild } from "#kernel/child.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { waitFor } from "#kernel/time.ts";
import { openCollector, parseGuard, runCollector, type Collector, type CollectorOptions } from "./index.ts";
import { RecordDecoder } from "./src/record-decoder.ts";
import { RecordReader, scanSegments } from "./src/spool/segment.ts";
import { openTelemetryDatabase, type TelemetryDatabase } from "./src/testing/database.ts";

jest.setTimeout(120_000);
/** For what takes a second or two on a machine with nothing else to do. */
const WAIT_MS = 60_000;

/** Who runs TimescaleDB's jobs. */
const MAINTAINER = isEmbedded ? "database" : (expect.any(String) as unknown);
const H100 = "NVIDIA H100 80GB HBM3";
let dir: string;
let database: TelemetryDatabase;
let fleet: Fleet;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-collector-"));
  database = await openTelemetryDatabase();
});
afterAll(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});
beforeEach(async () => {
  fleet = await startFleet({
    hosts: [
      { name: "h1", model: H100, gpuCount: 2, labels: { operator: "1" } },
      { name: "h2", model: "NVIDIA L40S", gpuCount: 1, generation: "2026" },
    ],
    seed: 1,
    collectSeconds: 1,
    port: 0,
    targetsFile: join(dir, "targets.json"),
  });
});
afterEach(() => fleet.stop());

const options = (more: Partial<CollectorOptions> = {}): CollectorOptions => ({
  databaseUrl: database.url,
  targetsFile: join(dir, "targets.json"),
  spoolDir: join(dir, "spool"),
  scrapeSeconds: 1,
  guard: parseGuard("127.0.0.0/8"),
  logger: silentLogger,
  registry: createRegistry("collector"),
  ...more,
});

const count = async (sql: string): Promise<number> => Number((await database.rows<{ n: number }>(sql))[0]?.n);
const until = (sql: string, what: string, timeoutMs = WAIT_MS): Promise<true> =>
  waitFor(async () => ((await count(sql).catch(() => 0)) > 0 ? true : undefined), {
    timeoutMs,
    everyMs: 200,
    onTimeout: () => new Error(`never ${what}`),
  });
const untilTrue = (test: () => boolean, what: string): Promise<true> =>
  waitFor(() => Promise.resolve(test() || undefined), {
    timeoutMs: WAIT_MS,
    onTimeout: () => new Error(`never ${what}`),
  });

/** Runs a collector while `body` does. */
async function collecting(
  body: (collector: Collector) => Promise<void>,
  more: Partial<CollectorOptions> = {},
): Promise<void> {
  const collector = await openCollector(options(more));
  const stop = new AbortController();
  const running = collector.run(stop.signal);
  try {
    await body(collector);
  } finally {
    stop.abort();
    await running;
  }
}

/** Resets the counters of host h2, of which `uuid` is a GPU, and waits until that was noticed. */
async function resetCounters(uuid: string): Promise<void> {
  const joules = "select max(energy_total_joules) as n from telemetry.sample join telemetry.gpu using (gpu_key)";
  await until(`${joules} where uuid = '${uuid}'`, "counted joules");
  const noticed = "select count(*) as n from telemetry.gpu_event where kind = 'COUNTER_RESET'";
  for (let attempt = 0; attempt < 8; attempt++) {
    fleet.order({ kind: "COUNTER_RESET", host: "h2" });
    // A scrape so late that the counter has passed its old reading shows no reset: then once more.
    if (await until(noticed, "noticed the reset", 6_000).catch(() => false)) return;
  }
  throw new Error("never noticed a reset");
}

it("what the fleet does reaches the database, through faults and the loss of the database, once and without a gap", async () => {
  const [first = "", second = "", third = ""] = fleet.gpus.map(({ uuid }) => uuid);
  for (const { uuid } of fleet.gpus) fleet.setLoad(uuid, 0.8);
  const more = { registry: createRegistry("collector") };
  await collecting(async (collector) => {
    await until("select count(*) as n from telemetry.sample where covered_seconds > 0", "sampled");
    await resetCounters(third);
    const clearHost = fleet.order({ kind: "HOST_DOWN", host: "h2" });
    fleet.order({ kind: "XID", uuid: first, code: 31 });
    await until("select count(*) as n from telemetry.gpu_event where kind = 'XID'", "saw the XID");
    fleet.order({ kind: "XID", uuid: first, code: 79 });
    fleet.order({ kind: "MIG", uuid: second, profiles: ["1g.10gb", "3g.40gb"] });
    await until("select count(*) as n from telemetry.gpu_event where kind = 'DISAPPEARED'", "lost a GPU");
    await until("select count(*) - 1 as n from telemetry.gpu where parent_key is not null", "saw the slices");
    await until("select count(*) - 1 as n from telemetry.scrape where reason = 'connect'", "missed the host");
    await untilTrue(() => collector.health().detail["targetsUp"] === 1, "had one target of two");
    await untilTrue(() => !JSON.stringify(collector.health()).includes("not known yet"), "looked who runs jobs");
    expect(collector.health().detail).toMatchObject({ maintenance: { by: MAINTAINER } });
    expect(collector.health()).toMatchObject({ isHealthy: true, detail: { targets: 2 } });
    await untilTrue(() => collector.pages["/targets"]?.().body.includes("connect: ") === true, "showed the failure");
    clearHost();
    database.kill?.();
    const killedAt = new Date(Date.now() + 2_000).toISOString();
    await until(`select count(*) as n from telemetry.sample where time > '${killedAt}'`, "wrote again");
  }, more);

  // Every scrape that was done is there, and once.
  const done = await more.registry.getSingleMetric("bc_collector_scrapes_total")?.get();
  const scrapes = done?.values.reduce((sum, { value }) => sum + value, 0);
  expect(await count("select count(*) as n from telemetry.scrape")).toBe(scrapes);

  // The GPU that was cut into slices was never lost: its seconds and joules add up to its whole span, but for what the
  // machine was too slow to scrape: a gap of more than three intervals isn't covered.
  const [whole] = await database.rows<{ gaps: number; covered: number; counter: number; used: number }>(
    `select sum(gap) filter (where gap <= 3)::float8 as gaps, sum(covered_seconds)::float8 as covered,
       max(energy_total_joules) - min(energy_total_joules) as counter, sum(energy_joules) as used
     from (select *, extract(epoch from time - lag(time) over (order by time)) as gap
       from telemetry.sample join telemetry.gpu using (gpu_key) where uuid = $1) s`,
    [second],
  );
  expect(whole?.covered).toBeCloseTo(whole?.gaps ?? 0, 1);
  expect(whole?.used).toBeCloseTo(whole?.counter ?? 0, 3);
  expect(whole?.used).toBeGreaterThan(1_000);

  // XID 79 is shown for a few seconds only before the GPU is gone.
  const events = await database.rows<{ kind: string; code: number; uuid: string }>(
    `select distinct kind, code, uuid from telemetry.gpu_event join telemetry.gpu using (gpu_key)
     where kind <> 'APPEARED' and code <> 79`,
  );
  expect(events).toEqual(
    expect.arrayContaining([
      { kind: "XID", code: 31, uuid: first },
      { kind: "DISAPPEARED", code: 0, uuid: first },
      { kind: "COUNTER_RESET", code: 0, uuid: third },
    ]),
  );
  expect(events).toHaveLength(3);
  expect(await count("select count(*) as n from telemetry.gpu where parent_key is not null")).toBe(2);
  expect(await database.rows("select labels from telemetry.target order by url")).toEqual([
    { labels: { host: "h1", operator: "1" } },
    { labels: { host: "h2" } },
  ]);
});

/** How many scrapes are in the spool's files. */
async function spooledScrapes(): Promise<number> {
  const { segments } = await scanSegments(join(dir, "spool"));
  const payloads = await Promise.all(
    segments.map((segment) => new RecordReader().read(segment, 0, segment.offsets.length)),
  );
  const decoder = new RecordDecoder();
  return payloads.flat().filter((payload) => decoder.decode(payload)?.kind === "scrape").length;
}

it("a collector that was killed while its database was away loses nothing that was spooled", async () => {
  await database.pool.query("truncate telemetry.sample, telemetry.scrape, telemetry.heartbeat");
  const child = await startChild({
    name: "collector",
    command: process.execPath,
    args: [
      ...["--import", "tsx", fileURLToPath(new URL("src/testing/collector-child.ts", import.meta.url))],
      ...["postgres://postgres@127.0.0.1:1/berkeley", join(dir, "targets.json"), join(dir, "spool")],
    ],
    isReady: (line) => line === "ready",
    readyTimeoutMs: WAIT_MS,
  });
  await waitFor(async () => (await spooledScrapes()) >= 6 || undefined, {
    timeoutMs: WAIT_MS,
    onTimeout: () => new Error("never spooled"),
  });
  process.kill(child.pid, "SIGKILL");
  await child.ended;
  const killedAt = new Date().toISOString();
  const spooled = await spooledScrapes();
  await collecting(async (collector) => {
    await until(
      "select count(*) as n from telemetry.watermark where sampled_through > now() - interval '10 s'",
      "caught up",
    );
    expect(collector.health().isHealthy).toBe(true);
  });
  expect(await count(`select count(*) as n from telemetry.scrape where time < '${killedAt}'`)).toBe(spooled);
  expect(await count(`select count(*) as n from telemetry.heartbeat where minute <= '${killedAt}'`)).toBeGreaterThan(0);
});

it("a new list of targets is taken, and a bad one is not, but told", async () => {
  await collecting(async (collector) => {
    await writeFile(join(dir, "targets.json"), "[{]");
    await untilTrue(() => !collector.health().isHealthy, "told the bad list");
    expect(collector.health().detail).toMatchObject({ targets: 2, faults: [expect.stringContaining("is no JSON")] });
    await writeFile(join(dir, "targets.json"), "[]");
    await untilTrue(() => collector.health().detail["targets"] === 0, "took the new list");
    expect(collector.health().isHealthy).toBe(true);
  });
});

it("a start without targets, or in a spool that is in use, says what to do", async () => {
  const signal = AbortSignal.abort();
  await expect(runCollector({ ...options({ targetsFile: join(dir, "none.json") }), signal })).rejects.toMatchObject({
    code: "NO_TARGETS_FILE",
  });
  await collecting(async () => {
    await expect(openCollector(options())).rejects.toMatchObject({ code: "LOCKED" });
  });
});
