import { buildSubgraph } from "./testdata/build.ts";
import { playCalls } from "./testdata/calls-scenario.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import {
  createDatabase,
  hasGraphNode,
  runGraphNode,
  startServer,
  type GraphNodeServer,
} from "./testdata/graph-node.ts";
import { dump, indexUntil, lookInto } from "./testdata/indexing.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    [chain, server] = await Promise.all([startChain(), startServer()]);
    await playCalls(chain);
  }, 60_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("reads the chain's state as we do, whatever contracts answer", async () => {
    const manifestPath = await buildSubgraph({}, "calls");
    // in the last block a call runs out of gas: graph-node doesn't know Anvil's words for it and asks for ever
    const until = Number(await chain.public.getBlockNumber()) - 1;
    const [theirs, ours] = [
      await createDatabase(server.url, "bc_calls_gnd"),
      await createDatabase(server.url, "bc_calls"),
    ];
    await runGraphNode({ manifests: [manifestPath], rpcUrl: chain.url, databaseUrl: theirs, until });
    await indexUntil({ manifestPath, rpcUrl: chain.url, databaseUrl: ours }, until);
    const [expected, found] = await Promise.all(
      [theirs, ours].map(async (url) => {
        const pool = lookInto(url);
        const rows = await dump(pool);
        await pool.end();
        return rows.filter((line) => !line.startsWith("poi2$"));
      }),
    );
    expect(found).toEqual(expected);
    expect(found?.length).toBeGreaterThan(200);
  }, 120_000);
});
