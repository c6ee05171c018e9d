import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "#kernel/log.ts";
import { closeServer, createRegistry, type Registry } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { scrapeSeries, writeRequest } from "../testing/remote-write.ts";
import { PublishedTargets } from "./published.ts";
import { Receiver } from "./receiver.ts";
import { servePushes } from "./server.ts";

const TARGET = { job: "dcgm", instance: "h1:9400" };
const BODY = 'DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1",modelName="NVIDIA L40S"} 67.268\n';
const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

let dir: string;
let pool: Pool;
let registry: Registry;
let receiver: Receiver;
let server: Server;
let kept: ScrapeResult[];
let spoolFault: string | undefined;
let keep: () => Promise<void>;
const stop = new AbortController();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bc-push-"));
  await writeTokens("one");
  pool = createPool("postgres://postgres@127.0.0.1:1/nowhere", { name: "test" });
  registry = createRegistry("test");
  receiver = await Receiver.open({
    ...{ tokensFile: join(dir, "tokens.json"), spoolDir: dir, pool, logger: silentLogger, registry },
    keep: (result) => (kept.push(result), keep()),
    spoolFault: () => spoolFault,
  });
  const published = new PublishedTargets({ pool, listed: () => [] });
  const options = { host: "127.0.0.1", port: 0, logger: silentLogger, requestTimeoutMs: 1_000 };
  const served = await servePushes({ receiver, published }, options);
  if (!served) throw new Error("BUG: a receiver is served");
  server = served;
  void receiver.run(stop.signal);
});
afterAll(async () => {
  stop.abort();
  await closeServer(server, 0);
  await receiver.close();
  await pool.end();
  await rm(dir, { recursive: true });
});
beforeEach(() => {
  kept = [];
  spoolFault = undefined;
  keep = () => Promise.resolve();
});

async function writeTokens(...tokens: string[]): Promise<void> {
  const entries = tokens.map((token) => ({
    operator: "1",
    tokenSha256: createHash("sha256").update(token).digest("hex"),
  }));
  await writeFile(join(dir, "tokens.json"), JSON.stringify(entries));
}

const url = (path = "/api/v1/write"): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

async function post(
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const all = { ...HEADERS, authorization: "Bearer one", ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
  const answer = await fetch(url(), { method: "POST", body: new Uint8Array(body), headers: sent });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const scrape = (at = Date.now()): Buffer => writeRequest(scrapeSeries(TARGET, at, BODY));
const count = async (name: string, labels: Record<string, string>): Promise<number> => {
  const values = (await registry.getSingleMetric(`bc_collector_received_${name}_total`)?.get())?.values ?? [];
  const isMeant = (one: object): boolean =>
    Object.entries(labels).every(([key, value]) => (one as Record<string, unknown>)[key] === value);
  return values.filter((value) => isMeant(value.labels)).reduce((sum, { value }) => sum + value, 0);
};

it("a scrape that was pushed is answered with 204 and comes out as a scrape", async () => {
  const at = Date.now();
  expect(await post(scrape(at))).toMatchObject({ status: 204, text: "" });
  expect(kept).toMatchObject([{ at, failure: null, rows: [{ uuid: "GPU-1", model: "NVIDIA L40S" }] }]);
  expect(await count("samples", { kind: "kept" })).toBe(4);
});

it.each<[string, Record<string, string>, number, RegExp]>([
  ["no token", { authorization: "" }, 401, /a bearer token is wanted/],
  ["another way of authorization", { authorization: "Basic b25lOg==" }, 401, /a bearer token is wanted/],
  ["a wrong token", { authorization: "Bearer One" }, 403, /is nobody's/],
  ["another media type", { "content-type": "application/json" }, 415, /Content-Type must be/],
  [
    "remote write 2.0, whose senders fall back on 415",
    { "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request" },
    415,
    /Content-Type must be/,
  ],
  ["another encoding", { "content-encoding": "gzip" }, 415, /must be snappy/],
  ["another version", { "x-prometheus-remote-write-version": "2.0.0" }, 400, /must be 0.1.0/],
  ["no version", { "x-prometheus-remote-write-version": "" }, 400, /must be 0.1.0/],
])("a request with %s is refused, and tells nothing away", async (_what, headers, status, text) => {
  expect(await post(scrape(), headers)).toMatchObject({ status, text: expect.stringMatching(text) });
  expect(kept).toEqual([]);
});

it("what is no Snappy, or no request, is never sent again: 400", async () => {
  expect(await post(Buffer.from("hello"))).toMatchObject({
    status: 400,
    text: expect.stringMatching(/no Snappy block/),
  });
  const garbage = Buffer.from([3, 0x08, 0x0a, 0x7f, 0x01]);
  expect(await post(garbage)).toMatchObject({ status: 400, text: expect.stringMatching(/prometheus.WriteRequest/) });
  expect(await count("requests", { result: "snappy" })).toBe(1);
});

it("a body that is too long is refused by what it says and by what it is, a bomb by what it would be: 413", async () => {
  expect(await post(Buffer.alloc(4 * 1_048_576 + 1))).toMatchObject({ status: 413 });
  expect(await post(Buffer.from([0x80, 0x80, 0x80, 0x20, 0x00, 0]))).toMatchObject({ status: 413 });
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const head = Object.entries({ ...HEADERS, host: "x", authorization: "Bearer one", "transfer-encoding": "chunked" });
  socket.write(`POST /api/v1/write HTTP/1.1\r\n${head.map((pair) => pair.join(": ")).join("\r\n")}\r\n\r\n`);
  const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(1_048_576), Buffer.from("\r\n")]);
  socket.on("error", () => undefined);
  for (let index = 0; index < 5; index++) socket.write(chunk);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
  socket.destroy();
});

it("of samples too old, of the future or without a source the others are kept, and the sender is told", async () => {
  const now = Date.now();
  const named = { __name__: "DCGM_FI_DEV_GPU_TEMP", UUID: "GPU-1" };
  const bad = [
    {
      labels: { ...named, ...TARGET },
      samples: [[50, now - 4e6] as [number, number], [50, now + 60_000] as [number, number]],
    },
    { labels: named, samples: [[50, now] as [number, number]] },
  ];
  const { status, text } = await post(writeRequest([...scrapeSeries(TARGET, now, BODY), ...bad]));
  expect([status, text]).toEqual([
    400,
    "not all samples could be used: 1 more than an hour old; 1 later than now: set the sender's clock; " +
      "1 without the label instance\n",
  ]);
  expect(kept).toMatchObject([{ at: now, rows: [{ uuid: "GPU-1" }] }]);
  expect(await count("rejects", { reason: "too_old" })).toBe(1);
});

it("while the spool can take no more the sender is asked to come again, and nothing is acknowledged", async () => {
  spoolFault = "the spool is full, as the database takes nothing";
  const { status, headers, text } = await post(scrape());
  expect([status, headers.get("retry-after"), text]).toEqual([503, "5", `${spoolFault}\n`]);
  expect(kept).toEqual([]);
});

it("a token is replaced while all goes on: the old one holds until its entry is gone", async () => {
  const status = async (token: string): Promise<number> =>
    (await post(scrape(), { authorization: `Bearer ${token}` })).status;
  const until = (token: string, wanted: number): Promise<true> =>
    waitFor(async () => ((await status(token)) === wanted ? true : undefined), {
      timeoutMs: 30_000,
      onTimeout: () => new Error(`${token} is never answered with ${wanted}`),
    });
  await writeTokens("one", "two");
  await until("two", 204);
  expect(await status("one")).toBe(204);
  await writeFile(join(dir, "tokens.json"), "[");
  await waitFor(async () => receiver.fault, { timeoutMs: 30_000, onTimeout: () => new Error("no fault told") });
  expect(await status("two")).toBe(204);
  await writeTokens("two");
  await until("one", 403);
  expect([await status("two"), receiver.fault]).toEqual([204, undefined]);
  await writeTokens("one");
  await until("one", 204);
});

it("a request is answered while scrapes wait for their rest, and is kept on disk until they are in the spool", async () => {
  let safe = (): void => undefined;
  keep = () => new Promise((resolve) => (safe = resolve));
  const before = receiver.seenThrough();
  expect((await post(scrape())).status).toBe(204);
  const again = await Receiver.open({
    ...{
      tokensFile: join(dir, "tokens.json"),
      spoolDir: dir,
      pool,
      logger: silentLogger,
      registry: createRegistry("again"),
    },
    keep: () => Promise.resolve(),
    spoolFault: () => undefined,
  });
  // As after a kill: what was acknowledged is there, as something that may be written already.
  expect(again.statuses).toMatchObject([{ last: { isPartial: true, gpuCount: 1 } }]);
  expect(receiver.seenThrough()).toBeGreaterThanOrEqual(before);
  safe();
});

it("other paths and methods are refused, and a list of targets without a database is no empty list", async () => {
  expect((await fetch(url("/metrics"))).status).toBe(404);
  expect((await fetch(url())).status).toBe(405);
  const headers = { authorization: "Bearer one" };
  expect((await fetch(url("/sd/targets"))).status).toBe(401);
  expect((await fetch(url("/sd/targets"), { method: "POST", headers })).status).toBe(405);
  expect((await fetch(url("/sd/targets"), { headers })).status).toBe(503);
});

it("a sender that trickles is cut off, and holds up nobody", async () => {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const head = { ...HEADERS, host: "x", authorization: "Bearer one", "content-length": "1000" };
  socket.write(
    `POST /api/v1/write HTTP/1.1\r\n${Object.entries(head)
      .map((pair) => pair.join(": "))
      .join("\r\n")}\r\n\r\n`,
  );
  const trickle = setInterval(() => socket.write("x"), 100);
  socket.on("error", () => undefined);
  socket.resume();
  expect((await post(scrape())).status).toBe(204);
  await once(socket, "close");
  clearInterval(trickle);
  expect((await post(scrape())).status).toBe(204);
});
