import fc from "fast-check";
import { createFleetModel } from "#devnet/fleet/index.ts";
import { parseExposition } from "../parse/exposition.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { scrapeSeries, writeRequest, type TestSeries } from "../testing/remote-write.ts";
import { Assembler } from "./assembler.ts";
import { sortSeries } from "./intake.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { uncompress } from "./snappy.ts";
import { decodeWriteRequest } from "./write-request.ts";

const T0 = 1_800_000_000_000;
const STEP = 15_000;
const TARGET = { job: "dcgm", instance: "10.0.0.7:9400" };

const fleet = createFleetModel({
  hosts: [
    { name: "h1", model: "NVIDIA H100 80GB HBM3", gpuCount: 2 },
    { name: "h2", model: "NVIDIA L40S", gpuCount: 1, generation: "2026" },
  ],
  seed: 7,
  collectSeconds: 1,
});
fleet.order({ kind: "MIG", uuid: fleet.gpus[0]?.uuid ?? "", profiles: ["1g.10gb", "3g.40gb"] });
fleet.order({ kind: "XID", uuid: fleet.gpus[2]?.uuid ?? "", code: 31 });
fleet.advanceTo(T0);
for (const { uuid } of fleet.gpus) fleet.setLoad(uuid, 0.8);
fleet.advanceTo(T0 + 60_000);
const body = (host: string): string => fleet.body(host) ?? "";

let results: ScrapeResult[];
let done: string[];
let known: Set<string>;
let assembler: Assembler<string>;
beforeEach(() => {
  results = [];
  done = [];
  known = new Set();
  assembler = new Assembler({
    onScrape: (result, holds) => void (results.push(result), done.push(...holds)),
    onDone: (holds) => void done.push(...holds),
    onTooMany: () => undefined,
    isKnown: (url) => known.has(url),
  });
});

/** As it goes over the wire. */
function send(series: readonly TestSeries[], nowMs = T0, hold = "r", operator = "1"): void {
  const limits = REQUEST_LIMITS;
  const request = decodeWriteRequest(uncompress(writeRequest(series), limits.uncompressedBytes), limits);
  for (const part of sortSeries(request, nowMs, limits).parts) {
    assembler.add({ operator, tokenSha256: "" }, part, hold, nowMs);
  }
}

const byKey = (rows: ScrapeResult["rows"]): ScrapeResult["rows"] =>
  [...rows].sort((a, b) => `${a.uuid}${a.migId}`.localeCompare(`${b.uuid}${b.migId}`));

it.each(["h1", "h2"])("a scrape of %s comes out as the exporter's own body is read, however it was cut up", (host) => {
  const { rows, events } = parseExposition(body(host), T0);
  expect(rows.length).toBeGreaterThan(0);
  const whole = scrapeSeries({ ...TARGET, zone: "eu" }, T0, body(host));
  const shards = fc.shuffledSubarray(whole, { minLength: whole.length, maxLength: whole.length }).chain((shuffled) =>
    fc.array(fc.nat(whole.length), { maxLength: 6 }).map((cuts) => {
      const ends = [...new Set(cuts)].sort((a, b) => a - b);
      return [...ends, whole.length].map((end, index) => shuffled.slice(ends[index - 1] ?? 0, end));
    }),
  );
  fc.assert(
    fc.property(shards, fc.boolean(), (requests, isRepeated) => {
      results = [];
      assembler = new Assembler({
        ...{ onDone: () => undefined, onTooMany: () => undefined, isKnown: () => false },
        onScrape: (result) => void results.push(result),
      });
      for (const request of requests) {
        send(request);
        if (isRepeated && results.length === 0) send(request);
      }
      assembler.tick(T0 + 60_000); // what little came after the last of the exporter's series brings nothing new
      expect(results).toHaveLength(1);
      const [result] = results;
      expect(result).toMatchObject({ at: T0, failure: null, dueUntil: T0 + 60_000 });
      expect(result?.isPartial).toBeUndefined();
      expect(byKey(result?.rows ?? [])).toEqual(byKey(rows));
      expect(result?.events).toEqual(events);
    }),
    { numRuns: 25 },
  );
});

it("the interval is learned, the operator's name stays its own, and labels are the target's", () => {
  for (let index = 0; index < 3; index++) {
    send(scrapeSeries({ ...TARGET, zone: "eu", operator: "2" }, T0 + index * STEP, body("h1")), T0 + index * STEP);
  }
  expect(results.map(({ at, dueUntil }) => dueUntil - at)).toEqual([60_000, STEP, STEP]);
  const [{ url = "" } = {}] = results;
  expect(url).toMatch(/^push:\/\/operator-1\/dcgm\//);
  expect(assembler.labelsOf(url)).toEqual({ ...TARGET, zone: "eu", operator: "1" });
});

it("up = 0 is a failed scrape of a target with GPUs; other jobs' targets are none of ours", () => {
  send(scrapeSeries({ job: "node", instance: "h1:9100" }, T0, undefined), T0, "node");
  expect([results, done]).toEqual([[], ["node"]]);
  send(scrapeSeries(TARGET, T0, body("h1")));
  const stale: TestSeries[] = [
    { labels: { __name__: "DCGM_FI_DEV_GPU_TEMP", UUID: "GPU-1", ...TARGET }, samples: [["stale", T0 + STEP]] },
  ];
  send([...stale, ...scrapeSeries(TARGET, T0 + STEP, undefined)], T0 + STEP);
  expect(results.map(({ failure }) => failure?.reason ?? "up")).toEqual(["up", "reported_down"]);
});

it("a host that is down when the collector starts is known from before", () => {
  known.add("push://operator-1/dcgm/10.0.0.7%3A9400");
  send(scrapeSeries(TARGET, T0, undefined));
  expect(results).toMatchObject([{ failure: { reason: "reported_down" }, rows: [] }]);
});

it("a scrape without any GPU is a failed one where GPUs were before", () => {
  send(scrapeSeries(TARGET, T0, body("h1")));
  send(scrapeSeries(TARGET, T0 + STEP, ""), T0 + STEP);
  send(scrapeSeries(TARGET, T0 + 2 * STEP, 'go_goroutines{a="b"} 8'), T0 + 2 * STEP);
  expect(results.map(({ failure }) => failure?.reason)).toEqual([undefined, "empty", "no_gpus"]);
});

it("what doesn't come whole is passed on as a part in half a minute, and its rest when that comes", () => {
  const whole = scrapeSeries(TARGET, T0, body("h1"));
  const [first, rest] = [whole.slice(20), whole.slice(0, 20)];
  send(first);
  send(scrapeSeries(TARGET, T0 + STEP, body("h1")), T0 + STEP, "next");
  assembler.tick(T0 + 29_999);
  expect(results).toEqual([]); // the next one waits for it
  expect(assembler.seenThrough(0)).toBe(T0);
  assembler.tick(T0 + 30_000);
  expect(results.map(({ at, isPartial }) => [at - T0, isPartial])).toEqual([
    [0, true],
    [STEP, undefined],
  ]);
  expect(done).toEqual(["r", "next"]);
  expect(assembler.seenThrough(0)).toBe(T0 + STEP + 1);
  send(rest, T0 + 40_000, "late");
  assembler.tick(T0 + 50_000);
  expect(results.slice(2)).toMatchObject([{ at: T0, isPartial: true }]);
  expect(results[2]?.rows.length).toBeGreaterThan(0);
  expect([done.at(-1), assembler.size]).toEqual(["late", 0]);
});

it("a sender that keeps back Prometheus' own series is waited for ten seconds", () => {
  send(scrapeSeries(TARGET, T0, body("h1")).slice(0, -5));
  assembler.tick(T0 + 9_999);
  expect(results).toEqual([]);
  assembler.tick(T0 + 10_000);
  expect(results).toHaveLength(1);
  expect(results[0]?.isPartial).toBeUndefined();
  expect(results[0]?.url).toBe("push://operator-1/dcgm/10.0.0.7%3A9400?host=h1");
});

it("series that a sender never sends on are waited for twice, and then no more", () => {
  const text = `${body("h1")}go_goroutines{a="b"} 8\n`;
  const push = (at: number): void => {
    send(
      scrapeSeries(TARGET, at, text).filter(({ labels }) => labels["__name__"] !== "go_goroutines"),
      at,
    );
  };
  for (const at of [T0, T0 + STEP, T0 + 2 * STEP]) push(at);
  assembler.tick(T0 + STEP + 30_000);
  expect(results.map(({ at, isPartial }) => [(at - T0) / STEP, isPartial])).toEqual([
    [0, true],
    [1, undefined],
    [2, undefined],
  ]);
  push(T0 + 3 * STEP);
  expect(results[3]).toMatchObject({ at: T0 + 3 * STEP, failure: null });
});

it("two hosts behind one address are two targets, even when they are scraped at one moment", () => {
  const both = ["h1", "h2"].flatMap((host) => scrapeSeries({ ...TARGET, host }, T0, body(host)));
  send(both);
  expect(results.map(({ url, rows }) => [url.split("?")[1], rows.map(({ uuid }) => uuid).length])).toEqual([
    ["host=h1", parseExposition(body("h1"), T0).rows.length],
    ["host=h2", parseExposition(body("h2"), T0).rows.length],
  ]);
});

it("of a pair of Prometheus one is listened to, and the other when that falls silent", () => {
  const push = (replica: string, at: number): void => send(scrapeSeries({ ...TARGET, replica }, at, body("h1")), at);
  for (let index = 0; index < 4; index++) {
    push("a", T0 + index * STEP);
    push("b", T0 + index * STEP + 4_000);
  }
  expect(results.map(({ at }) => (at - T0) / STEP)).toEqual([0, 1, 2, 3]);
  expect(results.every(({ url }) => !url.includes("replica"))).toBe(true);
  // The last good one of "a" was at 45 s, the first of "b" over half a minute later is at 79 s.
  for (let index = 4; index < 8; index++) push("b", T0 + index * STEP + 4_000);
  expect(results.slice(4).map(({ at }) => at - T0)).toEqual([5, 6, 7].map((index) => index * STEP + 4_000));
});

it("two operators with the same job and address have targets of their own", () => {
  send(scrapeSeries(TARGET, T0, body("h1")), T0, "r", "1");
  send(scrapeSeries(TARGET, T0, body("h1")), T0, "r", "2");
  expect(new Set(results.map(({ url }) => url)).size).toBe(2);
});

it("a target that was silent for two hours is forgotten", () => {
  send(scrapeSeries(TARGET, T0, body("h1")));
  assembler.tick(T0 + 7_200_000);
  expect(assembler.statuses).toHaveLength(1);
  assembler.tick(T0 + 7_200_001);
  expect(assembler.statuses).toHaveLength(0);
});
