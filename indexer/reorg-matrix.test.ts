import type { Hex } from "viem";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { startFlakyDatabase, type FlakyDatabase } from "./testdata/flaky-database.ts";
import { dump, follow, indexUntil, lookInto, wipe, type Follower, type Setting } from "./testdata/indexing.ts";
import type { LogFilter } from "./testdata/json-rpc.ts";
import { startLyingNode, type LyingNode } from "./testdata/lying-node.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";

/** Blocks that may change. */
const WINDOW = 15;
/** Blocks that never do: more than the first range of a backfill. */
const BASE = 24;
const WAIT = { timeoutMs: 60_000, onTimeout: (): Error => new Error("it was never noted that the head is reached") };

let chain: TestChain;
let node: LyingNode;
let server: TestServer;
let flaky: FlakyDatabase;
let pool: Pool;
let setting: Setting;
let follower: Follower | undefined;
let base: Hex;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  const database = await server.open();
  pool = lookInto(database.url);
  flaky = await startFlakyDatabase(database.url);
  node = await startLyingNode(chain.url);
  setting = { manifestPath: await buildSubgraph(), rpcUrl: node.url, databaseUrl: flaky.url };
  await mine(BASE, 1);
  base = await chain.test.snapshot();
}, 120_000);

beforeEach(async () => {
  await setBack(base);
  base = await chain.test.snapshot();
  await wipe(pool);
});

afterEach(async () => {
  await follower?.stop();
  follower = undefined;
  node.lie(undefined);
});

afterAll(async () => {
  flaky.close();
  await Promise.all([pool.end(), node.close(), chain.stop()]);
  await server.stop();
});

const headHash = async (): Promise<string> => (await chain.public.getBlock()).hash;

async function setBack(id: Hex): Promise<void> {
  await chain.test.revert({ id });
  chain.forgetNonce();
}

/** Mines blocks with transfers of `value`, every third with a new contract, every fourth in a later hour. */
async function mine(blocks: number, value: number): Promise<string> {
  for (let block = 0; block < blocks; block++) {
    await chain.send("transfer", [block % 2 === 0 ? WATCHED : OTHER, BigInt(value + block)]);
    if (block % 3 === 0) await chain.send("create", [`${value}-${block}`]);
    await chain.mine(block % 4 === 3 ? 4_000 : 12);
  }
  return headHash();
}

/** A chain whose last blocks are about to be replaced. */
interface Scene {
  readonly old: string;
  /** puts the new blocks in place of the old ones, and gives the new head */
  readonly replace: () => Promise<string>;
}

async function prepare(depth: number, blocks: number): Promise<Scene> {
  const fork = await chain.test.snapshot();
  const old = await mine(depth, 1_000);
  return {
    old,
    replace: async () => {
      await setBack(fork);
      return mine(blocks, 2_000);
    },
  };
}

const start = (): Follower => (follower = follow(setting, pool, { reorgWindow: WINDOW }));

/** Lets `replace` happen while a call for logs, of which `isIt` is true, is under way. */
function whileLogsAreAsked(isIt: (filter: LogFilter) => boolean, replace: () => Promise<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    node.lie(async ({ method, params }) => {
      if (method !== "eth_getLogs" || !isIt(params[0] as LogFilter)) return undefined;
      node.lie(undefined);
      await replace().then(resolve, reject);
      return undefined;
    });
  });
}

/** When the blocks are replaced; each gives the new head. */
const MOMENTS: Readonly<Record<string, (scene: Scene) => Promise<string>>> = {
  "at the tip": async ({ old, replace }) => {
    await start().reach(old);
    return replace();
  },
  "while the indexer is down": async ({ old, replace }) => {
    await start().reach(old);
    await follower?.stop();
    const head = await replace();
    start();
    return head;
  },
  "while a range of the backfill is asked for": async ({ replace }) => {
    const replaced = whileLogsAreAsked(({ toBlock }) => Number(toBlock) > 10, replace);
    start();
    return replaced;
  },
  "while the blocks behind the head are read": async ({ old, replace }) => {
    const replaced = whileLogsAreAsked(({ blockHash }) => blockHash === old, replace);
    start();
    return replaced;
  },
  "in the middle of a flush": async ({ replace }) => {
    const replaced = new Promise<string>((resolve, reject) => {
      flaky.holdCommitAfter('copy sgd1."transfer"', () => replace().then(resolve, reject));
    });
    start();
    return replaced;
  },
};

/** What an indexer leaves that never saw another chain, by the chain's head: cases that end on the same one share it. */
const clean = new Map<string, string[]>();

/** Compares all tables with those of an indexer that never saw another chain. */
async function expectCleanRows(): Promise<void> {
  await follower?.stop();
  const rows = await dump(pool);
  const { hash, number } = await chain.public.getBlock();
  if (!clean.has(hash)) {
    await wipe(pool);
    await indexUntil({ ...setting, rpcUrl: chain.url }, Number(number), { reorgWindow: 1_000 });
    clean.set(hash, await dump(pool));
  }
  expect(rows).toEqual(clean.get(hash));
}

const EDGE = WINDOW;
/** Depths, and the lengths of what takes the blocks' place. */
const SHAPES: Readonly<Record<number, readonly number[]>> = { 1: [1, 3], 10: [10, 4, 12], [EDGE]: [EDGE, 2, EDGE + 3] };
const CASES = Object.keys(MOMENTS).flatMap((moment) =>
  Object.entries(SHAPES).flatMap(([depth, lengths]) =>
    // what is read before the head is followed doesn't depend on the depth
    lengths.flatMap((length) =>
      moment === "at the tip" || Number(depth) === EDGE ? [[moment, Number(depth), length] as const] : [],
    ),
  ),
);

it.each(CASES)("%s: %i blocks replaced by %i leave what a clean run leaves", async (moment, depth, length) => {
  const scene = await prepare(depth, length);
  const head = await MOMENTS[moment]?.(scene);
  await follower?.reach(head ?? "");
  await expectCleanRows();
});

describe("several reorgs", () => {
  it("in a row before the indexer looks again count as one", async () => {
    const scene = await prepare(6, 6);
    await start().reach(scene.old);
    await follower?.stop();
    await scene.replace();
    const again = await chain.test.snapshot();
    await mine(2, 3_000);
    await setBack(again);
    const head = await mine(5, 4_000);
    await start().reach(head);
    await expectCleanRows();
  });

  it("that leave only blocks just read leave them written, and the head reached", async () => {
    const lower = await mine(1, 5_000);
    const fork = await chain.test.snapshot();
    await mine(3, 6_000);
    node.lie(async ({ params }, truth) => {
      if (params[0] !== "latest") return undefined;
      node.lie(undefined);
      const higher = await truth();
      await setBack(fork);
      return higher;
    });
    await start().reach(lower);
    await waitFor(() => Promise.resolve(follower?.health().detail["isSynced"] === true || undefined), WAIT);
    await expectCleanRows();
  });

  it("down to the block before the subgraph's first, while down, aren't too deep", async () => {
    const first = BASE + 2;
    const manifestPath = editManifest(setting.manifestPath, (text) =>
      text.replaceAll("startBlock: 1", `startBlock: ${first}`),
    );
    const scene = await prepare(5, 4);
    follower = follow({ ...setting, manifestPath }, pool, { reorgWindow: WINDOW });
    await follower.reach(scene.old);
    await follower.stop();
    const head = await scene.replace();
    follower = follow({ ...setting, manifestPath }, pool, { reorgWindow: WINDOW });
    await follower.reach(head);
    const { rows } = await pool.query("select block$ as block, value::text from sgd1.transfer order by vid");
    expect(rows).toEqual([0, 1, 2, 3].map((block) => ({ block: first + block, value: String(2_000 + block) })));
  });

  it("there and back again leave the first chain", async () => {
    const scene = await prepare(8, 5);
    const state = await chain.test.dumpState();
    const old = await chain.public.getBlock();
    const first = await startChain();
    await first.test.loadState({ state });
    expect((await first.public.getBlock()).hash).toBe(old.hash);
    await start().reach(scene.old);
    await follower?.reach(await scene.replace());
    node.passTo(first.url);
    await follower?.reach(scene.old);
    await follower?.stop();
    const rows = await dump(pool);
    await wipe(pool);
    await indexUntil({ ...setting, rpcUrl: first.url }, Number(old.number), { reorgWindow: 1_000 });
    expect(rows).toEqual(await dump(pool));
    node.passTo(chain.url);
    await first.stop();
  });
});

describe("a reorg of one block more than the window", () => {
  it.each([
    ["to the same height", EDGE + 1],
    ["to a lower height", 5],
    ["to a longer chain", EDGE + 4],
  ])("%s stops at once, names the block, and is mended by a rewind", async (_, length) => {
    const oldHead = BASE + 1 + EDGE + 1;
    const scene = await prepare(EDGE + 1, length);
    await start().reach(scene.old);
    const before = await dump(pool);
    await scene.replace();
    expect(await follower?.fail()).toContain(`block ${oldHead - EDGE} (0x`);
    await follower?.stop();
    expect(await dump(pool)).toEqual(before);
    const until = Number(await chain.public.getBlockNumber());
    const rewind = (block: number): Promise<unknown> =>
      indexUntil(setting, until, { reorgWindow: WINDOW, rewindTo: block });
    await expect(rewind(oldHead - EDGE)).rejects.toMatchObject({ code: "BAD_REWIND" });
    follower = follow(setting, pool, { reorgWindow: 1_000, rewindTo: oldHead - EDGE - 1 });
    await follower.reach(await headHash());
    await expectCleanRows();
  });
});
