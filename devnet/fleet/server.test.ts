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

  it("cuts a body off half-way, though it announced all of it", async () => {
    fleet.order({ kind: "TRUNCATED_BODY", host: "h1" });
    const response = await fetch(`${fleet.url}/h1/metrics`);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(10_000);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  it("lets a slow body trickle in, whole in the end", async () => {
    fleet.order({ kind: "SLOW_BODY", host: "h1", seconds: 0.5 });
    const from = performance.now();
    const response = await fetch(`${fleet.url}/h1/metrics`);
    const body = await response.text();
    expect(performance.now() - from).toBeGreaterThan(450);
    expect(Buffer.byteLength(body)).toBe(Number(response.headers.get("content-length")));
    expect(parseExposition(body, 0).rows).toHaveLength(2);
  });

  it("says which setting to change when its port is taken", async () => {
    const port = Number(new URL(fleet.url).port);
    await expect(startFleet({ hosts, seed: 1, port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      hints: [expect.stringContaining("FLEET_PORT")],
    });
  });
});

describe("the desk for faults", () => {
  const json = { "content-type": "application/json" };
  const send = async (method: string, path: string, fault?: object, headers: Record<string, string> = json) => {
    const body = fault === undefined ? {} : { body: JSON.stringify(fault), headers };
    const response = await fetch(`${fleet.url}${path}`, { method, ...body });
    return { status: response.status, answer: (await response.json()) as unknown };
  };
  const isUp = async (host: string): Promise<boolean> => {
    const response = await fetch(`${fleet.url}/${host}/metrics`).catch(() => undefined);
    return response?.status === 200;
  };

  it("takes an order, lists it, and takes it back", async () => {
    const fault = { kind: "HOST_DOWN", host: "h1" };
    expect(await send("POST", "/faults", fault)).toEqual({ status: 201, answer: { id: 1, fault } });
    expect([await isUp("h1"), await isUp("h2")]).toEqual([false, true]);
    expect(await send("GET", "/faults")).toEqual({ status: 200, answer: [{ id: 1, fault }] });
    expect(await send("DELETE", "/faults/1")).toEqual({ status: 200, answer: { id: 1, fault } });
    expect(await isUp("h1")).toBe(true);
    expect(await send("GET", "/faults")).toEqual({ status: 200, answer: [] });
  });

  it("refuses what can't be, saying why, and changes nothing", async () => {
    const fault = { kind: "HOST_DOWN", host: "h9" };
    expect(await send("POST", "/faults", fault)).toMatchObject({
      status: 400,
      answer: { code: "BAD_FLEET", error: 'no host "h9" in the fleet' },
    });
    expect(await send("POST", "/faults", { kind: "FIRE" })).toMatchObject({
      status: 400,
      answer: { code: "BAD_FAULT" },
    });
    expect(await send("POST", "/faults", { kind: "x".repeat(20_000) })).toMatchObject({ status: 400 });
    expect(await send("DELETE", "/faults/7")).toMatchObject({ status: 404 });
    expect(await send("DELETE", "/faults")).toMatchObject({ status: 405 });
    expect(await send("GET", "/faults")).toEqual({ status: 200, answer: [] });
  });

  it("refuses what a web page could send without being asked", async () => {
    const fault = { kind: "HOST_DOWN", host: "h1" };
    expect(await send("POST", "/faults", fault, { "content-type": "text/plain" })).toMatchObject({ status: 400 });
    expect(await isUp("h1")).toBe(true);
  });
});
