import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jest } from "@jest/globals";
import { createFleetModel, startFleet, type Fleet } from "#devnet/fleet/index.ts";
import { freePorts } from "#devnet/testing.ts";
import { startChild } from "#kernel/child.ts";
import { silentLogger } from "#kernel/log.ts";
import { closeServer, createRegistry } from "#kernel/metrics.ts";
import { waitFor } from "#kernel/time.ts";
import { COLUMNS, openCollector, parseGuard, servePushes, type Collector } from "./index.ts";
import { uuidHash } from "./src/identity/uuid.ts";
import { blankResult } from "./src/scrape/scrape.ts";
import { openTelemetryDatabase, openWriter, type TelemetryDatabase } from "./src/testing/database.ts";
import { checkMetrics, findPrometheus, startPrometheus } from "./src/testing/prometheus.ts";
import { scrapeSeries, writeRequest, type TestSeries } from "./src/testing/remote-write.ts";
import { rowOf } from "./src/testing/rows.ts";

jest.setTimeout(120_000);
const WAIT_MS = 40_000;
const TOKEN = "a-token";
const found = await findPrometheus();
const programs = "why" in found ? { prometheus: "", promtool: "" } : found;
const describePrometheus = "why" in found ? describe.skip : describe;
const why = "why" in found ? ` (skipped: ${found.why})` : "";

let dir: string;
let database: TelemetryDatabase;
let fleet: Fleet | undefined;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-receive-"));
  database = await openTelemetryDatabase();
  const tokenSha256 = createHash("sha256").update(TOKEN).digest("hex");
  await writeFile(join(dir, "tokens.json"), JSON.stringify([{ operator: "1", tokenSha256 }]));
  await writeFile(join(dir, "none.json"), "[]");
});
afterAll(async () => {
  await fleet?.stop();
  await database.close();
  await rm(dir, { recursive: true });
});

const count = async (sql: string): Promise<number> => Number((await database.rows<{ n: number }>(sql))[0]?.n);
const until = (sql: string, what: string): Promise<true> =>
  waitFor(async () => ((await count(sql).catch(() => 0)) > 0 ? true : undefined), {
    timeoutMs: WAIT_MS,
    everyMs: 200,
    onTimeout: () => new Error(`never ${what}`),
  });

/** Runs a collector, with its push server, while `body` does. */
async function collecting(
  targetsFile: string,
  body: (pushUrl: string, collector: Collector) => Promise<void>,
): Promise<void> {
  const collector = await openCollector({
    databaseUrl: database.url,
    targetsFile: join(dir, targetsFile),
    spoolDir: join(dir, "spool"),
    pushTokensFile: join(dir, "tokens.json"),
    scrapeSeconds: 1,
    guard: parseGuard("127.0.0.1"),
    logger: silentLogger,
    registry: createRegistry("collector"),
  });
  const server = await servePushes(collector, { host: "127.0.0.1", port: 0, logger: silentLogger });
  const stop = new AbortController();
  const running = collector.run(stop.signal);
  try {
    await body(`http://127.0.0.1:${(server?.address() as AddressInfo).port}`, collector);
  } finally {
    stop.abort();
    await running;
    if (server) await closeServer(server, 0);
  }
}

async function post(url: string, series: readonly TestSeries[]): Promise<number> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    body: new Uint8Array(writeRequest(series)),
    headers: {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    },
  });
  return answer.status;
}

describe("a scrape that comes in parts", () => {
  it("is one row in the end, with what each part brought, and whatever comes twice changes nothing", async () => {
    const { writer } = await openWriter(database.pool);
    const at = Date.now() - 60_000;
    const uuid = "GPU-parts";
    const scrape = (readings: Record<string, number>, time = at) => {
      const rows = [rowOf({ at: time, uuid, readings })];
      return { kind: "scrape", ...blankResult("push://p", time, time + 10_000, 10_000), rows } as const;
    };
    const part = (readings: Record<string, number>) => ({ ...scrape(readings), isPartial: true }) as const;
    await writer.write([scrape({ power_watts: 100, energy_total_joules: 5_000 }, at - 10_000)]);
    const first = part({ power_watts: 200, energy_total_joules: 6_500 });
    const second = part({ gpu_temp_celsius: 61, power_watts: 999 });
    await writer.write([first, second]);
    await writer.write([part({ mem_temp_celsius: 70 }), first]);
    await writer.write([second]);
    const rows = await database.rows(
      `select power_watts, gpu_temp_celsius, mem_temp_celsius, covered_seconds, energy_joules
       from telemetry.sample join telemetry.gpu using (gpu_key) where uuid = $1 and time = $2`,
      [uuid, new Date(at)],
    );
    const derived = { covered_seconds: 10, energy_joules: 1_500 };
    expect(rows).toEqual([{ power_watts: 200, gpu_temp_celsius: 61, mem_temp_celsius: 70, ...derived }]);
  });

  it("without one of its GPUs is no loss of that GPU; a whole one is", async () => {
    const { writer } = await openWriter(database.pool);
    const at = Date.now() - 30_000;
    const scrape = (time: number, ...uuids: string[]) => {
      const rows = uuids.map((uuid) => rowOf({ at: time, uuid }));
      return { kind: "scrape", ...blankResult("push://q", time, time + 5_000, 5_000), rows } as const;
    };
    const lost = (): Promise<number> =>
      count(`select count(*) as n from telemetry.gpu_event join telemetry.gpu using (gpu_key)
        where uuid = 'GPU-other' and kind = 'DISAPPEARED'`);
    await writer.write([scrape(at, "GPU-one", "GPU-other")]);
    await writer.write([{ ...scrape(at + 5_000, "GPU-one"), isPartial: true }]);
    expect(await lost()).toBe(0);
    await writer.write([scrape(at + 10_000, "GPU-one")]);
    expect(await lost()).toBe(1);
  });
});

it("a collector that is killed loses nothing that it has acknowledged, whole scrapes or parts of them", async () => {
  let port = "";
  const child = await startChild({
    name: "collector",
    command: process.execPath,
    args: [
      ...["--import", "tsx", fileURLToPath(new URL("src/testing/receive-child.ts", import.meta.url))],
      ...[join(dir, "none.json"), join(dir, "spool"), join(dir, "tokens.json")],
    ],
    onLine: (line) => void (port ||= /^port (\d+)/.exec(line)?.[1] ?? ""),
    isReady: (line) => line.startsWith("port "),
    readyTimeoutMs: WAIT_MS,
  });
  const url = `http://127.0.0.1:${port}`;
  const acknowledged: { uuid: string; column: string; at: number }[] = [];
  const from = Date.now() - 600_000;
  for (let index = 0; index < 40; index++) {
    const at = from + index * 10_000;
    const uuid = `GPU-${index % 4}`;
    const body = `DCGM_FI_DEV_GPU_TEMP{UUID="${uuid}"} ${40 + index}\nDCGM_FI_DEV_POWER_USAGE{UUID="${uuid}"} 300\n`;
    const series = scrapeSeries({ job: "kill", instance: `h${index % 4}` }, at, body);
    // Every third scrape comes in two parts, and of some the second one never does.
    const parts = index % 3 === 0 ? [series.slice(0, 1), series.slice(1)] : [series];
    if (index === 38) process.kill(child.pid, "SIGKILL");
    for (const [number, part] of (index % 6 === 0 ? parts.slice(0, 1) : parts).entries()) {
      const status = await post(url, part).catch(() => 0);
      if (status !== 204) continue;
      if (number === 0) acknowledged.push({ uuid, column: "gpu_temp_celsius", at });
      if (number === 1 || parts.length === 1) acknowledged.push({ uuid, column: "power_watts", at });
    }
  }
  await child.ended;
  expect(acknowledged.length).toBeGreaterThan(60);
  await collecting("none.json", async () => {
    const last = acknowledged.at(-1);
    // What stays incomplete is passed on after half a minute; here it is longer ago than that when it is read again.
    await until(
      `select count(*) - ${new Set(acknowledged.map(({ at }) => at)).size - 1} as n
       from telemetry.scrape join telemetry.target using (target_key) where url like 'push:%kill%'`,
      `wrote all up to ${last?.at ?? 0}`,
    );
  });
  const rows = await database.rows<{ uuid: string; time: Date; gpu_temp_celsius: number | null; power_watts: number }>(
    `select uuid, time, gpu_temp_celsius, power_watts from telemetry.sample join telemetry.gpu using (gpu_key)
     join telemetry.target using (target_key) where url like 'push:%kill%'`,
  );
  const kept = new Set(
    rows.flatMap(({ uuid, time, gpu_temp_celsius, power_watts }) => [
      ...(gpu_temp_celsius === null ? [] : [`${uuid} gpu_temp_celsius ${time.getTime()}`]),
      ...(power_watts === null ? [] : [`${uuid} power_watts ${time.getTime()}`]),
    ]),
  );
  expect(acknowledged.filter(({ uuid, column, at }) => !kept.has(`${uuid} ${column} ${at}`))).toEqual([]);
});

it("the list of targets for an operator's Prometheus is its own alone, in http_sd's shape, before there is a chain too", async () => {
  const labels = { operator: "1", rack: "r7", job: "x", __metrics_path__: "/gpu/metrics", __scheme__: "https" };
  const groups = [
    { targets: ["10.255.0.1:9400", "10.255.0.2:443"], labels },
    { targets: ["10.255.0.3:9400"], labels: { operator: "2" } },
  ];
  await writeFile(join(dir, "listed.json"), JSON.stringify(groups));
  await collecting("listed.json", async (url) => {
    const answer = await fetch(`${url}/sd/targets`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(answer.headers.get("x-prometheus-refresh-interval-seconds")).toBe("60");
    const own = { operator: "1", rack: "r7", __scheme__: "https", __metrics_path__: "/gpu/metrics" };
    expect(await answer.json()).toEqual([
      { targets: ["10.255.0.1:9400"], labels: own },
      { targets: ["10.255.0.2:443"], labels: own },
    ]);
  });
});

/** What the chain's views say of the fleet: both hosts' GPUs are operator 1's, but for one that is operator 2's. */
async function writeChain(fleet: Fleet): Promise<void> {
  await database.pool.query(`create schema chain;
    create table chain.pool (id text, region text);
    create table chain.gpu (id text, uuid_hash bytea, operator text, pool text, status text);
    insert into chain.pool values ('7', 'eu-north'), ('8', 'eu-north')`);
  for (const [index, { uuid, host }] of fleet.gpus.entries()) {
    const isOthers = host === "h3";
    await database.pool.query("insert into chain.gpu values ($1, decode($2, 'hex'), $3, $4, 'ACTIVE')", [
      ...[String(index), uuidHash(uuid).slice(2), isOthers ? "2" : "1", index === 0 ? "8" : "7"],
    ]);
  }
}

/** A fleet that shows one and the same moment for ever, so that what is scraped twice must be equal. */
async function startStillFleet(): Promise<Fleet> {
  const hosts = [
    { name: "h1", model: "NVIDIA H100 80GB HBM3", gpuCount: 2 },
    { name: "h2", model: "NVIDIA L40S", gpuCount: 1, generation: "2026" as const },
    { name: "h3", model: "NVIDIA L40S", gpuCount: 1 },
  ];
  const moving = createFleetModel({ hosts, seed: 3, collectSeconds: 1 });
  moving.advanceTo(Date.now() - 120_000);
  for (const { uuid } of moving.gpus) moving.setLoad(uuid, 0.8);
  moving.advanceTo(Date.now() - 1_000);
  moving.order({ kind: "MIG", uuid: moving.gpus[1]?.uuid ?? "", profiles: ["1g.10gb", "3g.40gb"] });
  moving.order({ kind: "XID", uuid: moving.gpus[0]?.uuid ?? "", code: 31 });
  moving.advanceTo(Date.now());
  moving.advanceTo = () => undefined;
  return startFleet({ hosts, seed: 3, model: moving, port: 0, targetsFile: join(dir, "fleet.json") });
}

/** Each GPU's readings, all that a target's samples have shown, as they are in the table. */
async function readingsOf(scheme: string): Promise<unknown[]> {
  return database.rows(
    `select distinct uuid, ${COLUMNS.map(({ column }) => column).join(", ")}
     from telemetry.sample s join telemetry.gpu g using (gpu_key)
     join telemetry.scrape c on c.time = s.time join telemetry.target t on t.target_key = c.target_key
     where t.url like $1 and (g.uuid like 'GPU-________-%') order by uuid`,
    [`${scheme}%`],
  );
}

interface Targets {
  activeTargets: { scrapeUrl: string; health: string; lastError: string; labels: Record<string, string> }[];
}

describePrometheus(`Debian's Prometheus${why}`, () => {
  it("finds its targets here, scrapes them and pushes what direct scraping gives", async () => {
    fleet = await startStillFleet();
    const { url: fleetUrl, gpus } = fleet;
    await writeChain(fleet);
    const samples =
      "select count(*) as n from telemetry.scrape join telemetry.target using (target_key) where is_up and";
    await collecting("fleet.json", async () => {
      for (const host of ["h1", "h2", "h3"]) await until(`${samples} url like 'http:%/${host}/%'`, `scraped ${host}`);
    });
    const direct = await readingsOf("http:");
    expect(direct).toHaveLength(4 + 2);
    // Where they were they would be for another minute.
    await database.pool.query("update telemetry.gpu set is_present = false");

    const [webPort = 0] = await freePorts(1);
    await collecting("none.json", async (url, collector) => {
      const authorization = { credentials: TOKEN };
      const prometheus = await startPrometheus(programs.prometheus, {
        dir: join(dir, "prometheus"),
        port: webPort,
        config: {
          global: { scrape_interval: "1s", scrape_timeout: "1s" },
          scrape_configs: [
            {
              job_name: "dcgm",
              http_sd_configs: [{ url: `${url}/sd/targets`, authorization, refresh_interval: "1s" }],
            },
            { job_name: "itself", static_configs: [{ targets: [`127.0.0.1:${webPort}`] }] },
          ],
          // Small batches on several shards, so that scrapes come in parts.
          remote_write: [
            {
              ...{ url: `${url}/api/v1/write`, authorization },
              queue_config: { max_samples_per_send: 37, min_shards: 3, batch_send_deadline: "300ms" },
            },
          ],
        },
      });
      try {
        for (const host of ["h1", "h2"])
          await until(`${samples} url like 'push:%' and labels->>'host' = '${host}'`, `took ${host}`);
        const { activeTargets } = await prometheus.ask<Targets>("targets");
        const ofFleet = activeTargets.filter(({ labels }) => labels["job"] === "dcgm");
        expect(ofFleet.map(({ scrapeUrl }) => scrapeUrl).sort()).toEqual(
          ["h1", "h2"].map((host) => `${fleetUrl}/${host}/metrics`),
        );
        expect(ofFleet.map(({ health, lastError }) => [health, lastError])).toEqual([
          ["up", ""],
          ["up", ""],
        ]);
        expect(ofFleet.map(({ labels }) => [labels["operator"], labels["region"]])).toEqual([
          ["1", "eu-north"],
          ["1", "eu-north"],
        ]);
        fleet?.order({ kind: "HOST_DOWN", host: "h2" });
        await until(
          "select count(*) as n from telemetry.scrape where reason = 'reported_down'",
          "told the host that is down",
        );
        expect(collector.health().detail).toMatchObject({ targets: 0, targetsPushed: 2, faults: [] });
        expect(collector.pages["/targets"]?.().body).toContain("reported_down: its Prometheus could not scrape it");
        expect(prometheus.complaints).toEqual([]);
      } finally {
        await prometheus.stop(5_000);
      }
    });

    const mine = new Set(gpus.filter(({ host }) => host !== "h3").map(({ uuid }) => uuid));
    const isMine = (row: unknown): boolean => mine.has((row as { uuid: string }).uuid.split("/")[0] ?? "");
    expect(await readingsOf("push:")).toEqual(direct.filter(isMine));
    expect(await count("select count(*) as n from telemetry.gpu_event where kind = 'XID'")).toBe(1);
  });

  it("as promtool reads what the fleet prints, and minds only its names, as it would a real exporter's", async () => {
    const hosts = [
      { name: "h1", model: "NVIDIA H100 80GB HBM3", gpuCount: 2 },
      { name: "h2", model: "NVIDIA L40S", gpuCount: 1, generation: "2026" as const },
    ];
    const model = createFleetModel({ hosts, seed: 3 });
    model.advanceTo(Date.now());
    for (const { name } of hosts) {
      const said = await checkMetrics(programs.promtool, model.body(name) ?? "");
      // Its advice on names is for whoever names metrics; a text that it couldn't read would be told without a name.
      expect(said.filter((line) => !/^DCGM_\w+ .*(name|suffix|unit)/.test(line))).toEqual([]);
      expect(said.length).toBeGreaterThan(0);
    }
  });
});
