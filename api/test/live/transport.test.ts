import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { startApi, type Api } from "../../main.ts";
import type { LiveLimits } from "../../src/graphql/live/index.ts";
import { ask } from "../fixture.ts";
import { listen } from "./listener.ts";
import { end, openScene, rent } from "./scene.ts";
import { World, type BlockWork } from "./world.ts";

const RENTALS = "subscription { rentals { kind block { number } events { id kind } } }";
/** Much text for each event, so that few of them fill what a reader may leave unread. */
const FAT = `subscription { rentals { kind block { number } ${Array.from({ length: 19 }, (_, i) => `e${i}: events { id rentalId gpuId poolId model region customer rateDcPerHour startAt paidUntil }`).join(" ")} } }`;
const LIMITS = {
  connectionsPerAddress: 6,
  operationsPerConnection: 3,
  initMs: 150,
  pingMs: 300,
  bufferedBytes: 64 * 1024,
};

let world: World;
let api: Api;
/** sockets of a test that failed must not stay */
const opened: WebSocket[] = [];

beforeAll(async () => {
  world = await World.open();
  await world.mine((block) => openScene(block, world.at));
  api = await start(LIMITS);
});

const start = (liveLimits: Partial<LiveLimits> = {}): Promise<Api> =>
  startApi({ databaseUrl: world.database.url, host: "127.0.0.1", port: 0, logger: silentLogger, liveLimits });

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await waitFor(async () => ((await metric("api_live_connections")) === 0 ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error("a connection was left open"),
  });
});

afterAll(async () => {
  await api.stop();
  await world.close();
});

/** A figure of /metrics. */
async function metric(name: string, url = api.url): Promise<number> {
  const text = await (await fetch(new URL("/metrics", url))).text();
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)`, "m").exec(text)?.[1] ?? "NaN");
}

/** Waits until so many are subscribed. */
async function subscribers(count: number, url = api.url): Promise<void> {
  await waitFor(async () => ((await metric("api_live_subscribers", url)) === count ? true : undefined), {
    ...{ timeoutMs: 10_000, onTimeout: () => new Error(`there are not ${count} subscribers`) },
  });
}

/** A WebSocket without a client's manners, and what it hears. */
interface Raw {
  socket: WebSocket;
  heard: Record<string, unknown>[];
  closed: Promise<[code: number, reason: Buffer]>;
  until: (count: number) => Promise<Record<string, unknown>[]>;
}

async function raw(init = true, protocols = ["graphql-transport-ws"]): Promise<Raw> {
  const socket = new WebSocket(api.url.replace("http", "ws"), protocols);
  opened.push(socket);
  const heard: Record<string, unknown>[] = [];
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString()) as Record<string, unknown>));
  const closed = once(socket, "close") as Promise<[number, Buffer]>;
  closed.catch(() => undefined); // of one that was refused
  await once(socket, "open");
  const until = (count: number): Promise<Record<string, unknown>[]> =>
    waitFor(async () => (heard.length >= count ? heard : undefined), {
      ...{ timeoutMs: 10_000, everyMs: 10 },
      onTimeout: () => new Error(`heard ${JSON.stringify(heard)}`),
    });
  if (init) {
    socket.send(JSON.stringify({ type: "connection_init" }));
    await until(1);
  }
  return { socket, heard, closed, until };
}

const subscribeMessage = (id: string, query: string, variables?: unknown): string =>
  JSON.stringify({ id, type: "subscribe", payload: { query, variables } });

/** What one operation over a WebSocket of its own says first: data and errors, or the errors before anything ran. */
async function first(query: unknown, variables?: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { socket, closed, until } = await raw();
  socket.send(subscribeMessage("1", query as string, variables));
  const [, answer] = await until(2);
  socket.close();
  await closed;
  return answer ?? {};
}

const codeOf = ({ payload }: Record<string, unknown>): unknown => {
  const errors = Array.isArray(payload) ? payload : (payload as { errors?: unknown[] }).errors;
  return (errors?.[0] as { extensions?: { code?: string } } | undefined)?.extensions?.code;
};

describe("over a WebSocket", () => {
  it("queries are answered as over HTTP", async () => {
    const query = "query ($id: ID!) { gpu(id: $id) { id status pool { id model } } }";
    const answer = await first(query, { id: "1" });
    const { data } = await ask(api.url, query, { id: "1" });
    expect(data).toMatchObject({ gpu: { status: "ACTIVE" } });
    expect(answer).toEqual({ id: "1", type: "next", payload: { data } });
  });

  it("what is no operation is refused with a code, and the connection goes on", async () => {
    const { socket, closed, until } = await raw();
    const deep = `subscription { rentals ${"{ events ".repeat(14)} { id } ${"}".repeat(14)} }`;
    const aliased = `subscription { rentals { ${Array.from({ length: 25 }, (_, i) => `a${i}: kind`).join(" ")} } }`;
    const bad: [unknown, unknown][] = [
      ["subscription {", "GRAPHQL_PARSE_FAILED"],
      ["subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"],
      [`subscription { rentals { kind } prices { kind } }`, "GRAPHQL_VALIDATION_FAILED"],
      [deep, "GRAPHQL_VALIDATION_FAILED"],
      [aliased, "GRAPHQL_VALIDATION_FAILED"],
      [`subscription { rentals { ${"kind ".repeat(2_500)} } }`, "GRAPHQL_PARSE_FAILED"],
      ["fragment F on Query { asOf { block { number } } }", "OPERATION_RESOLUTION_FAILURE"],
      [`subscription { rentals(where: { gpu: "\\u0000" }) { kind } }`, "BAD_USER_INPUT"],
      [`subscription { rewards(account: "0x12") { kind } }`, "BAD_USER_INPUT"],
      [`subscription { offers(where: { model: "' or 1=1 --" }) { nothing } }`, "GRAPHQL_VALIDATION_FAILED"],
      [
        `{ ${Array.from({ length: 12 }, (_, i) => `a${i}: asOf { sampledThrough }`).join(" ")} }`,
        "GRAPHQL_VALIDATION_FAILED",
      ],
    ];
    for (const [place, [query]] of bad.entries()) {
      socket.send(subscribeMessage(String(place), query as string));
      await until(1 + place + 1); // those that fail after the check complete as well, out of this count's way
    }
    const answers = await until(1 + bad.length);
    const byId = new Map(answers.filter(({ type }) => type !== "complete").map((answer) => [answer["id"], answer]));
    expect(bad.map(([query], place) => [query, codeOf(byId.get(String(place)) ?? {})])).toEqual(bad);
    expect(JSON.stringify(answers)).not.toMatch(/stacktrace|sgd1|chain1/);
    socket.send(subscribeMessage("good", RENTALS));
    await waitFor(async () => (answers.some(({ id, type }) => id === "good" && type === "next") ? true : undefined), {
      ...{ timeoutMs: 5_000, onTimeout: () => new Error("the good one was not answered") },
    });
    socket.close();
    await closed;
  });

  it("more operations than may run at the same time are refused", async () => {
    const { socket, closed, until } = await raw();
    for (let id = 1; id <= 4; id++) socket.send(subscribeMessage(String(id), RENTALS));
    const answers = await until(5);
    const refused = answers.find(({ type }) => type === "error");
    expect(refused).toMatchObject({ id: "4", payload: [{ extensions: { code: "TOO_MANY_OPERATIONS" } }] });
    socket.close();
    await closed;
  });

  it("who breaks the protocol loses the connection, with the protocol's code", async () => {
    const says = async (message: string | Buffer, init = true): Promise<number> => {
      const { socket, closed } = await raw(init);
      socket.send(message);
      return (await closed)[0];
    };
    expect(await says("{")).toBe(4400);
    expect(await says('{"type":"nonsense"}')).toBe(4400);
    expect(await says('{"type":"connection_init"}')).toBe(4429);
    expect(await says(subscribeMessage("1", RENTALS), false)).toBe(4401);
    expect(await says("x".repeat(300_000))).toBe(1009);
    expect((await (await raw(false)).closed)[0]).toBe(4408);
    expect((await (await raw(false, [])).closed)[0]).toBe(4406);
  });

  it("an address has only so many connections; another path has none", async () => {
    const open = await Promise.all(Array.from({ length: LIMITS.connectionsPerAddress }, () => raw()));
    await expect(raw()).rejects.toThrow("429");
    for (const { socket } of open) socket.close();
    await Promise.all(open.map(({ closed }) => closed));
    const other = new WebSocket(new URL("/other", api.url.replace("http", "ws")), "graphql-transport-ws");
    const [error] = (await once(other, "error")) as [Error];
    expect(error.message).toContain("404");
  });
});

describe("a reader", () => {
  /** Shakes hands by hand and subscribes; then never reads again, if it is to be silent. */
  async function silentSocket(
    query: string,
    url = api.url,
  ): Promise<{ socket: Socket; subscribe: (id: string) => void }> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const frame = (text: string): Buffer => {
      const body = Buffer.from(text);
      const head =
        body.length < 126
          ? Buffer.from([0x81, 0x80 | body.length])
          : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 255]);
      return Buffer.concat([head, Buffer.alloc(4), body]); // masked with zeros
    };
    socket.write(
      `GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n` +
        `sec-websocket-key: ${Buffer.alloc(16).toString("base64")}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
    );
    await once(socket, "data");
    socket.write(frame(JSON.stringify({ type: "connection_init" })));
    await once(socket, "data");
    const subscribe = (id: string): unknown => socket.write(frame(subscribeMessage(id, query)));
    subscribe("1");
    await once(socket, "data");
    return { socket, subscribe };
  }

  it("who answers no ping is gone by the next", async () => {
    const { socket } = await silentSocket(RENTALS);
    await once(socket.resume(), "close");
    expect(await metric("api_live_subscribers")).toBeNaN();
  });

  it("who doesn't read is cut off with a code once too much waits, and others hear everything", async () => {
    const patient = await start({ ...LIMITS, pingMs: 60_000 });
    const good = listen(patient.url, RENTALS);
    const slow = await silentSocket(FAT, patient.url);
    slow.socket.pause();
    slow.subscribe("2");
    slow.subscribe("3");
    await good.until(1);
    await subscribers(4, patient.url);
    try {
      const many = (from: number) => (block: BlockWork) => {
        for (let id = from; id < from + 100; id++) rent(block, id, 1, world.number, world.at);
      };
      await world.mineAll([0, 1, 2, 3, 4, 5].map((place) => ({ work: many(1_000 + place * 100) })));
      expect((await good.until(7)).slice(1).map(({ events }) => events.length)).toEqual(Array(6).fill(100));
      let last = Buffer.alloc(0);
      slow.socket.on("data", (data: Buffer) => (last = Buffer.concat([last, data]).subarray(-200)));
      slow.socket.resume();
      const closing = Buffer.concat([Buffer.from([4413 >> 8, 4413 & 255]), Buffer.from("too slow")]);
      await waitFor(async () => (last.includes(closing) ? true : undefined), {
        ...{ timeoutMs: 10_000, onTimeout: () => new Error(`no code after ${last.toString()}`) },
      });
    } finally {
      slow.socket.destroy();
      await good.stop();
      await patient.stop();
    }
  });
});

describe("as an event stream", () => {
  const open = async (
    body: unknown,
    init: RequestInit = {},
  ): Promise<{ response: Response; stop: AbortController }> => {
    const stop = new AbortController();
    const response = await fetch(api.url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify(body),
      signal: stop.signal,
      ...init,
    });
    return { response, stop };
  };
  /** Reads until `count` events of the stream, or to its end. */
  async function read({ response }: { response: Response }, count: number): Promise<[event: string, data: unknown][]> {
    const found: [string, unknown][] = [];
    let text = "";
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const parts = text.split("\n\n");
      text = parts.pop() ?? "";
      for (const part of parts.filter((line) => !line.startsWith(":"))) {
        const [, event = "", data = ""] = /^event: (\w+)\ndata: ?(.*)$/.exec(part) ?? [];
        found.push([event, data === "" ? null : (JSON.parse(data) as unknown)]);
      }
      if (found.length >= count) break;
    }
    return found;
  }

  it("a subscription is told, over POST and over GET", async () => {
    const posted = await open({ query: RENTALS });
    const url = new URL(api.url);
    url.searchParams.set("query", RENTALS);
    const got = await fetch(url, { headers: { accept: "text/event-stream" } });
    expect(got.headers.get("content-type")).toContain("text/event-stream");
    const reading = Promise.all([read(posted, 2), read({ response: got }, 2)]);
    await subscribers(2);
    await world.mine((block) => rent(block, 2, 2, world.number, world.at));
    const [first = [], second] = await reading;
    expect(first.map(([event]) => event)).toEqual(["next", "next"]);
    expect(first[1]?.[1]).toMatchObject({ data: { rentals: { kind: "BLOCK", events: [{ id: "rental-2-started" }] } } });
    expect(second).toEqual(first);
    await world.mine((block) => end(block, 2, 2, world.at));
  });

  it("a query is answered once, and what is wrong is an answer too", async () => {
    const answers = async (body: unknown): Promise<[string, unknown][]> => read(await open(body), 9);
    expect(await answers({ query: "{ gpu(id: 1) { id } }" })).toEqual([
      ["next", { data: { gpu: { id: "1" } } }],
      ["complete", null],
    ]);
    const codes = [
      { query: "subscription { nothing }" },
      { query: "{" },
      {},
      { query: RENTALS, variables: "[1]" },
      [],
    ].map(async (body) => codeOf({ payload: (await answers(body))[0]?.[1] }));
    expect(await Promise.all(codes)).toEqual([
      "GRAPHQL_VALIDATION_FAILED",
      "GRAPHQL_PARSE_FAILED",
      "BAD_REQUEST",
      "BAD_REQUEST",
      "BAD_REQUEST",
    ]);
  });

  it("who leaves is forgotten", async () => {
    const stream = await open({ query: RENTALS });
    await read(stream, 1);
    expect(await metric("api_live_subscribers")).toBe(1);
    stream.stop.abort();
    await waitFor(async () => (Number.isNaN(await metric("api_live_subscribers")) ? true : undefined), {
      ...{ timeoutMs: 5_000, onTimeout: () => new Error("still subscribed") },
    });
  });
});

describe("a server that stops", () => {
  it("says so to its subscribers, and is gone soon", async () => {
    const stopping = await start();
    const listener = listen(stopping.url, RENTALS);
    await listener.until(1);
    const stream = await fetch(stopping.url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ query: RENTALS }),
    });
    const text = stream.text();
    await stopping.stop();
    expect(await listener.ended).toMatchObject({ code: 1001 });
    expect(await text).not.toContain("event: complete"); // else clients would not come back
  });
});
