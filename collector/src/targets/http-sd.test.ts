import type { ServerResponse } from "node:http";
import { Fetcher } from "../scrape/fetcher.ts";
import { startExporter, type TestExporter } from "../testing/exporter.ts";
import { askHttpSd } from "./http-sd.ts";

const LIST = '[{ "targets": ["a:1"], "labels": { "operator": "1" } }]';
const MEBIBYTE = 1_048_576;
const fetcher = new Fetcher();
let server: TestExporter;
let answer: (response: ServerResponse) => unknown;

beforeAll(async () => {
  server = await startExporter((_request, response) => void answer(response));
});
afterAll(async () => {
  fetcher.close();
  await server.close();
});

const ask = (refreshMs = 60_000) => askHttpSd({ url: `${server.url}?token=t0ps3cret`, refreshMs }, fetcher, undefined);
const json =
  (body: string, type = "application/json") =>
  (response: ServerResponse): unknown =>
    response.setHeader("content-type", type).end(body);

describe("askHttpSd", () => {
  it.each(["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])(
    "reads a list that comes as %s",
    async (type) => {
      answer = json(LIST, type);
      expect(await ask()).toEqual([{ targets: ["a:1"], labels: { operator: "1" } }]);
    },
  );

  it("reads an empty list, and one whose labels are null", async () => {
    answer = json("[]");
    expect(await ask()).toEqual([]);
    answer = json('[{ "targets": [], "labels": null }]');
    expect(await ask()).toEqual([{ targets: [], labels: {} }]);
  });

  it.each([
    ["a page", "is no JSON", json("<html>")],
    ["nothing", "is no JSON", json("")],
    ["another type", 'answered as "text/plain", not as application/json', json(LIST, "text/plain")],
    ["no type", 'answered as "", not as application/json', (response) => response.end(LIST)],
    ["no list", "must be a list of { targets, labels }", json("{}")],
    ["unknown keys", 'entry 1 has "target"', json('[{ "target": ["a:1"] }]')],
    ["numbers for targets", 'entry 1: targets must be a list of "host:port"', json('[{ "targets": [1] }]')],
    [
      "too many targets",
      "has 50001 targets, but at most 50000",
      json(`[{ "targets": [${Array(50_001).fill('"a:1"').join()}] }]`),
    ],
    ["a million targets", "body_too_large", json(JSON.stringify([{ targets: Array(1e6).fill("10.0.0.7:9400") }]))],
    ["a long body of nothing", "body_too_large", json(" ".repeat(9 * MEBIBYTE))],
    ["an error", "http_status: answered 500", (response) => response.writeHead(500).end()],
    ["a refusal", "unauthorized: answered 401", (response) => response.writeHead(401).end()],
    [
      "a redirect",
      "redirect: answered 302 to http://169.254.169.254/",
      (response) => response.writeHead(302, { location: "http://169.254.169.254/?x=t0ps3cret" }).end(),
    ],
    [
      "an end too soon",
      "truncated",
      (response) => response.writeHead(200, { "content-length": "99" }).write("[", () => response.destroy()),
    ],
  ] satisfies [string, string, (response: ServerResponse) => unknown][])(
    "refuses %s, and shows no query",
    async (_what, message, lie) => {
      answer = lie;
      const error = await ask().catch((fault: unknown) => fault as Error);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toContain(`http_sd ${server.url}: ${message}`);
      expect((error as Error).message).not.toContain("t0ps3cret");
    },
  );

  it("gives up one that trickles when it is to be asked again", async () => {
    let timer: NodeJS.Timeout | undefined;
    answer = (response) => {
      response.setHeader("content-type", "application/json");
      timer = setInterval(() => response.write(" "), 20);
    };
    await expect(ask(300)).rejects.toThrow("timeout: no whole answer within 0.3 s");
    clearInterval(timer);
  });
});
