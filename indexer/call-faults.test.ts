import type { Hex } from "viem";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { deployTargets, sendTo } from "./testdata/calls-scenario.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { dump, follow, indexUntil, lookInto, wipe, type Follower, type Setting } from "./testdata/indexing.ts";
import { startProxy, type Meddling, type Proxy } from "./testdata/proxy.ts";
import { WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";

/** Methods that read the chain's state. */
const STATE = new Set(["eth_call", "eth_getBalance", "eth_getCode"]);

let chain: TestChain;
let proxy: Proxy;
let server: TestServer;
let pool: Pool;
let cleanPool: Pool;
let setting: Setting;
let clean: Setting;
let follower: Follower | undefined;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  proxy = await startProxy(chain.url);
  const [{ url }, { url: cleanUrl }] = [await server.open(), await server.open()];
  [pool, cleanPool] = [lookInto(url), lookInto(cleanUrl)];
  await deployTargets(chain);
  const manifestPath = await buildSubgraph({}, "calls");
  setting = { manifestPath, rpcUrl: proxy.url, databaseUrl: url };
  clean = { manifestPath, rpcUrl: chain.url, databaseUrl: cleanUrl };
}, 120_000);

afterAll(async () => {
  await follower?.stop();
  await Promise.all([pool.end(), cleanPool.end(), proxy.close(), chain.stop()]);
  await server.stop();
});

beforeEach(async () => {
  await follower?.stop();
  follower = undefined;
  proxy.meddle = () => undefined;
  await Promise.all([wipe(pool), wipe(cleanPool)]);
});

/** Mines a block with an event that makes the handler call. */
async function mineAsk(value: bigint, text: string): Promise<number> {
  await sendTo(chain, "Target", "set", [value]);
  await sendTo(chain, "Target", "ask", [WATCHED, value, text]);
  return chain.mine();
}

/** The subgraph from a block on: what earlier tests did doesn't count. */
function startingAt(block: number, of: Setting, edit = (text: string): string => text): Setting {
  const manifestPath = editManifest(of.manifestPath, (text) =>
    edit(text.replace("startBlock: 2", `startBlock: ${block}`)),
  );
  return { ...of, manifestPath };
}

async function expectAsIfNothingFailed(first: number, until: number): Promise<void> {
  await indexUntil(startingAt(first, clean), until);
  const [found, expected] = await Promise.all([dump(pool), dump(cleanPool)]);
  expect(expected.length).toBeGreaterThan(15);
  expect(found).toEqual(expected);
}

async function answersIn(block: number): Promise<number> {
  const { rows } = await pool.query("select from sgd1.answer where block$ = $1", [block]);
  return rows.length;
}

/** Meddles with every `each`-th question for state, `times` times. */
function spoil(meddling: Meddling, each: number, times: number): () => number {
  let [asked, spoiled] = [0, 0];
  proxy.meddle = ({ method }) => {
    if (!STATE.has(method) || asked++ % each !== 0 || spoiled >= times) return undefined;
    spoiled++;
    return meddling;
  };
  return () => spoiled;
}

describe("a node that fails in the middle of a handler's calls", () => {
  it.each<[string, Meddling]>([
    ["with status 500", 500],
    ["with status 429", 429],
    ["by hanging up", "drop"],
    ["with a state that it lacks", { error: { code: -32_000, message: "missing trie node 5bdfd8a1 (path )" } }],
    ["with a block that it lacks", { error: { code: -32_000, message: "header not found" } }],
    ["with being busy", { error: { code: -32_005, message: "rate limit exceeded" } }],
    ["with null", { result: null }],
    ["by leaving a call unanswered", { id: null, error: { code: -32_600, message: "batch too large" } }],
  ])("is asked again, and the rows are those of one that doesn't: %s", async (_, meddling) => {
    const first = await mineAsk(3n, "first");
    const last = await mineAsk(4n, "second");
    const spoiled = spoil(meddling, 7, 3);
    await indexUntil(startingAt(first, setting), last);
    expect(spoiled()).toBe(3);
    await expectAsIfNothingFailed(first, last);
  });

  it("for a while keeps the block away as a whole, and health tells why", async () => {
    const first = await mineAsk(3n, "first");
    // the declared calls and some of the handler's go well
    let asked = 0;
    let isBroken = true;
    proxy.meddle = ({ method }) =>
      isBroken && STATE.has(method) && asked++ > 8
        ? { error: { code: -32_000, message: "missing trie node 5bdfd8a1" } }
        : undefined;
    follower = follow(startingAt(first, setting), pool);
    const reason = await waitFor(async () => (follower?.health().detail["reason"] as string | null) ?? undefined, {
      timeoutMs: 60_000,
      onTimeout: () => new Error("no reason was given"),
    });
    expect(reason).toBe(
      `the node doesn't tell the state of block ${first}: eth_call failed: missing trie node 5bdfd8a1`,
    );
    // longer than the tries for one block last: the chain is looked at in between, and nothing is written
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await answersIn(first)).toBe(0);
    isBroken = false;
    await follower.reach((await chain.public.getBlock()).hash);
    expect(follower.health().detail["reason"]).toBeNull();
    await follower.stop();
    await expectAsIfNothingFailed(first, first);
  }, 120_000);
});

describe("a block that leaves the chain between its calls", () => {
  it("is given up, and the new one's rows are as if it had been there from the start", async () => {
    const first = await mineAsk(1n, "stays");
    const start = startingAt(first, setting);
    follower = follow(start, pool, { reorgWindow: 20 });
    await follower.reach((await chain.public.getBlock()).hash);
    const snapshot = await chain.test.snapshot();
    const lost: Hex[] = [];
    let asked = 0;
    proxy.meddle = async ({ method, params }) => {
      const { blockHash } = (params[1] ?? {}) as { blockHash?: Hex };
      // in the middle of the handler's own calls, after the declared ones
      if (!STATE.has(method) || blockHash === undefined || lost.length > 0 || ++asked !== 9) return undefined;
      lost.push(blockHash);
      await chain.test.revert({ id: snapshot });
      chain.forgetNonce();
      await mineAsk(6n, "other");
      await mineAsk(7n, "after");
      return undefined;
    };
    await mineAsk(5n, "gone");
    await waitFor(async () => (lost.length > 0 ? true : undefined), {
      timeoutMs: 60_000,
      onTimeout: () => new Error("no call was made"),
    });
    const head = await waitFor(
      async () => {
        const block = await chain.public.getBlock();
        return Number(block.number) === first + 2 ? block : undefined;
      },
      { timeoutMs: 60_000, onTimeout: () => new Error("the other blocks were not mined") },
    );
    await follower.reach(head.hash);
    await follower.stop();
    const { rows } = await pool.query<{ text: string }>(
      "select text from sgd1.answer where id like '%-0-number' order by block$",
    );
    expect(rows.map(({ text }) => text)).toEqual(["1", "6", "7"]);
    await expectAsIfNothingFailed(first, first + 2);
  }, 120_000);
});

describe("a call that the subgraph gets wrong", () => {
  const failure = async (): Promise<Record<string, unknown>> =>
    (await pool.query<Record<string, unknown>>("select message, handler, deterministic from subgraphs.subgraph_error"))
      .rows[0] ?? {};

  it.each([
    [
      "unknown contract",
      `Could not find ABI for contract "Nobody", try adding it to the 'abis' section of the subgraph manifest`,
    ],
    ["unknown function", 'Unknown function "Target::absent" called from WASM runtime'],
    [
      "unknown signature",
      'Unknown function "Target::number" with signature `number():(uint8)` called from WASM runtime',
    ],
    ["must not revert", "ethereum.ts, line "],
  ])("stops the deployment: %s", async (text, message) => {
    const block = await mineAsk(1n, text);
    await expect(indexUntil(startingAt(block, setting), block)).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect(await failure()).toMatchObject({ handler: "handleAsked", deterministic: true });
    expect((await failure())["message"]).toContain(message);
    expect(await answersIn(block)).toBe(0);
  });

  it.each([
    ["wrong type", 'Failed to call function "needs" of contract "Target": type mismatch: argument 1'],
    ["wrong count", 'Failed to call function "needs" of contract "Target": error encoding input call data'],
  ])("is tried again, as graph-node does: %s", async (text, message) => {
    const block = await mineAsk(1n, text);
    follower = follow(startingAt(block, setting), pool);
    const found = await waitFor(
      async () => {
        const row = await failure().catch(() => undefined); // not created yet
        return row?.["message"] === undefined ? undefined : row;
      },
      { timeoutMs: 60_000, onTimeout: () => new Error("no failure was noted") },
    );
    expect(found).toMatchObject({ deterministic: false });
    expect(found["message"]).toContain(message);
  });

  it("stops the deployment when its apiVersion hasn't got balances", async () => {
    const block = await mineAsk(1n, "older");
    const older = startingAt(block, setting, (text) => text.replaceAll("apiVersion: 0.0.9", "apiVersion: 0.0.8"));
    await expect(indexUntil(older, block)).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect((await failure())["message"]).toContain(
      "ethereum.getBalance call is not supported before API version 0.0.9",
    );
  });
});

describe("top-level code", () => {
  it("that asks for its data source is refused at start: here it runs once for all handlers", async () => {
    const addLine = (text: string): string => `${text}export const own = dataSource.address();\n`;
    const manifestPath = await buildSubgraph({ "src/mapping.ts": addLine }, "calls");
    const fault = await indexUntil({ ...setting, manifestPath }, 2).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: "BAD_MAPPING" });
    expect((fault as Error).message).toMatch(/top-level code of .*Target\.wasm can't be run: it asks for what only/);
  }, 120_000);
});
