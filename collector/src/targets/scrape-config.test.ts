import { inspect } from "node:util";
import { scheduleEvery } from "../scrape/schedule.ts";
import { parseScrapeConfig } from "./scrape-config.ts";

const parse = (text: string) => parseScrapeConfig(text, "/etc/bc/prometheus.yml", scheduleEvery(10));

/** The faults that a text is refused for. */
function faultsOf(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    expect(error).toMatchObject({ code: "BAD_SCRAPE_CONFIG" });
    return (error as { hints: string[] }).hints;
  }
  return [];
}

const FULL = `
global:
  scrape_interval: 30s
scrape_configs:
  - job_name: halls
    scheme: https
    metrics_path: /h/metrics
    params: { module: [gpu, cpu], "collect[]": [a] }
    scrape_interval: 1m
    scrape_timeout: 20s
    follow_redirects: false
    basic_auth: { username: ali, password_file: secrets/password }
    tls_config: { ca_file: ca.pem, cert_file: /c/client.pem, key_file: client.key, server_name: gpu, insecure_skip_verify: false }
    static_configs:
      - targets: [10.0.0.7:9400, "[fd00::7]:9400"]
        labels: { operator: 1 }
    file_sd_configs:
      - files: [lists/*.yml, /abs/one.json]
        refresh_interval: 5m
    http_sd_configs:
      - url: https://sd.example.org/targets?token=t0ps3cret
        authorization: { type: Token, credentials: hunter2 }
  - job_name: others
    static_configs: []
`;

describe("a scrape configuration", () => {
  it("is read in Prometheus' own shape, other files from its folder", () => {
    const [halls, others] = parse(FULL);
    expect(halls).toMatchObject({
      name: "halls",
      defaults: {
        scheme: "https",
        metricsPath: "/h/metrics",
        params: { module: ["gpu", "cpu"], "collect[]": ["a"] },
        schedule: { intervalMs: 60_000, timeoutMs: 20_000 },
      },
      credentials: {
        authorization: { type: "basic", username: "ali", secret: { file: "/etc/bc/secrets/password" } },
        tls: { caFile: "/etc/bc/ca.pem", certFile: "/c/client.pem", keyFile: "/etc/bc/client.key", serverName: "gpu" },
      },
      groups: [{ targets: ["10.0.0.7:9400", "[fd00::7]:9400"], labels: { operator: "1" } }],
      filePatterns: ["/etc/bc/lists/*.yml", "/abs/one.json"],
      httpSources: [{ url: "https://sd.example.org/targets?token=t0ps3cret", refreshMs: 60_000 }],
    });
    expect(others?.defaults.schedule).toEqual({ intervalMs: 30_000, timeoutMs: 10_000 });
  });

  it("may use anchors, and numbers where texts are meant", () => {
    const jobs = parse(`
scrape_configs:
  - &one { job_name: 7, bearer_token: 0123, scheme: https, static_configs: [{ targets: [a:1] }] }
  - { job_name: b, tls_config: &tls { insecure_skip_verify: true } }
  - { job_name: c, tls_config: *tls }
`);
    expect(jobs.map(({ name, credentials }) => [name, credentials.tls.isUnverified])).toEqual([
      ["7", false],
      ["b", true],
      ["c", true],
    ]);
  });

  it("keeps the collector's schedule where it says nothing", () => {
    expect(parse("scrape_configs: [{ job_name: a }]")[0]?.defaults.schedule).toEqual(scheduleEvery(10));
  });

  it("tells every fault at once, each with its line", () => {
    expect(
      faultsOf(
        `rule_files: [a.yml]
global:
  evaluation_interval: 1m
  scrape_interval: 1 minute
scrape_configs:
  - job_name: a
    scheme: ftp
    relabel_configs: []
    kubernetes_sd_configs: []
    proxy_url: http://p
    scrpe_interval: 5s
    scrape_interval: 10m
  - job_name: a
    scrape_timeout: 20s
    oauth2: {}
    static_configs:
      - targets: [http://a:1]
    file_sd_configs:
      - files: [*all*.txt]
`.replace("*all*.txt", "'*/a.json'"),
      ),
    ).toEqual([
      'line 4: global.scrape_interval is "1 minute", but must be a duration such as 15s or 1m30s',
      expect.stringMatching(/^line 3: global.evaluation_interval isn't supported: /),
      'line 7: scrape_configs[0].scheme is "ftp", but must be http or https',
      'line 12: scrape_configs[0].scrape_interval is "10m", but must be 1s to 5m',
      expect.stringMatching(/^line 8: scrape_configs\[0\].relabel_configs isn't supported: write the labels into/),
      expect.stringMatching(/^line 9: scrape_configs\[0\].kubernetes_sd_configs isn't supported: .*file_sd/),
      expect.stringMatching(/^line 10: scrape_configs\[0\].proxy_url isn't supported: /),
      "line 11: scrape_configs[0].scrpe_interval isn't known: correct or remove it",
      "line 14: scrape_configs[1].scrape_timeout must be at most the scrape_interval, 10s",
      expect.stringMatching(
        /^line 17: scrape_configs\[1\].static_configs\[0\] is refused: "http:\/\/a:1" is no "host:port"/,
      ),
      expect.stringMatching(/^line 19: .*files has "\*\/a.json", but must end in/),
      expect.stringMatching(/^line 15: scrape_configs\[1\].oauth2 isn't supported: .*credentials_file/),
      'line 13: scrape_configs[1].job_name "a" is another job\'s too',
      expect.stringMatching(/^line 1: rule_files isn't supported: /),
    ]);
  });

  it.each([
    ["no YAML", "scrape_configs: [", /^line 1: is no YAML: /],
    ["a key twice", "scrape_configs: []\nscrape_configs: []", /^line 2: is no YAML: duplicate key/],
    ["a list", "- a", /^line 1: must be a map/],
    ["an empty file", "", /^line 1: must be a map/],
    ["no jobs", "scrape_configs: []", /must list at least one job/],
    ["a job without a name", "scrape_configs: [{}]", /job_name is missing/],
    ["a text for a list", "scrape_configs: no", /must be a list of maps/],
    ["texts for jobs", "scrape_configs: [no]", /must be a list of maps/],
    ["a redirect", "scrape_configs: [{ job_name: a, follow_redirects: true }]", /redirects are never followed/],
    [
      "half a client's certificate",
      "scrape_configs: [{ job_name: a, tls_config: { cert_file: a } }]",
      /needs both cert_file and key_file/,
    ],
    [
      "two ways in",
      "scrape_configs: [{ job_name: a, scheme: https, bearer_token: x, basic_auth: {} }]",
      /has several of basic_auth/,
    ],
    [
      "a secret twice",
      "scrape_configs: [{ job_name: a, scheme: https, bearer_token: x, bearer_token_file: y }]",
      /stands beside bearer_token: keep one/,
    ],
    [
      "a user in an address",
      "scrape_configs: [{ job_name: a, http_sd_configs: [{ url: 'https://u:p@h/' }] }]",
      /holds a user or password: write them as basic_auth/,
    ],
    [
      "no address",
      "scrape_configs: [{ job_name: a, http_sd_configs: [{ url: 'file:///etc' }] }]",
      /must be a URL that begins with/,
    ],
  ])("is refused for %s", (_what, text, message) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    ["a job", "scrape_configs: [{ job_name: a, bearer_token: x MORE }]"],
    ["an http_sd", "scrape_configs: [{ job_name: a, http_sd_configs: [{ url: 'http://h/', bearer_token: x MORE }] }]"],
  ])("sends no secret of %s over plain http, unless it says so", (_what, text) => {
    expect(faultsOf(text.replace("MORE", ""))).toEqual([
      expect.stringMatching(/would send its secret to .* over plain http/),
    ]);
    expect(faultsOf(text.replace("MORE", ", allow_plain_http: true"))).toEqual([]);
  });

  it("shows no secret, whether it is right or wrong", () => {
    const secret = "hunter2";
    expect(inspect(parse(FULL), { depth: 12, showHidden: true })).not.toContain(secret);
    for (const text of [
      `scrape_configs: [{ job_name: a, basic_auth: { username: a, password: [${secret}] } }]`,
      `scrape_configs: [{ job_name: a, bearer_token: { ${secret}: } }]`,
      `scrape_configs: [{ job_name: a, basic_auth: ${secret} }]`,
      `scrape_configs:\n  - job_name: a\n    bearer_token: "${secret}\n`,
      `scrape_configs:\n  - job_name: a\n    bearer_token: *${secret}\n`,
      `scrape_configs:\n  - job_name: a\n    bearer_token: !${secret} ${secret}\n  ${secret}`,
    ]) {
      const faults = faultsOf(text);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.join()).not.toContain(secret);
    }
  });
});
