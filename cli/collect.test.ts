import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const BC = fileURLToPath(new URL("bc.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bc-collect-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `bc collect` with no database to be found. */
async function bcCollect(args: readonly string[]) {
  const { PATH = "" } = process.env;
  const env = { PATH, DATABASE_URL: "postgres://127.0.0.1:1/none", DATA_DIR: join(folder, "data") };
  const child = spawn(process.execPath, [BC, "collect", ...args], { cwd: folder, env });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { out, err, code: code as number };
}

const CONFIG = `
scrape_configs:
  - job_name: halls
    basic_auth: { username: ali, password: hunter2 }
    relabel_configs: []
    static_configs: [{ targets: [gpu.example.org:9400] }]
`;

describe("bc collect", () => {
  it("refuses a faulty configuration before anything else, with every fault, its line and no secret", async () => {
    writeFileSync(join(folder, "prometheus.yml"), CONFIG);
    const { err, code } = await bcCollect(["--scrape-config", "prometheus.yml"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: scrape configuration .*prometheus\.yml has 2 faults \(BAD_SCRAPE_CONFIG\)$/m);
    expect(err).toMatch(
      /^ {2}try: line 3: scrape_configs\[0\] would send its secret to its targets over plain http: /m,
    );
    expect(err).toMatch(/^ {2}try: line 5: scrape_configs\[0\]\.relabel_configs isn't supported: /m);
    expect(err).not.toContain("hunter2");
  });

  it("names networks that are none, and what is missing", async () => {
    const { err, code } = await bcCollect(["--targets", "none.json", "--allow-private", "10.0.0/8"]);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('ALLOW_PRIVATE (--allow-private) has "10.0.0/8" (BAD_SETTINGS)'),
    ]);
    expect((await bcCollect(["--allow-private"])).err).toMatch(
      /error: no targets are given .*\n.*TARGETS_FILE.*\n.*SCRAPE_CONFIG/,
    );
  });

  it("takes --allow-private alone for yes", async () => {
    writeFileSync(join(folder, "good.json"), '[{ "targets": ["127.0.0.1:1"] }]');
    const { err } = await bcCollect(["--targets", "good.json", "--allow-private"]);
    expect(err).toContain("DATABASE_UNREACHABLE");
  });
});
