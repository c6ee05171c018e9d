import { buildSubgraph } from "./testdata/build.ts";
import { GENESIS_TIME, startChain, type TestChain } from "./testdata/chain.ts";
import { compare } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";
import { RISKY, STEADY } from "./testdata/torture-edges.ts";
import { play, program, type Entry } from "./testdata/torture-logs.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

/** Groups of `size`. */
function chunks<T>(of: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(of.length / size) }, (_, i) => of.slice(i * size, (i + 1) * size));
}

async function mineAll(chain: TestChain, entries: readonly Entry[]): Promise<number> {
  let last = 0;
  for (const block of chunks(entries, 60)) {
    for (const transaction of chunks(block, 15)) await play(chain, transaction);
    last = await chain.mine();
  }
  return last;
}

describeWithGraphNode("host functions against real graph-node", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    [server, chain] = await Promise.all([startServer(), startChain(31_337, GENESIS_TIME, "Torture")]);
  }, 60_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("give the same at every edge, and fail where graph-node fails", async () => {
    const manifests = [await buildSubgraph({}, "torture")];
    const entries = [...chunks(STEADY, 20).map((steps) => program(steps)), ...RISKY.map((step) => program([step]))];
    const until = await mineAll(chain, entries);
    const [found] = await compare({ name: "host", serverUrl: server.url, rpcUrl: chain.url, until, manifests });
    expect(found?.ours).toEqual(found?.theirs);
    expect(found?.ours.rows.length).toBeGreaterThan(300);
  }, 120_000);
});
