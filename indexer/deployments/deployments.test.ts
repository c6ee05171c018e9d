import type { TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph, editManifest } from "../testdata/build.ts";
import { startChain, type TestChain } from "../testdata/chain.ts";
import { createDatabase, hasGraphNode, runGraphNode, startServer } from "../testdata/graph-node.ts";
import { follow, indexUntil, lookInto, type Follower, type Setting } from "../testdata/indexing.ts";
import { OTHER, WATCHED } from "../testdata/scenario.ts";
import { startTestServer, type TestServer } from "../testdata/server.ts";
import { listDeployments } from "./list.ts";
import { removeDeployment } from "./remove.ts";
import { showDeployment } from "./show.ts";

const VIEWS = { viewsSchema: "chain", reorgWindow: 20 };
const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

let chain: TestChain;
let server: TestServer;
let database: TestDatabase;
let pool: Pool;
let builds: Setting[];

beforeAll(async () => {
  const manifestPath = await buildSubgraph();
  [chain, server] = await Promise.all([startChain(), startTestServer()]);
  for (const to of [WATCHED, OTHER]) await chain.send("transfer", [to, 5n]);
  await chain.mine();
  const paths = [manifestPath, editManifest(manifestPath, (text) => text.replace("greeting", "greetings"))];
  builds = paths.map((path) => ({ manifestPath: path, rpcUrl: chain.url, databaseUrl: "" }));
}, 120_000);

afterAll(() => Promise.all([chain.stop(), server.stop()]));

beforeEach(async () => {
  database = await server.open();
  pool = lookInto(database.url);
  for (const build of builds) Object.assign(build, { databaseUrl: database.url });
});

afterEach(async () => {
  await pool.end();
  await database.close();
});

const [OLD, NEW] = [0, 1];

/** Indexes to the head, unless an earlier block is named. */
async function index(build: number, until?: number): Promise<void> {
  const head = Number(await chain.public.getBlockNumber());
  await indexUntil(builds[build] as Setting, until ?? head, VIEWS);
}

/** What a database still has of a deployment, by table. */
async function traces(namespace: string, id: number): Promise<unknown[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select 'schema' as what from pg_namespace where nspname = $1
     union all select 'head' from subgraphs.head where id = $2
     union all select 'time' from subgraphs.head_time where id = $2
     union all select 'deployment' from subgraphs.deployment where id = $2
     union all select 'manifest' from subgraphs.subgraph_manifest where id = $2
     union all select 'schemas' from public.deployment_schemas where id = $2
     union all select 'version' from subgraphs.subgraph_version where deployment not in (select subgraph from subgraphs.deployment)`,
    [namespace, id],
  );
  return rows;
}

describe("deployments", () => {
  it("are listed with version, block, state, size, writing and views; none in an empty database", async () => {
    expect(await listDeployments(pool)).toEqual([]);
    await index(OLD);
    await index(NEW, 1);
    const { timestamp } = await chain.public.getBlock({ blockNumber: 2n });
    const common = { name: "subgraph", network: "testnet", health: "healthy", reason: null, writer: null };
    const [old, pending] = await listDeployments(pool);
    expect(old).toMatchObject({
      ...common,
      namespace: "sgd1",
      version: "current",
      block: 2,
      isSynced: true,
      shownIn: ["chain"],
    });
    expect(old?.blockTime).toEqual(new Date(Number(timestamp) * 1_000));
    expect(Math.abs(Date.now() - (old?.writtenAt?.getTime() ?? 0))).toBeLessThan(60_000);
    expect(old?.bytes).toBeGreaterThan(8_192);
    expect(pending).toMatchObject({
      ...common,
      namespace: "sgd2",
      version: "pending",
      block: 1,
      isSynced: false,
      shownIn: [],
    });
  });

  it("that are old are removed without a trace, and what is shown stays", async () => {
    await index(OLD);
    await index(NEW);
    expect((await listDeployments(pool)).map(({ version }) => version)).toEqual(["old", "current"]);
    expect(await removeDeployment(pool, "sgd1")).toMatchObject({ namespace: "sgd1" });
    expect(await traces("sgd1", 1)).toEqual([]);
    expect((await pool.query("select count(*)::int from chain.account")).rows).toEqual([{ count: 2 }]);
    // the removed build can be indexed again, from the beginning
    await index(OLD);
    expect((await listDeployments(pool)).map(({ namespace, version }) => `${namespace} ${version}`)).toEqual([
      "sgd2 old",
      "sgd3 current",
    ]);
  });

  it("that are current are removed only when that is forced, with their views; others' views keep them", async () => {
    await index(OLD);
    await expect(removeDeployment(pool, "sgd1")).rejects.toMatchObject({
      code: "DEPLOYMENT_CURRENT",
      message: 'sgd1 is the current deployment of "subgraph", which the views in chain show',
    });
    await pool.query("create view public.report as select id from chain.account");
    await expect(removeDeployment(pool, "sgd1", true)).rejects.toMatchObject({
      code: "DEPLOYMENT_NEEDED",
      message: expect.stringContaining("view report depends on view chain.account") as string,
    });
    await pool.query("drop view public.report; create view public.raw as select id from sgd1.account");
    await expect(removeDeployment(pool, "sgd1", true)).rejects.toMatchObject({
      code: "DEPLOYMENT_NEEDED",
      message: expect.stringContaining("view raw depends on table sgd1.account") as string,
    });
    expect((await pool.query("select count(*)::int from chain.account")).rows).toEqual([{ count: 2 }]);
    await pool.query("drop view public.raw");
    expect(await removeDeployment(pool, "sgd1", true)).toMatchObject({ shownIn: ["chain"] });
    expect(await traces("sgd1", 1)).toEqual([]);
    const { rows } = await pool.query(
      "select from pg_views where schemaname = 'chain' union all select from public.chains",
    );
    expect(rows).toEqual([]);
  });

  it("that are being written are removed only when that is forced, and the writer stops", async () => {
    await index(OLD);
    await index(NEW);
    let follower: Follower | undefined;
    const overrides = { ...VIEWS, name: "other", viewsSchema: "others" };
    await new Promise<void>((resolve) => {
      follower = follow(builds[OLD] as Setting, pool, { ...overrides, onReady: resolve });
    });
    await expect(removeDeployment(pool, "sgd1")).rejects.toMatchObject({
      code: "DEPLOYMENT_WRITTEN",
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await removeDeployment(pool, "sgd1", true);
    await chain.mine();
    expect(await follower?.fail()).toMatch(/taken over|does not exist|removed/);
    await follower?.stop();
    expect(await traces("sgd1", 1)).toEqual([]);
  }, 120_000);

  it("that aren't there are named as such, with those that are", async () => {
    await index(OLD);
    await expect(removeDeployment(pool, "sgd9")).rejects.toMatchObject({
      code: "NO_DEPLOYMENT",
      hints: ["there are: sgd1"],
    });
  });

  it("of an earlier build are shown again on request", async () => {
    await index(OLD);
    await index(NEW);
    await showDeployment(pool, "sgd1", "chain");
    expect((await listDeployments(pool)).map(({ version, shownIn }) => [version, shownIn])).toEqual([
      ["current", ["chain"]],
      ["old", []],
    ]);
  });
});

describeWithGraphNode("real graph-node (where it is installed)", () => {
  it("has its deployments shown by the same views", async () => {
    const server = await startServer();
    const until = Number(await chain.public.getBlockNumber());
    const theirUrl = await createDatabase(server.url, "bc_gnd_views");
    const { manifestPath } = builds[OLD] as Setting;
    await runGraphNode({ manifests: [manifestPath], rpcUrl: chain.url, databaseUrl: theirUrl, until });
    await index(OLD, until);
    const theirs = lookInto(theirUrl);
    try {
      await showDeployment(theirs, "sgd1", "chain");
      const names = await pool.query<{ name: string }>(
        "select viewname as name from pg_views where schemaname = 'chain' order by 1",
      );
      expect(names.rows.length).toBeGreaterThan(10);
      for (const { name } of names.rows.filter((row) => row.name !== "head")) {
        const [ours, found] = await Promise.all(
          [pool, theirs].map((each) => each.query(`select * from chain."${name}" order by 1, 2`)),
        );
        expect({ name, rows: found?.rows }).toEqual({ name, rows: ours?.rows });
      }
      const sql = "select block_number, block_hash, is_synced, has_errors from chain.head";
      expect((await theirs.query(sql)).rows).toEqual((await pool.query(sql)).rows);
      expect(
        (await theirs.query<{ t: bigint }>("select block_timestamp as t from chain.head")).rows[0]?.t,
      ).toBeGreaterThan(1n);
      await expect(removeDeployment(theirs, "sgd1", true)).rejects.toMatchObject({ code: "DATABASE_OF_GRAPH_NODE" });
      await expect(indexUntil({ ...(builds[NEW] as Setting), databaseUrl: theirUrl }, 2)).rejects.toMatchObject({
        code: "DATABASE_OF_GRAPH_NODE",
      });
    } finally {
      await theirs.end();
      await server.stop();
    }
  }, 120_000);
});
