import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChain, type Chain } from "#devnet/chain.ts";
import { freePorts } from "#devnet/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { hashMessage } from "viem";
import { startApi, type Api, type Policy } from "../../main.ts";
import { DEFAULT_POLICY } from "../../src/policy.ts";
import { openApi, type ApiFixture } from "../fixture.ts";
import { openSocket, postHead } from "./sockets.ts";
import { askToSignIn, messageFor, send, walletOf } from "./wallet.ts";

const SITE = "https://app.berkeley.example";
const PRICE = "query Price { network { price } }";
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

let fixture: ApiFixture;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-serving-"));
  fixture = await openApi({ policy: { origins: SITE, chainId: 1 } });
});

afterAll(async () => {
  await fixture.close();
  rmSync(dir, { recursive: true, force: true });
});

const serve = (policy: Partial<Policy>): Promise<Api> =>
  startApi({ databaseUrl: fixture.database.url, host: "127.0.0.1", port: 0, logger: silentLogger, policy });

describe("another site's browser", () => {
  const preflight = (origin: string): Promise<Response> =>
    fetch(fixture.api.url, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    });

  it("may read answers if its site is listed, and not otherwise", async () => {
    const [listed, other] = [await preflight(SITE), await preflight("https://evil.example")];
    expect(Object.fromEntries(listed.headers)).toMatchObject({
      "access-control-allow-origin": SITE,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, POST",
      vary: "origin",
    });
    expect([listed.status, other.status, other.headers.get("access-control-allow-origin")]).toEqual([204, 204, null]);
  });

  it("can't make a request without being asked first whether it may", async () => {
    const simple = await fetch(fixture.api.url, {
      method: "POST",
      headers: { origin: "https://evil.example", "content-type": "text/plain" },
      body: JSON.stringify({ query: "mutation { signOut }" }),
    });
    const byUrl = await fetch(`${fixture.api.url}?query=${encodeURIComponent(PRICE)}`);
    expect([simple.status, byUrl.status]).toEqual([400, 400]);
    const ours = { "apollo-require-preflight": "1" };
    expect((await fetch(`${fixture.api.url}?query=${encodeURIComponent(PRICE)}`, { headers: ours })).status).toBe(200);
    const writing = `${fixture.api.url}?query=${encodeURIComponent("mutation { signOut }")}`;
    expect((await fetch(writing, { headers: ours })).status).toBe(405);
  });

  it("gets a cookie that never leaves without TLS where the site has it", async () => {
    const wallet = walletOf(1);
    const message = await messageFor(fixture.api.url, wallet.address, {
      domain: "app.berkeley.example",
      uri: `${SITE}/login`,
    });
    const { headers } = await askToSignIn(fixture.api.url, message, await wallet.signMessage({ message }), "COOKIE");
    expect(headers.get("set-cookie")).toMatch(/^__Host-bc_session=.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  });

  it("is named wrongly with an error that says how", async () => {
    for (const origins of ["app.example.org", "http://app.example.org", "https://a.example/path", "*"])
      await expect(serve({ origins })).rejects.toMatchObject({ code: "BAD_ORIGINS" });
  });
});

describe("trusted documents", () => {
  const body = (asked: object) => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  });
  const ask = async (api: Api, asked: object): Promise<[number, unknown]> => {
    const response = await fetch(api.url, body(asked));
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
    return [response.status, data ?? errors?.[0]?.extensions.code];
  };

  it("alone are run where nothing else may be, by name or in full, and name themselves in the metrics", async () => {
    writeFileSync(join(dir, "price.graphql"), PRICE);
    const api = await serve({ trustedDocuments: dir, isTrustedOnly: true });
    const price = [200, { network: null }];
    expect(await ask(api, { documentId: `sha256:${hashOf(PRICE)}` })).toEqual(price);
    expect(await ask(api, { query: PRICE })).toEqual(price);
    const persisted = { persistedQuery: { version: 1, sha256Hash: hashOf(PRICE) } };
    expect(await ask(api, { extensions: persisted })).toEqual(price);
    for (const other of [{ query: `${PRICE} ` }, { query: "{ __schema { types { name } } }" }, { documentId: "x" }, {}])
      expect(await ask(api, other)).toEqual([403, "UNTRUSTED_DOCUMENT"]);
    const smuggled = { query: "{ asOf { block { number } } }", documentId: hashOf(PRICE) };
    expect(await ask(api, smuggled)).toEqual([403, "UNTRUSTED_DOCUMENT"]);
    const metrics = await (await fetch(new URL("/metrics", api.url))).text();
    expect(metrics).toMatch(/bc_api_operations_total\{operation="Price",type="query",outcome="OK",room="api"\} 3/);
    await api.stop();
  });

  it("are known by name beside any other where all may be run; clients' own names make no series", async () => {
    const file = join(dir, "documents.json");
    writeFileSync(file, JSON.stringify({ [hashOf(PRICE)]: PRICE }));
    const api = await serve({ trustedDocuments: file });
    expect(await ask(api, { documentId: hashOf(PRICE) })).toEqual([200, { network: null }]);
    for (let n = 0; n < 20; n++)
      expect((await ask(api, { query: `query Mine${n} { network { price } }` }))[0]).toBe(200);
    const metrics = await (await fetch(new URL("/metrics", api.url))).text();
    expect(metrics).toContain(`operation="other",type="query",outcome="OK",room="api"} 20`);
    expect(metrics).not.toContain("Mine");
    await api.stop();
  });

  it("that can't be run keep the server from starting, each named", async () => {
    const file = join(dir, "bad.json");
    writeFileSync(file, JSON.stringify({ [hashOf(PRICE)]: `${PRICE} `, [hashOf("{ nothing }")]: "{ nothing }" }));
    await expect(serve({ trustedDocuments: file })).rejects.toMatchObject({
      code: "BAD_TRUSTED_DOCUMENTS",
      hints: [expect.stringMatching(/its sha256 is/), expect.stringMatching(/Cannot query field "nothing"/)],
    });
    await expect(serve({ trustedDocuments: join(dir, "none") })).rejects.toMatchObject({
      code: "BAD_TRUSTED_DOCUMENTS",
    });
  });
});

describe("a server that stops", () => {
  it("lets open requests finish, takes no others, and doesn't wait for those who only stay connected", async () => {
    const api = await serve({ timeouts: { ...DEFAULT_POLICY.timeouts, drainMs: 20_000, keepAliveMs: 60_000 } });
    const [idle, ...keepers] = Array.from({ length: 3 }, () => openSocket(api.url));
    await send(api.url, "{ __typename }");
    const body = JSON.stringify({ query: PRICE });
    const half = openSocket(api.url, postHead(body.length) + body.slice(0, 10));
    await waitFor(async () => (half.socket.bytesWritten > 100 ? true : undefined), {
      timeoutMs: 5_000,
      onTimeout: () => new Error("nothing was sent"),
    });
    expect((await fetch(new URL("/readyz", api.url))).status).toBe(503); // nothing is indexed here
    const stopped = api.stop();
    half.socket.write(body.slice(10));
    await stopped;
    await Promise.all([half.closed, idle?.closed, ...keepers.map(({ closed }) => closed)]);
    expect(half.said()).toMatch(/^HTTP\/1.1 200/);
    await expect(fetch(api.url)).rejects.toThrow();
  });

  it("cuts off what isn't done in time", async () => {
    const api = await serve({ timeouts: { ...DEFAULT_POLICY.timeouts, drainMs: 300 } });
    const half = openSocket(api.url, `${postHead(100)}{"query`);
    await waitFor(async () => (half.socket.bytesWritten > 100 ? true : undefined), {
      timeoutMs: 5_000,
      onTimeout: () => new Error("nothing was sent"),
    });
    await api.stop();
    await half.closed;
    expect(half.said()).not.toContain("200 OK");
  });
});

describe("a wallet that is a contract", () => {
  /** A wallet that vouches (EIP-1271) for the one hash that its slot 0 holds, as Safe's does for signed messages. */
  const APPROVES_SLOT_0 = "0x60043560005414601457600060005260206000f35b631626ba7e60e01b60005260206000f3";
  const ADDRESS = "0x00000000000000000000000000000000000c0de5";
  let chain: Chain;
  let api: Api;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 });
    api = await serve({ chainId: 31_337, rpcUrl: chain.rpcUrl });
    await rpc("anvil_setCode", [ADDRESS, APPROVES_SLOT_0]);
  });

  afterAll(async () => {
    await api.stop();
    await chain.stop();
  });

  const rpc = (method: string, params: unknown[]): Promise<Response> =>
    fetch(chain.rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });

  it("is signed in where it vouches for the message, and not for another", async () => {
    const message = await messageFor(api.url, ADDRESS);
    const refused = await askToSignIn(api.url, message, "0x00");
    expect(refused.errors?.[0]?.extensions["code"]).toBe("SIGN_IN_REFUSED");
    await rpc("anvil_setStorageAt", [ADDRESS, `0x${"0".repeat(64)}`, hashMessage(message)]);
    const { data, errors } = await askToSignIn(api.url, message, "0x00");
    expect(errors).toBeUndefined();
    expect(data?.["signIn"]).toMatchObject({ address: ADDRESS });
  });

  it("can't be where nobody can be asked, which the error says", async () => {
    const without = await serve({ chainId: 31_337 });
    const message = await messageFor(without.url, ADDRESS);
    const { errors } = await askToSignIn(without.url, message, "0x00");
    expect(JSON.stringify(errors)).toContain("no RPC_URL is set");
    await without.stop();
    const lost = await serve({ chainId: 31_337, rpcUrl: "http://127.0.0.1:9" });
    const again = await askToSignIn(lost.url, await messageFor(lost.url, ADDRESS), "0x00");
    expect(again.errors?.[0]?.extensions["code"]).toBe("UPSTREAM_UNAVAILABLE");
    await lost.stop();
  });
});
