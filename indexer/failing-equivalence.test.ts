import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { GENESIS_TIME, startChain, type TestChain } from "./testdata/chain.ts";
import { compare, type Outcome } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";
import { play, program } from "./testdata/torture-logs.ts";
import { step, value, type Step } from "./testdata/torture-program.ts";
import { HOPELESS, STUBBORN } from "./testdata/torture-store.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

/** How a deployment comes to its end. */
interface Failure {
  /** in a block before */
  readonly earlier?: Step;
  readonly end: Step;
  /** whether the mapping may fail, and does so in the block as well, before its end */
  readonly isTolerant?: boolean;
}

const saved = step.set("Fact", "0x0d", { what: value.text("first"), mood: value.text("SAD") });

/** What an immutable entity of an earlier block doesn't allow. */
const IMMUTABLE: readonly Failure[] = [
  { earlier: saved, end: step.set("Fact", "0x0d", { what: value.text("second") }) },
  { earlier: saved, end: step.remove("Fact", "0x0d") },
];

/** A block in which one handler of three fails, or two of four, and one after it. Gives the first block that matters. */
async function mineFailure(chain: TestChain, { earlier, end, isTolerant }: Failure): Promise<number> {
  const before = program([step.set("Thing", "f", { int: value.int(1) })]);
  const first = Number(await chain.public.getBlockNumber()) + 1;
  if (earlier) {
    await play(chain, [program([earlier])]);
    await chain.mine();
  }
  const tolerated = isTolerant ? [program([step.set("Thing", "f", { int: value.int(3) }), step.trap("abort")])] : [];
  const failing = program([step.set("Thing", "f", { int: value.int(2) }), end]);
  await play(chain, [before, ...tolerated, failing, program([step.get("Thing", "f")])]);
  await chain.mine();
  await play(chain, [before]);
  await chain.mine();
  return first;
}

interface Status {
  readonly failed: boolean;
  readonly earliest: number;
  readonly number: number | null;
  readonly errors: readonly { handler: string | null }[];
}

/** Without indexes, which a backfill that fails hasn't made yet, and without graph-node's second row per failure. */
function outcomeOf({ rows, status }: Outcome): unknown {
  const { errors, failed, earliest, number, ...rest } = status as Status;
  // before its first block graph-node's head is the one before, ours is none
  const head = number === null || number <= earliest ? "none" : { number, ...rest };
  return { rows, failed, head, errors: errors.filter(({ handler }) => handler !== null) };
}

describeWithGraphNode("a failing handler beside real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    [server, chain] = await Promise.all([startServer(), startChain(31_337, GENESIS_TIME, "Torture")]);
  }, 120_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it("stops the deployment at the same block, with the same rows, health and errors", async () => {
    const build = await buildSubgraph({}, "torture");
    const failures: readonly Failure[] = [
      ...[...HOPELESS, ...STUBBORN].map((end) => ({ end })),
      ...STUBBORN.slice(-3).map((end) => ({ end, isTolerant: true })),
      ...IMMUTABLE,
      ...IMMUTABLE.map((failure) => ({ ...failure, isTolerant: true })),
    ];
    const manifests: string[] = [];
    for (const failure of failures) {
      const block = await mineFailure(chain, failure);
      const startingAt = (text: string): string => text.replaceAll(/startBlock: \d+/g, `startBlock: ${block}`);
      const intolerant = (text: string): string => text.replace("features:\n  - nonFatalErrors\n", "");
      manifests.push(editManifest(build, failure.isTolerant ? startingAt : (text) => intolerant(startingAt(text))));
    }
    const until = Number(await chain.public.getBlockNumber());
    const contest = { name: "failing", serverUrl: server.url, rpcUrl: chain.url, until, manifests };
    const found = await compare(contest);
    expect(found.map(({ ours }) => outcomeOf(ours))).toEqual(found.map(({ theirs }) => outcomeOf(theirs)));
    expect(found.map(({ theirs }) => (theirs.status as Status).failed)).toEqual(manifests.map(() => true));
  }, 240_000);
});
