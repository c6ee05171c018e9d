import { buildSubgraph } from "./testdata/build.ts";
import { playCalls } from "./testdata/calls-scenario.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { compare } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    [chain, server] = await Promise.all([startChain(), startServer()]);
    await playCalls(chain);
  }, 120_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("reads the chain's state as we do, whatever contracts answer", async () => {
    const manifestPath = await buildSubgraph({}, "calls");
    // in the last block a call runs out of gas: graph-node doesn't know Anvil's words for it and asks for ever
    const until = Number(await chain.public.getBlockNumber()) - 1;
    const contest = { name: "calls", serverUrl: server.url, rpcUrl: chain.url, until, manifests: [manifestPath] };
    const [found] = await compare(contest);
    expect(found?.ours).toEqual(found?.theirs);
    expect(found?.ours.rows.length).toBeGreaterThan(200);
  }, 120_000);
});
