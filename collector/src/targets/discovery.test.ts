import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "#kernel/time.ts";
import { Fetcher } from "../scrape/fetcher.ts";
import { Guard, parseGuard } from "../scrape/guard.ts";
import { scheduleEvery } from "../scrape/schedule.ts";
import { startExporter, type TestExporter } from "../testing/exporter.ts";
import { Discovery, type DiscoveryOptions } from "./discovery.ts";
import type { TargetList } from "./target.ts";

let dir: string;
let config: string;
let fetcher: Fetcher;
let server: TestExporter | undefined;
/** ends the discovery that a test follows */
let stop: AbortController;
let following: Promise<void> | undefined;
let lists: TargetList[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-discovery-"));
  config = join(dir, "prometheus.yml");
  fetcher = new Fetcher(parseGuard("127.0.0.0/8"));
  stop = new AbortController();
  lists = [];
});
afterEach(async () => {
  stop.abort();
  fetcher.close();
  await following;
  following = undefined;
  await server?.close();
  server = undefined;
  await rm(dir, { recursive: true });
});

/** Puts a file in its place in one piece. */
async function put(name: string, text: string): Promise<void> {
  await writeFile(join(dir, `${name}.draft`), text);
  await rename(join(dir, `${name}.draft`), join(dir, name));
}

const open = (more: Partial<DiscoveryOptions> = {}): Promise<Discovery> =>
  Discovery.open({ scrapeConfig: config, schedule: scheduleEvery(10), fetcher, everyMs: 10, ...more });

async function follow(more: Partial<DiscoveryOptions> = {}): Promise<Discovery> {
  const discovery = await open(more);
  following = discovery.follow((list) => void lists.push(list), stop.signal);
  return discovery;
}

const now = (): TargetList | undefined => lists.at(-1);
const urls = (list: TargetList | undefined): string[] => list?.targets.map(({ url }) => url) ?? [];
const until = (test: () => boolean): Promise<true> =>
  waitFor(() => Promise.resolve(test() || undefined), {
    timeoutMs: 20_000,
    everyMs: 5,
    onTimeout: () => new Error(`never ${test.toString()}: ${JSON.stringify(now())}`),
  });
const untilFault = (message: string): Promise<true> => until(() => now()?.faults.join().includes(message) === true);

describe("jobs", () => {
  it("list targets in the configuration and in files, each with its own times, path and parameters", async () => {
    await mkdir(join(dir, "lists"));
    await put("lists/a.json", '[{ "targets": ["a:1"], "labels": { "operator": "1", "__scrape_interval__": "5s" } }]');
    await put("lists/b.yml", "- targets: [b:1]\n  labels: { __metrics_path__: /b, __param_module: fast, job: mine }\n");
    await put("lists/c.txt", "garbage");
    await put(
      "prometheus.yml",
      `
global: { scrape_interval: 30s }
scrape_configs:
  - job_name: halls
    params: { module: [slow, cold] }
    file_sd_configs: [{ files: ["lists/*.json", "lists/*.yml"] }]
  - job_name: one
    scrape_interval: 1m
    scrape_timeout: 7s
    static_configs: [{ targets: ["c:1"] }]
`,
    );
    expect((await open()).list).toEqual({
      targets: [
        {
          url: "http://a:1/metrics?module=slow&module=cold",
          labels: { job: "halls", operator: "1" },
          schedule: { intervalMs: 5_000, timeoutMs: 4_000 },
        },
        {
          url: "http://b:1/b?module=fast&module=cold",
          labels: { job: "mine" },
          schedule: { intervalMs: 30_000, timeoutMs: 10_000 },
        },
        { url: "http://c:1/metrics", labels: { job: "one" }, schedule: { intervalMs: 60_000, timeoutMs: 7_000 } },
      ],
      faults: [],
      warnings: [],
    });
  });

  it("that list the same target scrape it once, and tell", async () => {
    await put("targets.json", '[{ "targets": ["a:1"], "labels": { "from": "file" } }]');
    await put(
      "prometheus.yml",
      "scrape_configs: [{ job_name: x, static_configs: [{ targets: [a:1, b:1] }] }, { job_name: y, static_configs: [{ targets: [b:1, b:1] }] }]",
    );
    const { list } = await open({ targetsFile: join(dir, "targets.json") });
    expect(list.targets.map(({ url, labels }) => [url, labels])).toEqual([
      ["http://a:1/metrics", { from: "file" }],
      ["http://b:1/metrics", { job: "x" }],
    ]);
    expect(list.warnings).toEqual([
      'http://a:1/metrics of job "x" is scraped as one of job "", which lists it too',
      'http://b:1/metrics of job "y" is scraped as one of job "x", which lists it too',
    ]);
  });

  it("start with the lists that are good, and tell those that aren't", async () => {
    await put(
      "prometheus.yml",
      "scrape_configs: [{ job_name: x, static_configs: [{ targets: [a:1] }], file_sd_configs: [{ files: [none.json] }] }]",
    );
    const { list } = await open();
    expect([urls(list), list.faults]).toEqual([
      ["http://a:1/metrics"],
      [expect.stringContaining("none.json cannot be read")],
    ]);
  });

  it("don't start with a file that isn't there, or credentials that can't be read: all are told", async () => {
    await expect(open()).rejects.toMatchObject({ code: "NO_SCRAPE_CONFIG" });
    await put(
      "prometheus.yml",
      "scrape_configs: [{ job_name: x, scheme: https, bearer_token_file: no }, { job_name: y, tls_config: { ca_file: none } }]",
    );
    await expect(open()).rejects.toMatchObject({
      code: "BAD_SCRAPE_CONFIG",
      hints: [expect.stringMatching(/^job x: secret file/), expect.stringMatching(/^job y: TLS file/)],
    });
    await expect(open({ targetsFile: join(dir, "none.json") })).rejects.toMatchObject({
      code: "NO_TARGETS_FILE",
      hints: [expect.stringContaining("TARGETS_FILE")],
    });
  });
});

describe("what is followed", () => {
  it("a configuration that is edited: a bad one is told, and the last good one stays", async () => {
    const job = (target: string): string =>
      `scrape_configs: [{ job_name: x, static_configs: [{ targets: [${target}] }] }]`;
    await put("prometheus.yml", job("a:1"));
    await follow();
    await put("prometheus.yml", job("b:1"));
    await until(() => urls(now()).join() === "http://b:1/metrics");
    await put("prometheus.yml", `${job("c:1")}\nfoo: bar`);
    await untilFault("has 1 fault; line 2: foo isn't known");
    await put(
      "prometheus.yml",
      "scrape_configs: [{ job_name: x, scheme: https, bearer_token_file: none, static_configs: [{ targets: [d:1] }] }]",
    );
    await untilFault("job x: secret file can't be read");
    await rm(config);
    await untilFault("prometheus.yml can't be read");
    expect(urls(now())).toEqual(["http://b:1/metrics"]);
    await put("prometheus.yml", job("e:1"));
    await until(() => now()?.faults.length === 0);
    expect(urls(now())).toEqual(["http://e:1/metrics"]);
  });

  it("files that come and go by a pattern, and a bad edit of one, which costs no other", async () => {
    await put("prometheus.yml", 'scrape_configs: [{ job_name: x, file_sd_configs: [{ files: ["t-*.json"] }] }]');
    await follow();
    await put("t-1.json", '[{ "targets": ["a:1"] }]');
    await put("t-2.json", '[{ "targets": ["b:1"] }]');
    await until(() => urls(now()).length === 2);
    await put("t-1.json", "[{]");
    await untilFault("t-1.json: is no JSON");
    await put("t-2.json", '[{ "targets": ["c:1"] }]');
    await until(() => urls(now()).join() === "http://a:1/metrics,http://c:1/metrics");
    await put("t-1.json", '[{ "targets": ["a:1"], "labels": { "__scrape_interval__": "6m" } }]');
    await untilFault('__scrape_interval__ is "6m", but must be a duration from 1s to 5m');
    expect(urls(now())).toHaveLength(2);
    await rm(join(dir, "t-1.json"));
    await until(() => urls(now()).join() === "http://c:1/metrics" && now()?.faults.length === 0);
  });

  it("a target file by its name: edits in place and by replacement", async () => {
    const targetsFile = join(dir, "targets.json");
    await writeFile(targetsFile, "[]");
    await follow({ scrapeConfig: undefined, targetsFile });
    await put("targets.json", '[{"targets":["a:1"]}]');
    await until(() => urls(now()).join() === "http://a:1/metrics");
    await put("targets.json", "[{}]");
    await untilFault("entry 1");
    await rm(targetsFile);
    await untilFault("cannot be read");
    expect(now()?.targets).toEqual([{ url: "http://a:1/metrics", labels: {} }]);
    await writeFile(targetsFile, '[{"targets":["b:1"]}]');
    await until(() => urls(now()).join() === "http://b:1/metrics");
    expect(now()?.faults).toEqual([]);
  });

  it("a secret that is exchanged, and one that is lost, of which the last stays", async () => {
    await put("token", "first");
    await put(
      "prometheus.yml",
      "scrape_configs: [{ job_name: x, scheme: https, bearer_token_file: token, static_configs: [{ targets: [a:1] }] }]",
    );
    const sent = (list: TargetList | undefined): unknown => list?.targets[0]?.access?.headers()["authorization"];
    const discovery = await follow();
    const before = discovery.list.targets[0]?.access;
    expect(sent(discovery.list)).toBe("Bearer first");
    await put("other", "touched");
    await put("token", "second\n");
    await until(() => sent(now()) === "Bearer second");
    expect([...discovery.accesses]).toEqual([now()?.targets[0]?.access]);
    expect(discovery.accesses.has(before as never)).toBe(false);
    await rm(join(dir, "token"));
    await untilFault("job x: secret file can't be read");
    expect(sent(now())).toBe("Bearer second");
    await put("token", "third");
    await until(() => sent(now()) === "Bearer third" && now()?.faults.length === 0);
  });
});

describe("an http_sd server", () => {
  const LIST = '[{ "targets": ["a:1"], "labels": { "operator": "1", "__meta_x": "y" } }]';
  let answer: (response: ServerResponse) => void;
  const json =
    (body: string, type = "application/json") =>
    (response: ServerResponse): void =>
      void response.setHeader("content-type", type).end(body);

  /** Follows a server that answers as `answer` says, asked each second. */
  async function followServer(job = "", more: Partial<DiscoveryOptions> = {}): Promise<void> {
    server = await startExporter((_request, response) => answer(response));
    const url = `${server.url}?token=t0ps3cret`;
    await put(
      "prometheus.yml",
      `scrape_configs: [{ job_name: x, ${job} http_sd_configs: [{ url: '${url}', refresh_interval: 1s }] }]`,
    );
    await follow(more);
  }

  it("is asked as Prometheus asks, and its targets are taken", async () => {
    answer = json(LIST, "application/json; charset=utf-8");
    await followServer("scheme: https,");
    await until(() => urls(now()).length > 0);
    expect(now()?.targets).toMatchObject([{ url: "https://a:1/metrics", labels: { job: "x", operator: "1" } }]);
    expect(server?.requests[0]?.headers).toMatchObject({
      accept: "application/json",
      "x-prometheus-refresh-interval-seconds": "1",
    });
    expect(server?.requests[0]?.url).toBe("/metrics?token=t0ps3cret");
  });

  it("that lies is told, without its address's query, and its last good list stays, until it mends", async () => {
    answer = json(LIST);
    await followServer();
    await until(() => urls(now()).length === 1);
    const lies: [string, typeof answer][] = [
      ["is no JSON", json("<html>")],
      ['"http://a:1" is no "host:port"', json('[{ "targets": ["http://a:1"] }]')],
    ];
    for (const [fault, lie] of lies) {
      answer = lie;
      await untilFault(fault);
      expect(urls(now())).toEqual(["http://a:1/metrics"]);
      expect(now()?.faults.join()).not.toContain("t0ps3cret");
    }
    answer = json("[]");
    await until(() => now()?.targets.length === 0);
    expect(now()?.faults).toEqual([]);
  });

  it("is guarded as targets are", async () => {
    fetcher.close();
    fetcher = new Fetcher(new Guard());
    answer = json(LIST);
    await followServer("", { fetcher });
    await untilFault("forbidden: 127.0.0.1 isn't an address of the internet");
    expect(server?.requests).toEqual([]);
  });

  it("is asked no more when its job is gone", async () => {
    answer = json(LIST);
    await followServer();
    await until(() => urls(now()).length === 1);
    await put("prometheus.yml", "scrape_configs: [{ job_name: y }]");
    await until(() => now()?.targets.length === 0);
    const asked = server?.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(server?.requests).toHaveLength(asked ?? 0);
  });
});
