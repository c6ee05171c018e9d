import { setTimeout as delay } from "node:timers/promises";
import { DEFAULT_LIMITS } from "../parse/limits.ts";
import { LINE, startExporter, type TestExporter } from "../testing/exporter.ts";
import { Fetcher } from "./fetcher.ts";
import { ScrapeLoops } from "./loops.ts";
import { offsetMs } from "./schedule.ts";
import type { ScrapeResult } from "./scrape.ts";

const schedule = { intervalMs: 100, timeoutMs: 80 };
let results: ScrapeResult[];
let fetcher: Fetcher;
let loops: ScrapeLoops;
let exporters: TestExporter[];

beforeEach(() => {
  results = [];
  exporters = [];
  fetcher = new Fetcher();
  loops = new ScrapeLoops({
    schedule,
    fetcher,
    limits: DEFAULT_LIMITS,
    onResult: (result) => void results.push(result),
  });
});
afterEach(async () => {
  loops.stop();
  fetcher.close();
  for (const exporter of exporters) await exporter.close();
});

async function exporterThat(answer: Parameters<typeof startExporter>[0]): Promise<TestExporter> {
  const exporter = await startExporter(answer);
  exporters.push(exporter);
  return exporter;
}

describe("scrape loops", () => {
  it("scrape a target at its own phase of every interval", async () => {
    const { url } = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([{ url, labels: {} }]);
    await delay(1_050);
    expect(results.length).toBeGreaterThanOrEqual(8);
    expect(results.length).toBeLessThanOrEqual(11);
    for (const { at, dueUntil } of results) {
      expect(dueUntil % 100).toBe(offsetMs(url, 100));
      expect(dueUntil).toBeGreaterThan(at);
      expect(dueUntil - at).toBeLessThanOrEqual(102);
    }
  });

  it("let a target that hangs cost only itself", async () => {
    const hung = await exporterThat(() => undefined);
    const good = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([hung, good].map(({ url }) => ({ url, labels: {} })));
    await delay(1_000);
    const reasons = (url: string): (string | undefined)[] =>
      results.filter((result) => result.url === url).map(({ failure }) => failure?.reason);
    expect(reasons(good.url).length).toBeGreaterThanOrEqual(7);
    expect(new Set(reasons(good.url))).toEqual(new Set([undefined]));
    expect(new Set(reasons(hung.url))).toEqual(new Set(["timeout"]));
  });

  it("have one request under way per target, and say since when", async () => {
    const slow = await exporterThat(() => undefined);
    loops.stop();
    loops = new ScrapeLoops({
      schedule: { intervalMs: 100, timeoutMs: 550 },
      fetcher,
      limits: DEFAULT_LIMITS,
      onResult: (result) => void results.push(result),
    });
    loops.setTargets([{ url: slow.url, labels: {} }]);
    await delay(400);
    expect(slow.requests).toHaveLength(1);
    expect(loops.inFlightSince).toBeLessThan(Date.now() - 200);
    expect(loops.statuses[0]?.lateCount).toBeGreaterThanOrEqual(2);
  });

  it("go on undisturbed for targets that stay, and end for those that go", async () => {
    const stays = await exporterThat((_request, response) => response.end(LINE));
    const goes = await exporterThat((_request, response) => response.end(LINE));
    loops.setTargets([stays, goes].map(({ url }) => ({ url, labels: {} })));
    await delay(250);
    loops.setTargets([{ url: stays.url, labels: { operator: "1" } }]);
    const seen = goes.requests.length;
    await delay(300);
    expect(goes.requests.length).toBeLessThanOrEqual(seen + 1);
    expect(loops.statuses.map(({ target }) => target)).toEqual([{ url: stays.url, labels: { operator: "1" } }]);
    expect(loops.statuses[0]?.last?.failure).toBeNull();
  });
});
