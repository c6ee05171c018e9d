import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jest } from "@jest/globals";
import { startFleet, type Fleet } from "#devnet/fleet/index.ts";
import { startChild, type Child } from "#kernel/child.ts";
import { waitFor } from "#kernel/time.ts";
import { offsetMs } from "./src/scrape/schedule.ts";
import { openTelemetryDatabase, type TelemetryDatabase } from "./src/testing/database.ts";

jest.setTimeout(120_000);
const WAIT_MS = 60_000;
let dir: string;
let database: TelemetryDatabase;
let fleet: Fleet;
const children: Child[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-two-"));
  database = await openTelemetryDatabase();
  fleet = await startFleet({
    hosts: [{ name: "h1", model: "NVIDIA H100 80GB HBM3", gpuCount: 2, labels: {} }],
    ...{ seed: 1, collectSeconds: 1, port: 0, targetsFile: join(dir, "targets.json") },
  });
});
afterAll(async () => {
  for (const { pid } of children) kill(pid);
  await Promise.all(children.map(({ ended }) => ended));
  await fleet.stop();
  await database.close();
  await rm(dir, { recursive: true });
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended
  }
}

async function collect(id: string): Promise<Child> {
  const script = fileURLToPath(new URL("src/testing/collector-child.ts", import.meta.url));
  const child = await startChild({
    name: id,
    command: process.execPath,
    args: ["--import", "tsx", script, database.url, join(dir, "targets.json"), join(dir, id), id],
    isReady: (line) => line === "ready",
    readyTimeoutMs: WAIT_MS,
  });
  children.push(child);
  return child;
}

const until = (sql: string, what: string): Promise<true> =>
  waitFor(async () => ((await database.rows<{ ok: boolean }>(sql))[0]?.ok ? true : undefined), {
    timeoutMs: WAIT_MS,
    everyMs: 200,
    onTimeout: () => new Error(`never ${what}`),
  });
const scrapesBy = (id: string, count: number, since: Date): string =>
  `select count(*) >= ${count} as ok from telemetry.scrape join telemetry.collector using (collector_key)
   where name = '${id}' and time > '${since.toISOString()}'`;

it("two collectors of one exporter, one of which is killed and comes back, leave what one would have left", async () => {
  const [one, other] = await Promise.all([collect("one"), collect("other")]);
  const begun = new Date();
  await until(
    "select count(*) = 2 as ok from telemetry.collector where sampled_through > now() - interval '5 s'",
    "both wrote",
  );
  fleet.order({ kind: "XID", uuid: fleet.gpus[0]?.uuid ?? "", code: 31 });
  await until("select count(*) > 0 as ok from telemetry.gpu_event where kind = 'XID'", "saw the XID");
  process.kill(one.pid, "SIGKILL");
  await one.ended;
  const killed = new Date(Date.now() + 1_000);
  await until(scrapesBy("other", 3, killed), "went on without the one killed");
  await collect("one");
  process.kill(other.pid, "SIGKILL");
  await other.ended;
  const second = new Date(Date.now() + 1_000);
  await until(scrapesBy("one", 2, second), "went on by the one that came back");
  await collect("other");
  await until(
    `select sampled_through > now() - interval '5 s' and sampled_through > '${second.toISOString()}' as ok from telemetry.watermark`,
    "caught up",
  );

  // Gaps of more than three intervals aren't covered: the machine may be slow.
  const sums = await database.rows<{
    gaps: number;
    covered: number;
    counter: number;
    used: number;
    rows: number;
    off: number;
  }>(
    `select sum(gap) filter (where gap <= 3)::float8 as gaps, sum(covered_seconds)::float8 as covered, count(*)::int as rows,
       (max(energy_total_joules) - min(energy_total_joules))::float8 as counter, sum(energy_joules)::float8 as used,
       (count(*) filter (where (extract(epoch from time) * 1000)::bigint % 1000 <> $1))::int as off
     from (select *, extract(epoch from time - lag(time) over (partition by gpu_key order by time)) as gap from telemetry.sample) s
     group by gpu_key`,
    [offsetMs(targetUrl(), 1_000)],
  );
  expect(sums).toHaveLength(2);
  for (const { gaps, covered, counter, used, rows, off } of sums) {
    expect(covered).toBeCloseTo(gaps, 2);
    expect(used).toBeCloseTo(counter, 3);
    expect(used).toBeGreaterThan(100);
    // What a slow machine sends half an interval late isn't of a tick; all else is.
    expect(off).toBeLessThan(rows / 4);
    expect(rows).toBeLessThanOrEqual((Date.now() - begun.getTime()) / 1_000 + 2 + off);
  }
  const events = await database.rows("select kind, count(*)::int as n from telemetry.gpu_event group by 1 order by 1");
  expect(events).toEqual([
    { kind: "APPEARED", n: 2 },
    { kind: "XID", n: 1 },
  ]);
  const states = await database.rows<{ states: string[] }>(
    `select array_agg(distinct state) as states from telemetry.gpu_minutes(date_trunc('minute', $1::timestamptz),
       (select sampled_through from telemetry.watermark))`,
    [begun],
  );
  expect(states).toEqual([{ states: ["UP"] }]);
});

const targetUrl = (): string => `${fleet.url}/h1/metrics`;
