import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from "graphql";
import { pino } from "pino";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { startApi, type Api } from "../../main.ts";
import { createSchema } from "../../src/graphql/schema.ts";
import { DEFAULT_POLICY } from "../../src/policy.ts";
import { openApi, type ApiFixture } from "../fixture.ts";
import { openSocket, postHead } from "./sockets.ts";
import { askToSignIn, messageFor, send, signedIn, walletOf, type FullAnswer } from "./wallet.ts";

const BUDGET = 2_000;
const policy = {
  chainId: 84_532,
  trustedProxies: "127.0.0.1",
  budgets: { anonymous: BUDGET, signedIn: 5_000 },
  maxCost: 1_500,
  timeouts: { ...DEFAULT_POLICY.timeouts, headersMs: 300, requestMs: 600, idleMs: 500, keepAliveMs: 300, checkMs: 50 },
};
const OK = "{ network { price } }";
/** May cost 1 + 30 · (2 + 20); without operators it is charged a tenth. */
const COSTLY = `{ operators(first: 30) { nodes { pools(first: 20) { nodes { id } } } } }`;
const repeat = (count: number, text: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => text(n)).join(" ");

let fixture: ApiFixture;
let url: string;
let clients = 0;
const log: string[] = [];

beforeAll(async () => {
  const logger = pino({ level: "debug" }, { write: (line: string) => void log.push(line) });
  fixture = await openApi({ policy, logger });
  ({ url } = fixture.api);
});

/** Whatever was done to it: it still answers others. */
afterEach(async () => {
  const { data, errors } = await from(OK);
  if (errors || !data) throw new Error(`another client's answer: ${JSON.stringify(errors)}`);
});

afterAll(() => fixture.close());

/** A request from an address that nobody used before, or from the one given. */
const from = (
  query: string,
  address = `10.1.${++clients >> 8}.${clients & 255}`,
  variables = {},
): Promise<FullAnswer> => send(url, query, { variables, headers: { "x-forwarded-for": address } });

/** A body as it stands. */
const post = (body: string, address: string): Promise<Response> =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json", "x-forwarded-for": address }, body });

/** Uses up some 540 points as `spender`; what is left to `other` then. A budget refills by 33 a second meanwhile. */
async function leftAfter(spender: string, other: string, api = url): Promise<number> {
  const ask = (address: string) => send(api, COSTLY, { headers: { "x-forwarded-for": address } });
  for (let n = 0; n < 8; n++) await ask(spender); // at once they would be refused: what each may cost is set aside
  return (await ask(other)).extensions?.cost?.remaining ?? NaN;
}
/** Of a budget that somebody else spent from, and of one that nobody did. */
const [SHARED, OWN] = [BUDGET - 300, BUDGET - 100];

const codesOf = ({ errors }: FullAnswer): unknown[] => errors?.map(({ extensions }) => extensions["code"]) ?? [];

describe("a document made to hurt", () => {
  const nested = (depth: number, inner: string): string =>
    "{ operators { nodes { pools { nodes { operator ".repeat(depth) + inner + " } } } } }".repeat(depth);
  const documents: [string, string][] = [
    [
      "fragments that double at each level",
      `{ network { ...f0 } } ${repeat(40, (n) => `fragment f${n} on Network { ...f${n + 1} ...f${n + 1} }`)} fragment f40 on Network { price }`,
    ],
    ["fragments in a circle", `{ network { ...a } } fragment a on Network { ...b } fragment b on Network { ...a }`],
    [
      "fragments by the dozen",
      `{ network { ${repeat(60, (n) => `...f${n}`)} } } ${repeat(60, (n) => `fragment f${n} on Network { price }`)}`,
    ],
    [
      "root fields hidden in a fragment",
      `{ ...q } fragment q on Query { ${repeat(11, () => `asOf { block { number } }`)} }`,
    ],
    ["directives", `{ network { ${repeat(60, () => `price @include(if: true)`)} } }`],
    ["nesting", nested(6, "{ id }")],
    ["nested lists as a value", `{ gpu(id: ${"[".repeat(900)}${"]".repeat(900)}) { id } }`],
    ["aliases of the schema itself", `{ ${repeat(21, (n) => `a${n}: __schema { types { name } }`)} }`],
    [
      "a schema asked through itself",
      `{ __schema { types { ${"fields { type { ".repeat(5)} name ${"} }".repeat(5)} } } }`,
    ],
    ["fields that must be held against each other", `{ ${repeat(600, () => `network { price }`)} }`],
    ["tokens", `{ network { ${"price ".repeat(2_500)} } }`],
  ];
  it.each(documents)("is refused, and soon: %s", async (_name, query) => {
    const startedAt = performance.now();
    const answer = await from(query);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(answer.status).toBe(400);
    expect(codesOf(answer)[0]).toMatch(/^GRAPHQL_(VALIDATION|PARSE)_FAILED$/);
  });

  it("is paid for, though it isn't run", async () => {
    const address = "10.2.0.1";
    const before = (await from(OK, address)).extensions?.cost?.remaining ?? 0;
    await Promise.all(Array.from({ length: 60 }, () => from("{ nothing }", address)));
    expect((await from(OK, address)).extensions?.cost?.remaining).toBeLessThan(before - 200);
  });

  it("that only costs too much is told its cost and what is allowed, and how to ask for less", async () => {
    const answer = await from(`{ operators(first: 40) { nodes { pools(first: 40) { nodes { id } } } } }`);
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]).toMatchObject({
      message: "the operation may cost 1681 points, and 1500 are allowed", // 1 + 40 · (1 + 1 + 40)
      extensions: { code: "TOO_EXPENSIVE", cost: { requested: 1_681, max: 1_500 } },
    });
  });

  it("can't hide its cost in variables, defaults or skipped fields", async () => {
    const query = `query ($n: Int = 1500, $no: Boolean!) { gpus(first: $n) { nodes { id } } network @skip(if: $no) { price } }`;
    expect(codesOf(await from(query, undefined, { no: true }))).toEqual(["TOO_EXPENSIVE"]);
    const small = await from(query, undefined, { n: 10, no: true });
    expect(small.extensions?.cost?.requested).toBe(11);
  });
});

describe("variables made to hurt", () => {
  const cases: [string, unknown][] = [
    ["thousands of values", Array.from({ length: 5_000 }, () => "1")],
    ["one very long text", "x".repeat(100_000)],
    ["a number where an id object is", { id: { id: 1 } }],
  ];
  it.each(cases)("are refused: %s", async (_name, id) => {
    const answer = await from(`query ($id: ID!) { gpu(id: $id) { id } }`, undefined, { id });
    expect([answer.status, codesOf(answer)]).toEqual([400, ["BAD_USER_INPUT"]]);
  });

  it("that nest without end are refused", async () => {
    const body = `{"query":"query ($id: ID!) { gpu(id: $id) { id } }","variables":{"id":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
    const response = await post(body, "10.3.0.2");
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("BAD_USER_INPUT")]);
  });

  it("that poison prototypes are refused as a request", async () => {
    const body = `{"query":"{ network { price } }","variables":{"__proto__":{"admin":true}}}`;
    expect((await post(body, "10.3.0.1")).status).toBe(400);
  });
});

describe("many at once", () => {
  it("in one request are refused as a batch, and cost", async () => {
    const body = JSON.stringify(Array.from({ length: 50 }, () => ({ query: OK })));
    const response = await post(body, "10.4.0.1");
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("batching")]);
  });

  it("from one address are let in until its budget is used up, told when to come again, and others aren't kept waiting", async () => {
    const answers: FullAnswer[] = [];
    for (let n = 0; n < 200 && answers.at(-1)?.status !== 429; n++) answers.push(await from(COSTLY, "10.4.0.2"));
    const [first, last] = [answers[0], answers.at(-1)];
    expect(first?.extensions?.cost).toMatchObject({ requested: 661, charged: 67 });
    expect(first?.headers.get("ratelimit-limit")).toBe(String(BUDGET));
    expect(answers.length).toBeGreaterThan(15);
    expect(last && codesOf(last)).toEqual(["RATE_LIMITED"]);
    expect(Number(last?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await from(COSTLY, "10.4.0.3")).status).toBe(200);
  });

  it("from one /64 are one client's", async () => {
    expect(await leftAfter("2001:db8:1:2::1", "2001:db8:1:2:ffff::99")).toBeLessThan(SHARED);
    expect(await leftAfter("2001:db8:1:2::1", "2001:db8:1:3::1")).toBeGreaterThan(OWN);
  });

  it("tries at tokens use the budget up, and then aren't even looked at", async () => {
    const tried = { "x-forwarded-for": "10.4.0.5", authorization: `Bearer bck_${"A".repeat(64)}` };
    const tries = await Promise.all(Array.from({ length: 150 }, () => send(url, OK, { headers: tried })));
    expect([...new Set(tries.map(({ status }) => status))].sort()).toEqual([401, 429]);
  });

  it("tries to sign in within one operation are ten at most, each as dear as a hundred objects", async () => {
    const tries = (count: number): string =>
      `mutation { ${repeat(count, (n) => `a${n}: signIn(message: "m", signature: "0x00") { address }`)} }`;
    const ten = await from(tries(10));
    expect([codesOf(ten), ten.extensions?.cost?.charged]).toEqual([["SIGN_IN_REFUSED"], 1_000]);
    expect(codesOf(await from(tries(11)))).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  });

  it("keys of a wallet have together what it has", async () => {
    const wallet = await signedIn(url, walletOf(21));
    const { data } = await send(url, `mutation { createApiKey(name: "k") { key } }`, { headers: wallet });
    const headers = { authorization: `Bearer ${(data?.["createApiKey"] as { key: string }).key}` };
    for (let n = 0; n < 12; n++) await send(url, COSTLY, { headers: wallet });
    const { headers: told } = await send(url, OK, { headers });
    expect(told.get("ratelimit-limit")).toBe("5000");
    expect(Number(told.get("ratelimit-remaining"))).toBeLessThan(5_000 - 300);
  });
});

describe("an address that a client makes up", () => {
  let plain: Api;

  beforeAll(async () => {
    const { url: databaseUrl } = fixture.database;
    const options = { databaseUrl, host: "127.0.0.1", port: 0, logger: silentLogger };
    plain = await startApi({ ...options, policy: { ...policy, trustedProxies: "" } });
  });

  afterAll(() => plain.stop());

  it("counts for nothing where no proxy is trusted", async () => {
    expect(await leftAfter("10.5.0.1", "10.5.0.2", plain.url)).toBeLessThan(SHARED);
  });

  it("before the proxy's own word for it counts for nothing either", async () => {
    expect(await leftAfter("10.9.9.9, 10.5.0.3", "10.8.8.8, 10.5.0.3")).toBeLessThan(SHARED);
  });
});

describe("SQL in every string that the schema takes", () => {
  const EVIL = `1'; drop table chain.gpu; delete from access.session; select pg_sleep(30); --`;
  const HEX = "0x273b64726f70";

  /** What must be there and isn't text, by type; numbers for all others. */
  const HARMLESS: Readonly<Record<string, string>> = {
    ...{ Boolean: "true", BigInt: '"1"', Dc: '"1"', Bct: '"1"', Usd: '"1"' },
    DateTime: '"2026-11-22T00:00:00Z"',
  };

  /** A value for an argument, as GraphQL text: hostile where it is text, else nothing that must be. */
  function valueOf(type: GraphQLInputType): string | undefined {
    if (isNonNullType(type)) return valueOf(type.ofType) ?? harmless(getNamedType(type));
    if (isListType(type)) {
      const value = valueOf(type.ofType);
      return value === undefined ? undefined : `[${value}]`;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).map(({ name, type: inner }) => [name, valueOf(inner)] as const);
      return `{ ${fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])).join(" ")} }`;
    }
    if (["ID", "String"].includes(type.name)) return JSON.stringify(EVIL);
    return type.name === "Bytes" ? JSON.stringify(HEX) : undefined;
  }

  const harmless = (type: GraphQLNamedInputType): string =>
    isEnumType(type) ? (type.getValues()[0]?.name ?? "") : (HARMLESS[type.name] ?? "1");

  const argsOf = (args: readonly GraphQLArgument[]): string =>
    args
      .filter(({ defaultValue }) => defaultValue === undefined)
      .flatMap(({ name, type }) => (valueOf(type) === undefined ? [] : [`${name}: ${valueOf(type)}`]))
      .join(", ");

  it("finds nothing, breaks nothing, and is answered by a word of ours", async () => {
    const schema = await createSchema();
    const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
      Object.values(root?.getFields() ?? {}).map((field) => ({
        field,
        kind: root === schema.getQueryType() ? "query" : "mutation",
      })),
    );
    const hostile = roots.filter(({ field }) => argsOf(field.args) !== "");
    expect(hostile.length).toBeGreaterThan(10);
    for (const { field, kind } of hostile) {
      const answer = await from(
        `${kind} { ${field.name}(${argsOf(field.args)}) ${"getFields" in getNamedType(field.type) ? "{ __typename }" : ""} }`,
      );
      const codes = codesOf(answer);
      expect([
        field.name,
        codes.filter((code) => ["INTERNAL_SERVER_ERROR", "GRAPHQL_VALIDATION_FAILED"].includes(String(code))),
      ]).toEqual([field.name, []]);
      expect(JSON.stringify(answer.errors ?? "")).not.toMatch(/syntax error|pg_|relation|drop table/);
    }
    const { rows } = await fixture.pool.query(
      "select to_regclass('chain.gpu')::text as gpu, to_regclass('access.session')::text as session",
    );
    expect(rows).toEqual([{ gpu: "chain.gpu", session: "access.session" }]);
  });
});

describe("a client that takes its time", () => {
  it("over its headers, its body, or over saying anything is cut off", async () => {
    const sockets = [
      ...Array.from({ length: 20 }, () => openSocket(url, "POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: ")),
      ...Array.from({ length: 20 }, () => openSocket(url, `${postHead(1_000)}{"query":`)),
      ...Array.from({ length: 5 }, () => openSocket(url)),
    ];
    // one byte now and then keeps a socket from being idle, not from being late
    const drip = setInterval(() => sockets.slice(0, 40).forEach(({ socket }) => socket.write("a")), 100);
    expect((await from(OK)).status).toBe(200);
    await Promise.all(sockets.map(({ closed }) => closed));
    clearInterval(drip);
    expect(sockets[0]?.said()).toContain("408");
  });

  it("over reading its answer is cut off", async () => {
    const accepted: Socket[] = [];
    const onSocket = (message: unknown): void => void accepted.push((message as { socket: Socket }).socket);
    subscribe("net.server.socket", onSocket);
    const slow = openSocket(url);
    slow.socket.pause();
    const served = await waitFor(
      async () => accepted.find(({ remotePort }) => remotePort !== undefined && remotePort === slow.socket.localPort),
      { timeoutMs: 10_000, onTimeout: () => new Error("the server never accepted the connection") },
    );
    unsubscribe("net.server.socket", onSocket);
    const closed = new Promise((resolve) => served.once("close", resolve));
    // some 3 MB each, more than the system keeps for a reader
    const page = "GET /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\nx-forwarded-for: 10.6.0.1\r\n\r\n";
    slow.socket.write(page.repeat(8));
    await closed;
    slow.socket.resume();
    await slow.closed;
    expect(slow.said()).toContain("200 OK");
  });

  it("and one that hangs up in the middle leave nothing behind", async () => {
    const message = JSON.stringify({ query: `{ operators(first: 50) { nodes { pools { nodes { id } } } } }` });
    for (let n = 0; n < 30; n++) {
      const { socket } = openSocket(url, postHead(message.length) + message);
      socket.once("connect", () => socket.destroySoon());
    }
    expect((await from(OK)).status).toBe(200);
  });
});

describe("the log", () => {
  it("names a masked error by the request's id, and holds no token, signature or variable", async () => {
    await fixture.pool.query("alter table chain.network rename column price to price_away");
    const answer = await from(OK);
    await fixture.pool.query("alter table chain.network rename column price_away to price");
    const id = answer.headers.get("x-request-id") ?? "";
    expect(answer.errors).toEqual([
      expect.objectContaining({ message: "internal server error", extensions: { code: "INTERNAL_SERVER_ERROR", id } }),
    ]);
    expect(log.some((line) => line.includes(id) && line.includes("price"))).toBe(true);
    const wallet = walletOf(30);
    const message = await messageFor(url, wallet.address);
    const signature = await wallet.signMessage({ message });
    const { data } = await askToSignIn(url, message, signature);
    const { token } = data?.["signIn"] as { token: string };
    await send(url, OK, { headers: { authorization: `Bearer ${token}` } });
    const all = log.join("");
    expect(all).toContain(`"tier":"SESSION"`);
    for (const secret of [token, signature, /Nonce: (\w+)/.exec(message)?.[1] ?? "?"])
      expect(all).not.toContain(secret);
  });
});
