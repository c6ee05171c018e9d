import type { Hex } from "viem";
import type { TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { follow, indexUntil, lookInto, wipe, type Follower, type Setting } from "./testdata/indexing.ts";
import { WATCHED } from "./testdata/scenario.ts";
import { startTestServer, type TestServer } from "./testdata/server.ts";

const HOPELESS = ["abort", "critical", "divide", "undefined"];

let chain: TestChain;
let server: TestServer;
let database: TestDatabase;
let pool: Pool;
let build: string;
let follower: Follower | undefined;

beforeAll(async () => {
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  database = await server.open();
  pool = lookInto(database.url);
  build = await buildSubgraph();
}, 120_000);

afterAll(async () => {
  await follower?.stop();
  await Promise.all([pool.end(), chain.stop()]);
  await server.stop();
});

beforeEach(async () => {
  await follower?.stop();
  follower = undefined;
  await wipe(pool);
});

/** The subgraph from a block on: what earlier tests did doesn't count. */
function startingAt(block: number, more = ""): Setting {
  const manifestPath = editManifest(
    build,
    (text) => `${text.replaceAll("startBlock: 1", `startBlock: ${block}`)}${more}`,
  );
  return { manifestPath, rpcUrl: chain.url, databaseUrl: database.url };
}

/** Mines a block with a command between two transfers, and an empty one. */
async function mineCommand(command: string): Promise<number> {
  await chain.send("transfer", [WATCHED, 1n]);
  await chain.send("command", [command, "0x"]);
  await chain.send("transfer", [WATCHED, 2n]);
  const block = await chain.mine();
  await chain.mine();
  return block;
}

async function deployment(): Promise<Record<string, unknown>> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select h.block_number as block, h.entity_count as entities, d.health, d.failed, e.message, e.handler, e.deterministic
       from subgraphs.deployment d join subgraphs.head h using (id)
       left join subgraphs.subgraph_error e on e.id = coalesce(d.fatal_error, d.non_fatal_errors[1])`,
  );
  return rows[0] ?? {};
}

async function valuesAt(block: number): Promise<unknown[]> {
  const { rows } = await pool.query<{ value: string }>(
    "select value::text from sgd1.transfer where block$ = $1 order by vid",
    [block],
  );
  return rows.map(({ value }) => value);
}

describe("a handler that fails for good", () => {
  it.each(HOPELESS)("stops the deployment at its block and keeps nothing of it: %s", async (command) => {
    const block = await mineCommand(command);
    await expect(indexUntil(startingAt(block), block + 1)).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect(await deployment()).toMatchObject({
      block,
      health: "failed",
      failed: true,
      handler: "handleCommand",
      deterministic: true,
    });
    expect(await valuesAt(block)).toEqual([]);
    expect((await deployment())["message"]).toMatch(
      {
        abort:
          /^transaction [0-9a-f]{64}: Mapping aborted at src\/command\.ts, line \d+, column \d+, with message: as asked$/,
        critical: /^transaction [0-9a-f]{64}: Critical error logged in mapping with log message: as asked twice$/,
        divide: /^transaction [0-9a-f]{64}: attempted to divide BigInt `1` by zero$/,
        undefined:
          /^transaction [0-9a-f]{64}: Attempted to set undefined fields \[nothing\] for the entity type `Output`\./,
      }[command] ?? /never/,
    );
  });

  it("is tried again at the next start", async () => {
    const block = await mineCommand("abort");
    await expect(indexUntil(startingAt(block), block + 1)).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    await expect(indexUntil(startingAt(block), block + 1)).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect(await deployment()).toMatchObject({ block, failed: true });
    const { rows } = await pool.query("select from subgraphs.subgraph_error");
    expect(rows).toHaveLength(1);
  });

  it("at block 0 is tried again at the next start", async () => {
    const zero = startingAt(0);
    const manifestPath = editManifest(zero.manifestPath, (text) => text.replace("handleOnce", "handleGenesis"));
    const run = (): Promise<unknown> => indexUntil({ ...zero, manifestPath }, 1);
    await expect(run()).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect(await deployment()).toMatchObject({ block: 0, failed: true });
    await expect(run()).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect(await deployment()).toMatchObject({ block: 0, entities: 0n, failed: true });
  });

  it("turns health red at once while the indexer stays up to tell", async () => {
    const block = await mineCommand("abort");
    follower = follow(startingAt(block), pool);
    expect(await follower.fail()).toContain(`handler handleCommand failed at block ${block}: transaction `);
    expect(await follower.stop()).toMatchObject({ status: "failed" });
  });

  it("is got over once a reorg has removed its block", async () => {
    const first = await chain.mine();
    follower = follow(startingAt(first), pool);
    await follower.reach((await chain.public.getBlock()).hash);
    const snapshot = await chain.test.snapshot();
    const failed = await mineCommand("abort");
    await follower.fail();
    await chain.mineEmpty(2);
    await waitFor(() => Promise.resolve(follower?.health().detail["head"] === failed + 3 || undefined), {
      timeoutMs: 60_000,
      onTimeout: () => new Error("the chain isn't looked at"),
    });
    expect(await deployment()).toMatchObject({ block: failed, health: "failed" });
    await chain.test.revert({ id: snapshot });
    chain.forgetNonce();
    const block = await mineCommand("index");
    expect(block).toBe(failed);
    await chain.mineEmpty(2);
    await follower.reach((await chain.public.getBlock()).hash);
    expect(await valuesAt(block)).toEqual(["1", "2"]);
    expect(await deployment()).toMatchObject({ health: "healthy", failed: false, message: null });
    expect((await pool.query("select from subgraphs.subgraph_error")).rows).toEqual([]);
    expect(follower.health()).toMatchObject({ isHealthy: true, detail: { reason: null } });
    expect(await follower.stop()).toMatchObject({ status: "stopped" });
  });

  it("loses only its own changes where the subgraph says that faults aren't fatal", async () => {
    const block = await mineCommand("abort");
    await indexUntil(startingAt(block, "features: [nonFatalErrors]\n"), block + 1);
    expect(await deployment()).toMatchObject({
      block: block + 1,
      health: "unhealthy",
      failed: false,
      deterministic: true,
    });
    expect(await valuesAt(block)).toEqual(["1", "2"]);
    const { rows } = await pool.query("select from sgd1.output where id like 'abort%'");
    expect(rows).toEqual([]);
  });
});

describe("an entity that lacks a field", () => {
  it("is shown as a fault and tried again, without its block", async () => {
    const block = await mineCommand("incomplete");
    follower = follow(startingAt(block - 1), pool);
    const previous = await chain.public.getBlock({ blockNumber: BigInt(block - 1) });
    await follower.reach(previous.hash);
    for (let wait = 0; wait < 100 && (await deployment())["message"] === null; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await deployment()).toMatchObject({
      block: block - 1,
      health: "failed",
      deterministic: false,
      message: "Entity Output[incomplete]: missing value for non-nullable field `text`",
    });
    expect(follower.health().detail["reason"]).toContain("missing value");
  });

  it("ends a run up to a block with entity, field, handler and block", async () => {
    const block = await mineCommand("incomplete");
    await expect(indexUntil(startingAt(block - 1), block + 1, { reorgWindow: 0 })).rejects.toMatchObject({
      code: "SUBGRAPH_FAILED",
      message: `handler handleCommand failed at block ${block}: Entity Output[incomplete]: missing value for non-nullable field \`text\``,
    });
    expect(await deployment()).toMatchObject({ block: block - 1, health: "failed", deterministic: false });
  });

  it("no longer matters once a reorg has removed its block", async () => {
    const first = await chain.mine();
    follower = follow(startingAt(first), pool);
    await follower.reach((await chain.public.getBlock()).hash);
    const snapshot = await chain.test.snapshot();
    await mineCommand("incomplete");
    const wait = { timeoutMs: 60_000, onTimeout: () => new Error("no trouble was noted") };
    await waitFor(async () => ((await deployment())["failed"] === true ? true : undefined), wait);
    await chain.test.revert({ id: snapshot });
    chain.forgetNonce();
    const block = await mineCommand("index");
    await follower.reach((await chain.public.getBlock()).hash);
    expect(await valuesAt(block)).toEqual(["1", "2"]);
    expect(await deployment()).toMatchObject({ health: "healthy", failed: false, message: null });
    expect(follower.health()).toMatchObject({ isHealthy: true, detail: { reason: null } });
  });
});

describe("an immutable entity that a later block makes again", () => {
  /** Blocks that mark with this text, each between two transfers. */
  async function mineMarks(...texts: readonly [string, Hex][]): Promise<number> {
    let block = 0;
    for (const [command, data] of texts) {
      await chain.send("transfer", [WATCHED, 1n]);
      await chain.send("command", [command, data]);
      block = await chain.mine();
    }
    return block;
  }

  /** Graph-node's class for it: a fault that may pass, at a block that isn't indexed; here one that can't change. */
  const expectStop = async (setting: Setting, block: number): Promise<void> => {
    await chain.mine();
    const run = indexUntil(setting, block + 1, { reorgWindow: 0 });
    await expect(run).rejects.toMatchObject({ code: "SUBGRAPH_FAILED" });
    expect(await deployment()).toMatchObject({
      block: block - 1,
      health: "failed",
      failed: true,
      handler: null,
      deterministic: false,
      message: "entity Auto[0xffff] is immutable and can't be changed after the block that created it",
    });
    expect(await valuesAt(block - 1)).toEqual(["1"]);
    expect(await valuesAt(block)).toEqual([]);
    expect((await pool.query("select label from sgd1.auto")).rows).toEqual([{ label: "0x01" }]);
  };

  it.each(["mark", "mark-known"])("with other fields stops the deployment, within one batch: %s", async (command) => {
    const block = await mineMarks(["mark", "0x01"], [command, "0x01"], [command, "0x02"]);
    await expectStop(startingAt(block - 2), block);
  });

  it("with other fields stops the deployment even where faults of handlers aren't fatal", async () => {
    const block = await mineMarks(["mark", "0x01"], ["mark", "0x02"]);
    const setting = startingAt(block - 1, "features: [nonFatalErrors]\n");
    await expectStop(setting, block);
  });

  it("with other fields stops the deployment when it is no longer in memory, however blocks are batched", async () => {
    const first = await mineMarks(["mark", "0x01"]);
    await indexUntil(startingAt(first), first);
    const block = await mineMarks(["mark", "0x01"], ["index", "0x"], ["mark", "0x02"]);
    await expectStop(startingAt(first), block);
    expect(await valuesAt(first + 1)).toEqual(["1"]);
  });

  it("as it is changes nothing", async () => {
    const first = await mineMarks(["mark", "0x01"]);
    await indexUntil(startingAt(first), first);
    const block = await mineMarks(["mark", "0x01"], ["mark", "0x01"]);
    await expect(indexUntil(startingAt(first), block)).resolves.toMatchObject({ status: "reached", block });
    expect((await pool.query("select block$ as block from sgd1.auto")).rows).toEqual([{ block: first }]);
    expect(await valuesAt(block)).toEqual(["1"]);
  });
});
