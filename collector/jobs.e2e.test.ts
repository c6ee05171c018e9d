import { copyFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jest } from "@jest/globals";
import { pino } from "pino";
import { createRegistry } from "#kernel/metrics.ts";
import { waitFor } from "#kernel/time.ts";
import { openCollector, parseGuard, type Collector } from "./index.ts";
import { TestAuthority } from "./src/testing/certificates.ts";
import { openTelemetryDatabase, type TelemetryDatabase } from "./src/testing/database.ts";
import { startExporter, startTlsExporter, type TestExporter } from "./src/testing/exporter.ts";

jest.setTimeout(120_000);
const SECRETS = ["first-t0ken", "second-t0ken", "p4ssword", Buffer.from("ali:p4ssword").toString("base64")];
let dir: string;
let database: TelemetryDatabase;
let exporters: TestExporter[];
let logged: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-jobs-"));
  database = await openTelemetryDatabase();
});
afterAll(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});
beforeEach(() => {
  exporters = [];
  logged = "";
});
afterEach(async () => {
  for (const exporter of exporters) await exporter.close();
});

/** A file in its place in one piece. */
async function put(name: string, text: string): Promise<string> {
  await writeFile(join(dir, `${name}.draft`), text);
  await rename(join(dir, `${name}.draft`), join(dir, name));
  return join(dir, name);
}

const body = (uuid: string): string => `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="${uuid}",modelName="NVIDIA L40S"} 100\n`;
const host = ({ url }: TestExporter): string => new URL(url).host;
const until = (sql: string, what: string): Promise<true> =>
  waitFor(async () => ((await database.rows<{ ok: boolean }>(`select ${sql} as ok`))[0]?.ok ? true : undefined), {
    timeoutMs: 60_000,
    everyMs: 100,
    onTimeout: () => new Error(`never ${what}: ${logged}`),
  });
const scraped = (exporter: TestExporter, condition: string): string =>
  `exists (select from telemetry.scrape join telemetry.target using (target_key) where url like '%${host(exporter)}%' and ${condition})`;

async function collecting(
  id: string,
  scrapeConfig: string,
  run: (collector: Collector, shown: () => Promise<string>) => Promise<void>,
): Promise<void> {
  const registry = createRegistry("collector");
  const logger = pino({ level: "trace" }, { write: (line: string) => void (logged += line) });
  const collector = await openCollector({
    ...{ databaseUrl: database.url, spoolDir: join(dir, id), scrapeSeconds: 1, guard: parseGuard("127.0.0.1"), id },
    ...{ scrapeConfig, logger, registry },
  });
  const stop = new AbortController();
  const running = collector.run(stop.signal);
  const shown = async (): Promise<string> =>
    [collector.pages["/targets"]?.().body, JSON.stringify(collector.health()), await registry.metrics(), logged].join();
  try {
    await run(collector, shown);
  } finally {
    stop.abort();
    await running;
  }
}

it("jobs are scraped each at its own times, and their minutes, coverage and energy are right", async () => {
  const fast = await startExporter((_request, response) => response.end(body("GPU-fast")));
  const slow = await startExporter((_request, response) => response.end(body("GPU-slow")));
  exporters = [fast, slow];
  const config = await put(
    "times.yml",
    `scrape_configs:
  - { job_name: fast, static_configs: [{ targets: ["${host(fast)}"] }] }
  - { job_name: slow, scrape_interval: 3s, scrape_timeout: 2s, static_configs: [{ targets: ["${host(slow)}"], labels: { job: own } }] }
`,
  );
  await collecting("times", config, async () => {
    await until(
      "(select count(*) >= 2 from telemetry.sample join telemetry.gpu using (gpu_key) where uuid = 'GPU-slow' and covered_seconds > 0)",
      "sampled",
    );
  });
  // A scrape that comes with the target, off its times, speaks until the first of them.
  const rows = await database.rows<{
    uuid: string;
    due: number;
    gap: number | null;
    covered: number;
    joules: number | null;
  }>(
    `select uuid, extract(epoch from covers_until - time)::float8 as due, covered_seconds::float8 as covered, energy_joules::float8 as joules,
       extract(epoch from time - lag(time) over (partition by gpu_key order by time))::float8 as gap
     from telemetry.sample join telemetry.gpu using (gpu_key) order by gpu_key, time`,
  );
  for (const [uuid, interval] of [
    ["GPU-fast", 1],
    ["GPU-slow", 3],
  ] as const) {
    const own = rows.filter((row) => row.uuid === uuid);
    expect(own.filter(({ due }) => due === interval).length).toBeGreaterThanOrEqual(2);
    expect(own.every(({ due }) => due <= interval)).toBe(true);
    for (const { gap, covered, joules } of own.slice(1)) {
      expect(covered).toBeCloseTo(gap !== null && gap <= 3 * interval ? gap : 0, 5);
      expect(joules ?? 0).toBeCloseTo(100 * covered, 4);
    }
  }
  const targets = await database.rows("select labels from telemetry.target order by labels->>'job'");
  expect(targets).toEqual([{ labels: { job: "fast" } }, { labels: { job: "own" } }]);
  const states = await database.rows(
    `select distinct uuid, state from telemetry.gpu_minutes((select date_trunc('minute', min(time)) from telemetry.sample),
       (select max(time) from telemetry.sample)) join telemetry.gpu using (gpu_key) order by uuid`,
  );
  expect(states).toEqual([
    { uuid: "GPU-fast", state: "UP" },
    { uuid: "GPU-slow", state: "UP" },
  ]);
});

it("secrets and authorities are exchanged while it runs, failures say why, and no secret is shown anywhere", async () => {
  const [authority, next] = [await TestAuthority.make(dir, "old-ca"), await TestAuthority.make(dir, "new-ca")];
  let wanted = "Bearer first-t0ken";
  const certificate = await authority.sign("server");
  const tokened = await startTlsExporter({ ...certificate }, (request, response) => {
    if (request.headers.authorization === wanted) response.end(body("GPU-token"));
    else response.writeHead(401).end(`no: ${request.headers.authorization ?? ""}`);
  });
  const other = await startTlsExporter(await next.sign("other"), (_request, response) =>
    response.end(body("GPU-other")),
  );
  const basic = await startExporter((request, response) => response.writeHead(403).end(request.headers.authorization));
  const plain = await startExporter((_request, response) => response.end(body("GPU-plain")));
  exporters = [tokened, other, basic, plain];
  await put("token", SECRETS[0] ?? "");
  await copyFile(authority.caFile, join(dir, "trusted.pem"));
  await put(
    "list.json",
    JSON.stringify([{ targets: [host(plain)], labels: { __scheme__: "http" } }, { targets: ["169.254.169.254:80"] }]),
  );
  const config = await put(
    "secrets.yml",
    `scrape_configs:
  - job_name: tokened
    scheme: https
    authorization: { credentials_file: token }
    tls_config: { ca_file: trusted.pem }
    static_configs: [{ targets: ["${host(tokened)}", "${host(other)}"] }]
    file_sd_configs: [{ files: [list.json] }]
  - job_name: basic
    allow_plain_http: true
    basic_auth: { username: ali, password: p4ssword }
    static_configs: [{ targets: ["${host(basic)}"] }]
`,
  );
  await collecting("secrets", config, async (collector, shown) => {
    await until(scraped(tokened, "is_up"), "scraped with the first token");
    await until(scraped(other, "reason = 'tls'"), "refused a foreign certificate");
    await until(scraped(basic, "reason = 'unauthorized' and detail like 'answered 403%'"), "was refused");
    await until(scraped(plain, "reason = 'forbidden' and detail like '%plain http%'"), "kept its secret");
    await until(
      "exists (select from telemetry.scrape where reason = 'forbidden' and detail like '169.254.169.254%')",
      "was guarded",
    );
    wanted = "Bearer second-t0ken";
    await until(scraped(tokened, "reason = 'unauthorized' and detail like 'answered 401%'"), "missed the new token");
    await put("token", `${SECRETS[1] ?? ""}\n`);
    const changedAt = new Date().toISOString();
    await until(scraped(tokened, `is_up and time > '${changedAt}'`), "took the new token");
    await copyFile(next.caFile, join(dir, "trusted.pem"));
    await until(scraped(other, "is_up"), "took the new authority");
    await rm(join(dir, "token"));
    await waitFor(() => Promise.resolve(collector.health().isHealthy ? undefined : true), {
      timeoutMs: 60_000,
      onTimeout: () => new Error("never told the lost token"),
    });
    const all = await shown();
    expect(all).toContain("secret file can&#39;t be read");
    expect(all).toMatch(/bc_collector_target_faults\{[^}]*\} 1/);
    const tables = await database.rows<{ text: string }>(
      `select (select json_agg(t)::text from telemetry.target t) || (select json_agg(s)::text from telemetry.scrape s) ||
         (select json_agg(g)::text from telemetry.gpu g) as text`,
    );
    for (const secret of SECRETS) expect(all + JSON.stringify(tables)).not.toContain(secret);
  });
  expect(plain.requests).toEqual([]);
  expect(basic.requests[0]?.headers.authorization).toBe(`Basic ${SECRETS[3] ?? ""}`);
});
