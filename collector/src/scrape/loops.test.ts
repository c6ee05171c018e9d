import { jest } from "@jest/globals";
import { HOUR_MS, waitFor } from "#kernel/time.ts";
import { DEFAULT_LIMITS } from "../parse/limits.ts";
import { LINE, startExporter, type TestExporter } from "../testing/exporter.ts";
import { Fetcher } from "./fetcher.ts";
import { ScrapeLoops } from "./loops.ts";
import { nextDueAt, offsetMs } from "./schedule.ts";
import type { ScrapeResult } from "./scrape.ts";

jest.setTimeout(60_000);

let results: ScrapeResult[];
let fetcher: Fetcher;
let loops: ScrapeLoops;
let exporters: TestExporter[];

beforeEach(() => {
  results = [];
  exporters = [];
  fetcher = new Fetcher();
  loops = loopsWith(30_000);
});
afterEach(async () => {
  loops.stop();
  fetcher.close();
  for (const exporter of exporters) await exporter.close();
});

/** Loops that scrape every 100 ms, more often than any real ones. */
const loopsWith = (timeoutMs: number, intervalMs = 100): ScrapeLoops =>
  new ScrapeLoops({
    schedule: { intervalMs, timeoutMs },
    fetcher,
    limits: DEFAULT_LIMITS,
    onResult: (result) => void results.push(result),
  });

async function exporterThat(answer: Parameters<typeof startExporter>[0]): Promise<TestExporter> {
  const exporter = await startExporter(answer);
  exporters.push(exporter);
  return exporter;
}

const until = (test: () => boolean): Promise<true> =>
  waitFor(() => Promise.resolve(test() || undefined), {
    timeoutMs: 30_000,
    everyMs: 10,
    onTimeout: () => new Error(`never: ${test.toString()}`),
  });
const reasonsOf = ({ url }: TestExporter): (string | undefined)[] =>
  results.filter((result) => result.url === url).map(({ failure }) => failure?.reason);

describe("scrape loops", () => {
  it("scrape a target at its own phase of every interval", async () => {
    const { url } = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([{ url, labels: {} }]);
    await until(() => results.length >= 5);
    const times = results.map(({ dueUntil }) => dueUntil);
    expect(new Set(times.map((time) => time % 100))).toEqual(new Set([offsetMs(url, 100)]));
    expect([...new Set(times)].sort((a, b) => a - b)).toEqual(times);
  });

  it("give a scrape the time at which it was due, whoever sends it", async () => {
    const { url } = await exporterThat((_request, response) => response.end(LINE));
    const others: ScrapeResult[] = [];
    const other = new ScrapeLoops({
      schedule: { intervalMs: 400, timeoutMs: 300 },
      fetcher,
      limits: DEFAULT_LIMITS,
      onResult: (result) => void others.push(result),
    });
    loops.stop();
    loops = loopsWith(300, 400);
    loops.setTargets([{ url, labels: {} }]);
    other.setTargets([{ url, labels: {} }]);
    const ticks = (all: readonly ScrapeResult[]): number[] =>
      all.map(({ at }) => at).filter((at) => at % 400 === offsetMs(url, 400));
    await until(() => ticks(others).filter((at) => ticks(results).includes(at)).length >= 2);
    other.stop();
    expect(ticks(others).length).toBeGreaterThan(others.length / 2);
  });

  it("scrape each target at its own interval, and take it up when that is changed", async () => {
    const { url } = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([{ url, labels: {}, schedule: { intervalMs: 250, timeoutMs: 200 } }]);
    await until(() => results.length >= 3);
    expect(results.map(({ intervalMs }) => intervalMs)).toEqual(results.map(() => 250));
    expect(results.at(-1)?.dueUntil).toBe(nextDueAt(url, 250, results.at(-1)?.at ?? 0));
    loops.setTargets([{ url, labels: {}, schedule: { intervalMs: 100, timeoutMs: 80 } }]);
    const before = results.length;
    await until(() => results.length >= before + 2);
    expect(results.slice(before + 1).every(({ intervalMs }) => intervalMs === 100)).toBe(true);
  });

  it("scrape a target soon after it has come, for the time until it is due", async () => {
    loops.stop();
    loops = loopsWith(30_000, HOUR_MS);
    const { url } = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([{ url, labels: {} }]);
    await until(() => results.length > 0);
    expect(results[0]).toMatchObject({ url, failure: null, dueUntil: nextDueAt(url, HOUR_MS, results[0]?.at ?? 0) });
  });

  it("let a target that hangs cost only itself", async () => {
    const hung = await exporterThat(() => undefined);
    const good = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([hung, good].map(({ url }) => ({ url, labels: {} })));
    await until(() => hung.requests.length > 0);
    const before = results.length;
    await until(() => results.length >= before + 5);
    expect(new Set(reasonsOf(good))).toEqual(new Set([undefined]));
    expect(reasonsOf(hung)).toEqual([]);
    expect(hung.requests).toHaveLength(1);
  });

  it("ask a target that hangs again once it has timed out", async () => {
    loops = loopsWith(80);
    const hung = await exporterThat(() => undefined);
    loops.setTargets([{ url: hung.url, labels: {} }]);
    await until(() => results.length >= 3);
    expect(new Set(reasonsOf(hung))).toEqual(new Set(["timeout"]));
  });

  it("have one request under way per target, and say since when", async () => {
    const slow = await exporterThat(() => undefined);
    const startedAt = Date.now();
    loops.setTargets([{ url: slow.url, labels: {} }]);
    await until(() => (loops.statuses[0]?.lateCount ?? 0) >= 2 && slow.requests.length > 0);
    expect(slow.requests).toHaveLength(1);
    expect(loops.inFlightSince).toBeGreaterThanOrEqual(startedAt);
    expect(loops.inFlightSince).toBeLessThan(Date.now() - 50);
  });

  it("go on undisturbed for targets that stay, and end for those that go", async () => {
    const stays = await exporterThat((_request, response) => response.end(LINE));
    const goes = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([stays, goes].map(({ url }) => ({ url, labels: {} })));
    await until(() => reasonsOf(stays).length >= 2 && reasonsOf(goes).length >= 2);
    loops.setTargets([{ url: stays.url, labels: { operator: "1" } }]);
    const [before, gone] = [reasonsOf(stays).length, reasonsOf(goes).length];
    await until(() => reasonsOf(stays).length >= before + 4);
    expect(reasonsOf(goes)).toHaveLength(gone);
    expect(loops.statuses.map(({ target }) => target)).toEqual([{ url: stays.url, labels: { operator: "1" } }]);
    expect(loops.statuses[0]?.last?.failure).toBeNull();
  });
});
