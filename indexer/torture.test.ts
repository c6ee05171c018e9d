import { getContractAddress, type Hex } from "viem";
import { buildSubgraph } from "./testdata/build.ts";
import { CONTRACT, GENESIS_TIME, startChain, type TestChain } from "./testdata/chain.ts";
import { compare, type Comparison } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";
import { RISKY, STEADY } from "./testdata/torture-edges.ts";
import { play, program, type Entry } from "./testdata/torture-logs.ts";
import { randomBlocks } from "./testdata/torture-random.ts";
import { STORE, templates, type ScriptBlock } from "./testdata/torture-store.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

/** Groups of `size`. */
function chunks<T>(of: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(of.length / size) }, (_, i) => of.slice(i * size, (i + 1) * size));
}

const inBlocks = (entries: readonly Entry[]): ScriptBlock[] =>
  chunks(entries, 60).map((block) => ({ transactions: chunks(block, 15), seconds: 12 }));

/** The chain's and the server's; each test plays on a chain of its own. */
let server: GraphNodeServer | undefined;
let chain: TestChain | undefined;

async function contest(name: string, makeBlocks: (children: readonly Hex[]) => readonly ScriptBlock[]) {
  server ??= await startServer();
  chain = await startChain(31_337, GENESIS_TIME, "Torture");
  await chain.send("spawn", [3n]);
  await chain.mine();
  const children = [1n, 2n, 3n].map((nonce) => getContractAddress({ from: CONTRACT, nonce }).toLowerCase() as Hex);
  let until = 0;
  for (const { transactions, seconds } of makeBlocks(children)) {
    for (const entries of transactions) await play(chain, entries);
    until = await chain.mine(seconds);
  }
  const manifests = [await buildSubgraph({}, "torture")];
  const [found] = await compare({ name, serverUrl: server.url, rpcUrl: chain.url, until, manifests });
  return found as Comparison;
}

/** SEED=n repeats one chain, SEEDS=n tries as many new ones; some always run. */
const SEEDS =
  process.env["SEED"] !== undefined
    ? [Number(process.env["SEED"])]
    : [1, 2, ...Array.from({ length: Number(process.env["SEEDS"] ?? 0) }, () => Math.floor(Math.random() * 2 ** 31))];

describeWithGraphNode("beside real graph-node (from npm, on Linux x64)", () => {
  afterEach(async () => chain?.stop());
  afterAll(async () => server?.stop());

  it("host functions give the same at every edge, and fail where graph-node's fail", async () => {
    const programs = [...chunks(STEADY, 20).map((steps) => program(steps)), ...RISKY.map((step) => program([step]))];
    const { theirs, ours } = await contest("host", () => inBlocks(programs));
    expect(ours).toEqual(theirs);
    expect(ours.rows.length).toBeGreaterThan(250);
  }, 180_000);

  it("versions, ids, buckets, odd logs, failures and data sources made by handlers are the same", async () => {
    const { theirs, ours } = await contest("store", (children) => [...STORE, ...templates(children)]);
    expect(ours).toEqual(theirs);
    expect(ours.rows.length).toBeGreaterThan(250);
  }, 180_000);

  it.each(SEEDS)(
    "a chain of random programs leaves the same rows (SEED=%d)",
    async (seed) => {
      const { theirs, ours } = await contest("random", (children) => randomBlocks(seed, children, 50));
      expect(ours).toEqual(theirs);
      expect(ours.rows.length).toBeGreaterThan(250);
    },
    180_000,
  );
});
