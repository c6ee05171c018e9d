import { gunzipSync } from "node:zlib";
import { request } from "node:http";
import { BaseError } from "#kernel/errors.ts";
import { silentLogger } from "#kernel/log.ts";
import { startApi } from "../main.ts";
import { ask, openApi, type ApiFixture } from "./fixture.ts";

let fixture: ApiFixture;

beforeAll(async () => {
  fixture = await openApi({ withoutChain: true });
});

afterAll(() => fixture.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, fixture.api.url), { headers });

describe("before anything was indexed", () => {
  it("says so, and not more, to a client", async () => {
    const { errors } = await fixture.ask(`{ gpu(id: "1") { id } }`);
    expect(errors?.[0]).toMatchObject({
      message: "the chain or the telemetry has not been loaded into the database yet",
      extensions: { code: "UPSTREAM_UNAVAILABLE" },
    });
    expect(JSON.stringify(errors)).not.toContain("relation");
  });

  it("is alive but not ready", async () => {
    expect((await get("/healthz")).status).toBe(200);
    const ready = await get("/readyz");
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      isReady: false,
      reason: "the chain or the telemetry has not been loaded into the database yet",
    });
  });

  it("is not ready before the first block, and is from then on", async () => {
    await fixture.pool.query(
      "create schema chain; create table chain.head (block_number int, block_hash text, block_timestamp int8)",
    );
    const none = { isReady: false, reason: "no block has been indexed yet" };
    expect(await (await get("/readyz")).json()).toEqual(none);
    await fixture.pool.query("insert into chain.head values (0, null, null)"); // as the indexer's view before its first
    expect(await (await get("/readyz")).json()).toEqual(none);
    await fixture.pool.query("update chain.head set block_hash = '0xbe', block_timestamp = 1");
    const ready = await get("/readyz");
    expect([ready.status, await ready.json()]).toEqual([200, { isReady: true }]);
    await fixture.pool.query("drop schema chain cascade");
  });
});

describe("an API without a chain and without payments", () => {
  it("says so where it is asked for them, with what to do", async () => {
    const from = `0x${"1".repeat(40)}`;
    const { errors } = await fixture.ask(`{ prepareCheckIn(input: { from: "${from}", slot: "1" }) { data } }`);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "NO_CHAIN",
      hints: [expect.any(String), expect.any(String)],
    });
    const payments = await fixture.ask("{ paymentReconciliation { kind } }");
    expect(payments.errors?.[0]?.extensions).toMatchObject({ code: "NO_PAYMENTS" });
  });

  it("still answers what else the same document asks for", async () => {
    const from = `0x${"1".repeat(40)}`;
    const { data, errors } = await fixture.ask(
      `{ viewer { address } payments { nodes { id } } prepareCheckIn(input: { from: "${from}", slot: "1" }) { data } __typename }`,
    );
    expect(data).toEqual({ viewer: null, payments: null, prepareCheckIn: null, __typename: "Query" });
    expect(errors?.map(({ path }) => path)).toEqual([["payments"], ["prepareCheckIn"]]);
  });
});

describe("the explorer", () => {
  it("is one page with everything inside, and asks no other host for anything", async () => {
    const response = await get("/graphql", { accept: "text/html,application/xhtml+xml" });
    expect(response.headers.get("content-type")).toContain("text/html");
    const html = await response.text();
    expect(html).toContain("Berkeley Compute");
    expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="https?:/);
  });

  it("is sent compressed", async () => {
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      const { hostname, port } = new URL(fixture.api.url);
      request({ hostname, port, path: "/graphql", headers: { accept: "text/html" } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve(Buffer.concat(chunks)));
      })
        .on("error", reject)
        .end();
    });
    expect(bytes.length).toBeLessThan(4_000_000);
    expect(gunzipSync(bytes).toString()).toContain("One GPU");
  });
});

describe("limits", () => {
  const hostile: [string, string][] = [
    ["depth", `{ pools { nodes ${"{ operator { pools { nodes ".repeat(5)} { id } ${"} } }".repeat(5)} } }`],
    ["aliases", `{ ${Array.from({ length: 21 }, (_, n) => `a${n}: network { price }`).join(" ")} }`],
    ["rootFields", `{ ${Array.from({ length: 11 }, () => "network { price }").join(" ")} }`],
    [
      "selections",
      `{ network { ...f0 } } ${Array.from({ length: 12 }, (_, n) => `fragment f${n} on Network { ...f${n + 1} ...f${n + 1} }`).join(" ")} fragment f12 on Network { price }`,
    ],
  ];
  it.each(hostile)("refuse an operation beyond %s", async (limit, query) => {
    const { errors } = await fixture.ask(query);
    expect(errors?.[0]?.extensions).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED", limit });
  });

  it("refuse a document of too many tokens before reading it through", async () => {
    const { status, errors } = await fixture.ask(`{ ${"network { price } ".repeat(2_000)} }`);
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain("tokens");
  });

  it("refuse a body beyond 256 KiB", async () => {
    const response = await fetch(fixture.api.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: `# ${"x".repeat(300_000)}\n{ network { price } }` }),
    });
    expect(response.status).toBe(413);
  });

  it("let an ordinary operation through", async () => {
    expect((await fixture.ask("{ __typename }")).data).toEqual({ __typename: "Query" });
  });
});

describe("the database", () => {
  it("that goes away costs the answers of that time only", async () => {
    const { kill } = fixture.database;
    if (!kill) return; // a server that isn't ours to kill
    kill();
    const { errors } = await fixture.ask(`{ network { price } }`);
    expect(errors?.[0]?.extensions["code"]).toBe("UPSTREAM_UNAVAILABLE");
    for (let tries = 0; tries < 100; tries++) {
      if (await fixture.pool.query("select 1").catch(() => undefined)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const again = await fixture.ask(`{ network { price } }`);
    expect(again.errors?.[0]?.message).toContain("not been loaded"); // the relation is missing, the database answers
  });

  it("gets its connections back from every operation, failed ones too", async () => {
    for (let round = 0; round < 30; round++) await fixture.ask(`{ network { price } gpu(id: "1") { id } }`);
    await expect(ask(fixture.api.url, "{ __typename }")).resolves.toMatchObject({ status: 200 });
    expect((await fixture.ask(`{ network { price } }`)).errors?.[0]?.message).toContain("not been loaded");
  });
});

describe("a port that is taken", () => {
  it("is one clear error with the mend", async () => {
    const port = Number(new URL(fixture.api.url).port);
    const second = startApi({ databaseUrl: fixture.database.url, host: "127.0.0.1", port, logger: silentLogger });
    await expect(second).rejects.toBeInstanceOf(BaseError);
    await expect(second).rejects.toMatchObject({
      code: "PORT_TAKEN",
      hints: ["stop the program that listens there, or set PORT to a free port"],
    });
  });
});
