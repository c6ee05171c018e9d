import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseExposition } from "#collector/index.ts";
import { startFleet } from "./server.ts";
import type { Fleet } from "./types.ts";

let dir: string;
let fleet: Fleet;
const hosts = [
  { name: "h1", model: "NVIDIA L40S", gpuCount: 2, labels: { operator: "1" } },
  { name: "h2", model: "NVIDIA L40S", gpuCount: 1 },
];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-fleet-"));
  fleet = await startFleet({ hosts, seed: 1, collectSeconds: 1, port: 0, targetsFile: join(dir, "targets.json") });
});
afterEach(async () => {
  await fleet.stop();
  await rm(dir, { recursive: true });
});

describe("the fleet's server", () => {
  it("answers for each host under its own path, as Go's server does", async () => {
    const response = await fetch(`${fleet.url}/h1/metrics`);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const { rows } = parseExposition(await response.text(), Date.now());
    expect(rows.map(({ uuid }) => uuid)).toEqual(fleet.gpus.slice(0, 2).map(({ uuid }) => uuid));
    expect((await fetch(`${fleet.url}/h9/metrics`)).status).toBe(404);
    expect((await fetch(`${fleet.url}/h1`)).status).toBe(404);
  });

  it("lists its exporters as Prometheus' file_sd has them", async () => {
    const address = new URL(fleet.url).host;
    expect(JSON.parse(await readFile(join(dir, "targets.json"), "utf8"))).toEqual([
      { targets: [address], labels: { operator: "1", host: "h1", __metrics_path__: "/h1/metrics" } },
      { targets: [address], labels: { host: "h2", __metrics_path__: "/h2/metrics" } },
    ]);
  });

  it("cuts connections of a host that is down, and of no other", async () => {
    const clear = fleet.order({ kind: "HOST_DOWN", host: "h1" });
    await expect(fetch(`${fleet.url}/h1/metrics`)).rejects.toThrow("fetch failed");
    expect((await fetch(`${fleet.url}/h2/metrics`)).status).toBe(200);
    clear();
    expect((await fetch(`${fleet.url}/h1/metrics`)).status).toBe(200);
  });

  it("sends no content type with an empty body, and a drifting host's own date", async () => {
    fleet.order({ kind: "EMPTY_BODY", host: "h1" });
    fleet.order({ kind: "CLOCK_DRIFT", host: "h2", seconds: 3_600 });
    const empty = await fetch(`${fleet.url}/h1/metrics`);
    expect([empty.status, await empty.text(), empty.headers.get("content-type")]).toEqual([200, "", null]);
    const drifting = await fetch(`${fleet.url}/h2/metrics`);
    const skew = Date.parse(drifting.headers.get("date") ?? "") - Date.now();
    expect(Math.abs(skew - 3_600_000)).toBeLessThan(3_000);
  });

  it("says which setting to change when its port is taken", async () => {
    const port = Number(new URL(fleet.url).port);
    await expect(startFleet({ hosts, seed: 1, port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      hints: [expect.stringContaining("FLEET_PORT")],
    });
  });
});
