import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import {
  createDatabase,
  hasGraphNode,
  runGraphNode,
  startServer,
  type GraphNodeServer,
} from "./testdata/graph-node.ts";
import { dump, indexUntil, lookInto } from "./testdata/indexing.ts";
import { playEverything } from "./testdata/scenario.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    server = await startServer();
    chain = await startChain();
    await playEverything(chain);
  }, 60_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("writes the same tables, columns and rows to the last byte", async () => {
    const manifestPath = await buildSubgraph();
    const until = Number(await chain.public.getBlockNumber());
    const [theirs, ours] = [await createDatabase(server.url, "bc_gnd"), await createDatabase(server.url, "bc_ours")];
    await runGraphNode(manifestPath, chain.url, theirs, until);
    await indexUntil({ manifestPath, rpcUrl: chain.url, databaseUrl: ours }, until);
    const pools = [lookInto(theirs), lookInto(ours)] as const;
    const [expected, found] = await Promise.all(pools.map((pool) => dump(pool)));
    const indexes = await Promise.all(
      pools.map(async (pool) => {
        const sql = "select indexdef from pg_indexes where schemaname = 'sgd1' and tablename <> 'poi2$' order by 1";
        return (await pool.query<{ indexdef: string }>(sql)).rows;
      }),
    );
    await Promise.all(pools.map((pool) => pool.end()));
    // proofs of indexing are left out here
    expect(found).toEqual(expected?.filter((line) => !line.startsWith("poi2$")));
    expect(found?.length).toBeGreaterThan(300);
    expect(indexes[1]).toEqual(indexes[0]);
  }, 120_000);
});
