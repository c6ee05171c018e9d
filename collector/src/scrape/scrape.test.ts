import type { ServerResponse } from "node:http";
import { ExpositionParser } from "../parse/exposition.ts";
import { DEFAULT_LIMITS } from "../parse/limits.ts";
import { deadUrl, LINE, startExporter, startRawExporter, type TestExporter } from "../testing/exporter.ts";
import { readings } from "../testing/rows.ts";
import { Fetcher } from "./fetcher.ts";
import { scrape, type ScrapeResult } from "./scrape.ts";

const AT = 1_700_000_000_000;
/** For answers that come; those that don't are given up soon. */
const PATIENCE_MS = 5_000;
const TIMEOUT_MS = 300;
let fetcher: Fetcher;
let exporter: TestExporter | undefined;

beforeEach(() => {
  fetcher = new Fetcher();
});
afterEach(async () => {
  fetcher.close();
  await exporter?.close();
  exporter = undefined;
});

const scrapeUrl = (url: string, timeoutMs = PATIENCE_MS): Promise<ScrapeResult> =>
  scrape({
    url,
    at: AT,
    dueUntil: AT + 10_000,
    schedule: { intervalMs: 10_000, timeoutMs },
    parser: new ExpositionParser(),
    fetcher,
    limits: { ...DEFAULT_LIMITS, bodyBytes: 10_000 },
  });

async function scrapeAnswer(answer: (response: ServerResponse) => void, timeoutMs?: number): Promise<ScrapeResult> {
  exporter = await startExporter((_request, response) => answer(response));
  return scrapeUrl(exporter.url, timeoutMs);
}

async function scrapeRaw(bytes: string, isCut: boolean, timeoutMs?: number): Promise<ScrapeResult> {
  exporter = await startRawExporter((socket) => (isCut ? socket.end(bytes) : socket.write(bytes)));
  return scrapeUrl(exporter.url, timeoutMs);
}

describe("a good answer", () => {
  it("gives rows at the time of the request", async () => {
    const result = await scrapeAnswer((response) => response.end(LINE));
    expect(result).toMatchObject({ at: AT, failure: null, sampleCount: 1, bodyBytes: LINE.length });
    expect(result.rows.map((row) => [row.at, readings(row)])).toEqual([[AT, { power_watts: 67.268 }]]);
  });

  it("needs no content type", async () => {
    const result = await scrapeRaw(`HTTP/1.1 200 OK\r\ncontent-length: ${LINE.length}\r\n\r\n${LINE}`, false);
    expect(result.failure).toBeNull();
  });

  it("is asked for as Prometheus asks", async () => {
    await scrapeAnswer((response) => response.end(LINE));
    expect(exporter?.requests[0]?.headers).toMatchObject({
      accept: "text/plain;version=0.0.4;q=1,*/*;q=0.1",
      "accept-encoding": "identity",
      "x-prometheus-scrape-timeout-seconds": "5",
    });
  });

  it("tells by how much the exporter's clock is off", async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const result = await scrapeAnswer((response) => response.setHeader("date", date).end(LINE));
    expect(result.clockSkewSeconds).toBeGreaterThan(-3_630);
    expect(result.clockSkewSeconds).toBeLessThanOrEqual(-3_600);
  });

  it("comes over the connection of the scrape before", async () => {
    await scrapeAnswer((response) => response.end(LINE));
    await scrapeUrl(exporter?.url ?? "");
    expect(exporter?.requests[0]?.socket).toBe(exporter?.requests[1]?.socket);
  });
});

describe("a failed scrape has one reason", () => {
  it.each([
    ["empty", (response) => response.end("")],
    ["empty", (response) => response.end("# HELP x y\n# TYPE x gauge\n")],
    ["html", (response) => response.end("<!doctype html><title>Log in</title>")],
    ["html", (response) => response.setHeader("content-type", "text/html").end(LINE)],
    ["not_metrics", (response) => response.end('{"status":"ok"}')],
    ["not_metrics", (response) => response.end(`${LINE}\0`)],
    ["no_gpus", (response) => response.end("go_goroutines 12\n")],
    ["http_status", (response) => response.writeHead(500).end("internal server error")],
    ["http_status", (response) => response.writeHead(204).end()],
    ["redirect", (response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end()],
    ["encoding", (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x")],
    ["body_too_large", (response) => response.end(LINE.repeat(1_000))],
    [
      "truncated",
      (response) => response.setHeader("content-type", "application/openmetrics-text; version=1.0.0").end(LINE),
    ],
    ["connect", (response) => response.socket?.destroy()],
  ] satisfies [string, (response: ServerResponse) => unknown][])("%s", async (reason, answer) => {
    const result = await scrapeAnswer(answer);
    expect(result).toMatchObject({ rows: [], events: [], failure: { reason } });
  });

  it.each([
    ["truncated", `HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n${LINE}`, true],
    ["truncated", `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5000\r\n${LINE}`, true],
    ["not_http", "SSH-2.0-OpenSSH_9.2\r\n", true],
    ["body_too_large", `HTTP/1.1 200 OK\r\n\r\n${LINE.repeat(1_000)}`, true],
  ])("%s, of an answer that lies", async (reason, bytes, isCut) => {
    expect((await scrapeRaw(bytes, isCut)).failure?.reason).toBe(reason);
  });

  it.each([`HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n${LINE}`, "HTTP/1.1 200 OK\r\n"])(
    "timeout, of an answer that stops: %j",
    async (bytes) => {
      expect((await scrapeRaw(bytes, false, TIMEOUT_MS)).failure?.reason).toBe("timeout");
    },
  );

  it("connect, of an address where nobody listens", async () => {
    expect((await scrapeUrl(await deadUrl())).failure?.reason).toBe("connect");
  });

  it("timeout, of a body that trickles", async () => {
    let timer: NodeJS.Timeout | undefined;
    const result = await scrapeAnswer((response) => {
      timer = setInterval(() => response.write("#\n"), 20);
    }, TIMEOUT_MS);
    clearInterval(timer);
    expect(result.failure).toEqual({ reason: "timeout", detail: "no whole answer within 0.3 s" });
  });

  it("never goes where a redirect points", async () => {
    const other = await startExporter((_request, response) => response.end(LINE));
    await scrapeAnswer((response) => response.writeHead(301, { location: other.url }).end());
    await other.close();
    expect(other.requests).toEqual([]);
  });
});

it("a connection that the exporter closed between two scrapes is no failure", async () => {
  let count = 0;
  exporter = await startExporter((_request, response) => {
    // The second request meets a connection that dies under it, as when an idle timeout strikes at that moment.
    if (++count === 2) response.socket?.destroy();
    else response.end(LINE);
  });
  await scrapeUrl(exporter.url);
  expect((await scrapeUrl(exporter.url)).failure).toBeNull();
  expect(count).toBe(3);
});
