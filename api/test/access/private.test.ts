import { createHash } from "node:crypto";
import { keccak256, toBytes } from "viem";
import { silentLogger } from "#kernel/log.ts";
import { startApi, type Api } from "../../main.ts";
import { openApi, type ApiFixture } from "../fixture.ts";
import { send, signedIn, walletOf } from "./wallet.ts";

const policy = { chainId: 84_532, budgets: { anonymous: 0, signedIn: 50_000 } };
const [OWNER, HOLDER, RENTER, BEFORE, STRANGER] = [walletOf(1), walletOf(2), walletOf(3), walletOf(4), walletOf(5)];
const UUIDS = ["GPU-11111111-0000-0000-0000-000000000000", "GPU-22222222-0000-0000-0000-000000000000"];
const LIVE = `{ gpu(id: "1") { id liveTelemetry(minutes: 10) { at powerWatts utilization } } }`;
const FLEET = `{ operator(id: "1") { name
  fleet { nodes { id uuid hostname targetUrl isPresent xids staleSeconds powerWatts gpu { uuidHash } } }
  targets { nodes { url isUp goodAt staleSeconds gpuCount lastFailure { reason detail } } } } }`;

let fixture: ApiFixture;
let url: string;
/** the minute that samples reach to */
const now = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

beforeAll(async () => {
  fixture = await openApi({ policy });
  ({ url } = fixture.api);
  await fillChain();
  await fillTelemetry();
});

afterAll(() => fixture.close());

const hex = (text: string): string => text.slice(2).toLowerCase();
const hashOf = (uuid: string): string => hex(keccak256(toBytes(uuid.toLowerCase())));
const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);

async function fillChain(): Promise<void> {
  const gpus = UUIDS.map(
    (uuid, place) => `('${place + 1}', '\\x${hex(OWNER.address)}', '${place + 1}', '1', '\\x00', '\\x${hashOf(uuid)}',
      'ACTIVE', '${place === 0 ? "7" : ""}', 1, 60, 1, 1)`,
  );
  await fixture.pool.query(`
    insert into chain.head values (100, '0xb100', ${seconds(now)});
    insert into chain.operator values ('1', '\\x${hex(HOLDER.address)}', null, 'SELF_POOLED', 'One', '', 1, 2, 0, 0, 1),
      ('2', '\\x${hex(STRANGER.address)}', null, 'SELF_POOLED', 'Two', '', 1, 1, 0, 0, 1);
    insert into chain.gpu values ${gpus.join()};
    insert into chain.rental values ('7', '1', '1', '1', '\\x${hex(RENTER.address)}', 'ON_DEMAND', 2490000, 2490000, 0, 0,
      ${seconds(ago(4))}, ${seconds(ago(-60))}, null, ${seconds(ago(4))}, null, null),
      ('6', '1', '1', '1', '\\x${hex(BEFORE.address)}', 'ON_DEMAND', 2490000, 2490000, 0, 0,
      ${seconds(ago(90))}, ${seconds(ago(5))}, null, ${seconds(ago(5))}, ${seconds(ago(5))}, 'CUSTOMER');
  `);
}

/** A sample each minute: its power is 100 and how many minutes ago it was. */
async function fillTelemetry(): Promise<void> {
  await fixture.pool.query(
    `insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c', $1, $1, $1)`,
    [now],
  );
  await fixture.pool.query(`
    insert into telemetry.target (url, labels) values ('http://10.0.0.1:9400/metrics', '{"operator": "1"}'),
      ('http://10.0.0.2:9400/metrics', '{"operator": "2"}'), ('push://operator-1/dcgm/h', '{}'), ('push://operator-12/d/h', '{}')`);
  for (const [place, uuid] of UUIDS.entries()) {
    await fixture.pool.query(
      `insert into telemetry.gpu (uuid, uuid_hash, model, labels, first_seen_at, last_seen_at, target_key, xids)
       values ($1, $2, 'NVIDIA H100 80GB HBM3', '{"hostname": "node-a", "driver_version": "570.1"}', $3, $3, $4, '{79}')`,
      [uuid, Buffer.from(hashOf(uuid), "hex"), now, place + 1],
    );
  }
  for (let minute = 0; minute < 12; minute++) {
    await fixture.pool.query(
      `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, util_ratio, power_watts)
       values ($1::timestamptz, 1, $1::timestamptz + interval '10 s', 10, 0.5, $2)`,
      [ago(minute), 100 + minute],
    );
  }
  await fixture.pool.query(
    `insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, reason, detail, duration_ms, body_bytes, sample_count, gpu_count)
     values ($1, 1, 1, $1, true, null, null, 5, 10, 3, 1), ($2, 1, 1, $2, false, 'timeout', 'no answer within 8 s', 8000, 0, 0, 0),
       ($1, 2, 1, $1, false, 'refused', 'secret of two', 1, 0, 0, 0)`,
    [ago(1), now],
  );
}

async function codeFor(query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const { errors, data } = await send(url, query, { headers });
  expect(JSON.stringify(data)).not.toMatch(/node-a|10\.0\.0|powerWatts/);
  return errors?.map(({ extensions }) => extensions["code"]);
}

describe("the live telemetry of a GPU", () => {
  it("is for nobody who isn't signed in, and for no wallet without a part in it; the rest of the answer stands", async () => {
    expect(await codeFor(LIVE)).toEqual(["UNAUTHENTICATED"]);
    for (const wallet of [STRANGER, BEFORE])
      expect(await codeFor(LIVE, await signedIn(url, wallet))).toEqual(["FORBIDDEN"]);
    expect((await send(url, LIVE)).data).toEqual({ gpu: { id: "1", liveTelemetry: null } });
  });

  it("is its owner's and its operator's, each sample as it came", async () => {
    for (const wallet of [OWNER, HOLDER]) {
      const { data } = await send(url, LIVE, { headers: await signedIn(url, wallet) });
      const { at, powerWatts } = (data?.["gpu"] as { liveTelemetry: Record<string, unknown[]> }).liveTelemetry;
      expect(powerWatts).toEqual([110, 109, 108, 107, 106, 105, 104, 103, 102, 101, 100]);
      expect(at?.at(-1)).toBe(now.toISOString());
    }
  });

  it("is the renter's from the rental's start on, and not what was before", async () => {
    const { data } = await send(url, LIVE, { headers: await signedIn(url, RENTER) });
    expect(data).toMatchObject({ gpu: { liveTelemetry: { powerWatts: [104, 103, 102, 101, 100] } } });
  });

  it("isn't the renter's any more when the funds have run out, though nobody has ended the rental", async () => {
    const headers = await signedIn(url, RENTER);
    await fixture.pool.query(`update chain.rental set paid_until = ${seconds(ago(1))} where id = '7'`);
    expect(await codeFor(LIVE, headers)).toEqual(["FORBIDDEN"]);
    await fixture.pool.query(`update chain.rental set paid_until = ${seconds(ago(-60))} where id = '7'`);
  });

  it("of a page of GPUs is given where the right is, and costs the other fields only themselves", async () => {
    await fixture.pool.query(`update chain.gpu set owner = '\\x${hex(STRANGER.address)}' where id = '2'`);
    const { data, errors } = await send(url, `{ gpus { nodes { id liveTelemetry { at } } } }`, {
      headers: await signedIn(url, STRANGER),
    });
    expect(data).toEqual({
      gpus: {
        nodes: [
          { id: "1", liveTelemetry: null },
          { id: "2", liveTelemetry: { at: [] } },
        ],
      },
    });
    expect(errors?.map(({ path }) => path)).toEqual([["gpus", "nodes", 0, "liveTelemetry"]]);
    await fixture.pool.query(`update chain.gpu set owner = '\\x${hex(OWNER.address)}' where id = '2'`);
  });
});

describe("an operator's fleet and targets", () => {
  it("are for the holder of its identity alone", async () => {
    expect(await codeFor(FLEET)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    for (const wallet of [STRANGER, OWNER, RENTER])
      expect(await codeFor(FLEET, await signedIn(url, wallet))).toEqual(["FORBIDDEN", "FORBIDDEN"]);
  });

  it("show each GPU, its exporter and its silence, and of each target the last error", async () => {
    const { data, errors } = await send(url, FLEET, { headers: await signedIn(url, HOLDER) });
    expect(errors).toBeUndefined();
    const { fleet, targets } = data?.["operator"] as Record<"fleet" | "targets", { nodes: Record<string, unknown>[] }>;
    const node = { hostname: "node-a", targetUrl: "http://10.0.0.1:9400/metrics", isPresent: true, xids: [79] };
    expect(fleet.nodes).toHaveLength(1);
    expect(fleet.nodes[0]).toMatchObject({ ...node, id: "1", uuid: UUIDS[0], powerWatts: 100 });
    expect(targets.nodes.map(({ url }) => url)).toEqual(["http://10.0.0.1:9400/metrics", "push://operator-1/dcgm/h"]);
    expect(targets.nodes[0]).toMatchObject({
      ...{ isUp: false, goodAt: ago(1).toISOString(), gpuCount: 0 },
      lastFailure: { reason: "timeout", detail: "no answer within 8 s" },
    });
    expect(Number(targets.nodes[0]?.["staleSeconds"])).toBeGreaterThanOrEqual(60);
    expect(targets.nodes[1]).toMatchObject({ isUp: null, goodAt: null, staleSeconds: null, lastFailure: null });
  });
});

describe("an API key", () => {
  const CREATE = `mutation ($name: String!, $scopes: [ApiKeyScope!]!, $cost: Int, $days: Int) {
    createApiKey(name: $name, scopes: $scopes, costPerMinute: $cost, days: $days) { key apiKey { id prefix expiresAt } } }`;
  const create = async (headers: Record<string, string>, variables: Record<string, unknown>) =>
    send(url, CREATE, { headers, variables: { scopes: [], name: "bot", ...variables } });
  const keyOf = (data: unknown) =>
    (data as { createApiKey: { key: string; apiKey: { id: string; prefix: string } } }).createApiKey;
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  it("asks in its wallet's name within its scopes, is listed without its secret, and ends when revoked", async () => {
    const session = await signedIn(url, HOLDER);
    const { key, apiKey } = keyOf((await create(session, { scopes: ["FLEET"], cost: 1_000 })).data);
    const fleet = await send(url, FLEET, { headers: bearer(key) });
    expect(fleet.errors).toBeUndefined();
    expect(fleet.headers.get("ratelimit-limit")).toBe("1000");
    expect(await codeFor(LIVE, bearer(key))).toEqual(["FORBIDDEN"]);
    const list = `{ viewer { address apiKeys { id name prefix scopes costPerMinute lastUsedAt revokedAt } } }`;
    const { data } = await send(url, list, { headers: session });
    const { apiKeys } = data?.["viewer"] as { apiKeys: Record<string, unknown>[] };
    expect(apiKeys[0]).toMatchObject({
      id: apiKey.id,
      name: "bot",
      scopes: ["FLEET"],
      costPerMinute: 1_000,
      revokedAt: null,
    });
    expect(apiKeys[0]?.["lastUsedAt"]).toMatch(/^20/);
    expect(JSON.stringify(data)).not.toContain(key);
    const { rows } = await fixture.pool.query<{ hash: Buffer }>(
      "select token_hash as hash from access.api_key where id = $1",
      [apiKey.id],
    );
    expect(rows[0]?.hash).toEqual(createHash("sha256").update(key).digest());
    const revoke = `mutation { revokeApiKey(id: "${apiKey.id}") { revokedAt } }`;
    expect((await send(url, revoke, { headers: session })).errors).toBeUndefined();
    expect((await send(url, FLEET, { headers: bearer(key) })).status).toBe(401);
    expect((await send(url, revoke, { headers: session })).errors?.[0]?.extensions["code"]).toBe("NO_SUCH_API_KEY");
  });

  it("can't make, list or revoke keys, nor can another wallet", async () => {
    const { key, apiKey } = keyOf((await create(await signedIn(url, HOLDER), { scopes: ["FLEET"] })).data);
    const asKey = await create(bearer(key), {});
    const revoke = `mutation { revokeApiKey(id: "${apiKey.id}") { id } }`;
    const others = await send(url, revoke, { headers: await signedIn(url, STRANGER) });
    const listed = await send(url, `{ viewer { apiKeys { id } } }`, { headers: bearer(key) });
    const codes = [asKey, listed, others, await create({}, {})].map(({ errors }) => errors?.[0]?.extensions["code"]);
    expect(codes).toEqual(["FORBIDDEN", "FORBIDDEN", "NO_SUCH_API_KEY", "UNAUTHENTICATED"]);
    expect((await send(url, `{ viewer { address } }`, { headers: bearer(key) })).status).toBe(200);
  });

  it("is refused with a budget beyond its wallet's, without a name, or beyond twenty", async () => {
    const headers = await signedIn(url, walletOf(9));
    for (const variables of [{ cost: 50_001 }, { cost: 0 }, { name: "  " }, { name: "x".repeat(65) }, { days: 0 }])
      expect((await create(headers, variables)).errors?.[0]?.extensions["code"]).toBe("BAD_API_KEY");
    for (let made = 0; made < 20; made++) expect((await create(headers, {})).errors).toBeUndefined();
    expect((await create(headers, {})).errors?.[0]?.extensions["code"]).toBe("TOO_MANY_API_KEYS");
  });

  it("ends when its days are over", async () => {
    const { key, apiKey } = keyOf((await create(await signedIn(url, HOLDER), { days: 1 })).data);
    expect((await send(url, "{ viewer { tier } }", { headers: bearer(key) })).data).toEqual({
      viewer: { tier: "API_KEY" },
    });
    await fixture.pool.query("update access.api_key set expires_at = $2 where id = $1", [
      apiKey.id,
      new Date(Date.now() - 1),
    ]);
    expect((await send(url, "{ viewer { tier } }", { headers: bearer(key) })).status).toBe(401);
  });
});

describe("two processes on one database", () => {
  let second: Api;

  beforeAll(async () => {
    const { url: databaseUrl } = fixture.database;
    second = await startApi({ databaseUrl, host: "127.0.0.1", port: 0, logger: silentLogger, policy });
  });

  afterAll(() => second.stop());

  it("know each other's sessions, and their end", async () => {
    const headers = await signedIn(url, OWNER);
    expect((await send(second.url, "{ viewer { address } }", { headers })).data).toEqual({
      viewer: { address: OWNER.address.toLowerCase() },
    });
    await send(second.url, "mutation { signOut }", { headers });
    expect((await send(url, "{ viewer { address } }", { headers })).status).toBe(401);
  });
});
