import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { compare } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";
import { playEverything } from "./testdata/scenario.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    server = await startServer();
    chain = await startChain();
    await playEverything(chain);
  }, 120_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("writes the same tables, columns and rows to the last byte", async () => {
    const manifests = [await buildSubgraph()];
    const until = Number(await chain.public.getBlockNumber());
    const contest = { name: "everything", serverUrl: server.url, rpcUrl: chain.url, until, manifests };
    const [found] = await compare(contest);
    expect(found?.ours).toEqual(found?.theirs);
    expect(found?.ours.rows.length).toBeGreaterThan(300);
  }, 120_000);
});
