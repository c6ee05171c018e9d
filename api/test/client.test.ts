import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, graphql, type ApiError } from "../client/src/index.ts";
import { eventsOf } from "../client/src/event-stream.ts";

const Gpu = graphql(`
  query Gpu($id: ID!) {
    gpu(id: $id) {
      status
      burnedDc
    }
  }
`);
const Prices = graphql(`
  subscription Prices {
    prices {
      kind
    }
  }
`);

let server: Server;
let url: string;
let answer: RequestListener;
const bodies: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      bodies.push([request.headers.authorization, JSON.parse(body)]);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const says =
  (text: string, status = 200, type = "application/json"): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { "content-type": type }).end(text);
const failure = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => Promise.reject(new Error("it was answered")),
    (error: unknown) => error as ApiError,
  );

async function heard(): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { prices } of createClient({ url }).listen(Prices)) kinds.push(prices.kind);
  return kinds;
}

describe("the typed client", () => {
  it("sends the document with its variables and its token, and gives the data", async () => {
    answer = says('{"data":{"gpu":{"status":"ACTIVE","burnedDc":"59.76"}}}');
    const { gpu } = await createClient({ url, token: "bc_key" }).ask(Gpu, { id: "1" });
    expect(gpu?.burnedDc).toBe("59.76");
    const [authorization, { query, variables }] = bodies.at(-1) as [string, { query: string; variables: unknown }];
    expect([authorization, variables]).toEqual(["Bearer bc_key", { id: "1" }]);
    expect(query.replaceAll(/\s+/g, " ")).toBe("query Gpu($id: ID!) { gpu(id: $id) { status burnedDc } }");
  });

  it("throws the API's error with its code and hints, when to come back, and what was answered all the same", async () => {
    const extensions = { code: "RATE_LIMITED", hints: ["sign in"], retryAfterMs: 3_000 };
    answer = says(JSON.stringify({ data: { gpu: null }, errors: [{ message: "too much", extensions }] }), 429);
    const error = await failure(createClient({ url }).ask(Gpu, { id: "1" }));
    expect(error).toMatchObject({ code: "RATE_LIMITED", message: "too much", status: 429, data: { gpu: null } });
    expect([error.hints, error.retryAfterMs]).toEqual([["sign in"], 3_000]);
  });

  it.each(["<html>502 Bad Gateway</html>", "", "null", '{"hello":1}', '{"data":'])(
    "says that %j is no answer of the API",
    async (text) => {
      answer = says(text, 502);
      expect(await failure(createClient({ url }).ask(Gpu, { id: "1" }))).toMatchObject({
        code: "BAD_ANSWER",
        status: 502,
      });
    },
  );

  it("says UNREACHABLE where nothing answers, and where the connection is cut amid the answer", async () => {
    const gone = createClient({ url: "http://127.0.0.1:1/graphql" });
    expect(await failure(gone.ask(Gpu, { id: "1" }))).toMatchObject({ code: "UNREACHABLE" });
    answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"data":', () => response.destroy());
    };
    expect(await failure(createClient({ url }).ask(Gpu, { id: "1" }))).toMatchObject({ code: "UNREACHABLE" });
  });

  it("gives up a question when it is told to", async () => {
    answer = () => undefined;
    const asked = createClient({ url }).ask(Gpu, { id: "1" }, { signal: AbortSignal.timeout(50) });
    expect(await failure(asked)).toMatchObject({ code: "UNREACHABLE", cause: { name: "TimeoutError" } });
    server.closeAllConnections();
  });

  it("hears a stream to its end, and knows an end from a break", async () => {
    const one = 'event: next\ndata: {"data":{"prices":{"kind":"EVENTS"}}}\n\n';
    answer = says(`:\n\n${one}:\n\n${one}event: complete\ndata:\n\n`, 200, "text/event-stream; charset=utf-8");
    expect(await heard()).toEqual(["EVENTS", "EVENTS"]);
    answer = says(one, 200, "text/event-stream");
    expect(await failure(heard())).toMatchObject({ code: "UNREACHABLE" });
    answer = says(
      'event: next\ndata: {"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}\n\n',
      200,
      "text/event-stream",
    );
    expect(await failure(heard())).toMatchObject({ code: "FORBIDDEN", message: "no" });
    answer = says('{"errors":[{"message":"too many"}]}', 429);
    expect(await failure(heard())).toMatchObject({ code: "UNKNOWN", message: "too many", status: 429 });
  });

  it("reads events however their bytes are cut, letters of several bytes too", async () => {
    const bytes = new TextEncoder().encode("event: next\r\ndata: é\r\ndata: 2\r\n\r\n:\n\ndata:x\n\nevent: lost");
    for (let size = 1; size < 12; size++) {
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.slice(n * size, (n + 1) * size),
      );
      const found: unknown[] = [];
      for await (const event of eventsOf(streamOf(parts))) found.push(event);
      expect([size, found]).toEqual([
        size,
        [
          { event: "next", data: "é\n2" },
          { event: "message", data: "x" },
        ],
      ]);
    }
  });
});

async function* streamOf(parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
