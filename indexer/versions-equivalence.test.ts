import { startChain, type TestChain } from "./testdata/chain.ts";
import { compare } from "./testdata/equivalence.ts";
import { hasGraphNode, startServer, type GraphNodeServer } from "./testdata/graph-node.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";
import { API_VERSIONS, buildVersion, SPEC_VERSIONS } from "./testdata/versions.ts";

const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

const DIAGONAL = SPEC_VERSIONS.map((spec, i) => [spec, API_VERSIONS[i % API_VERSIONS.length] ?? ""] as const);
/** ALL=1 tries each specVersion with each apiVersion, a row at a time. */
const ROWS =
  process.env["ALL"] === undefined
    ? [DIAGONAL]
    : API_VERSIONS.map((api) => SPEC_VERSIONS.map((spec) => [spec, api] as const));

describeWithGraphNode("versions of manifests and mappings beside real graph-node (from npm, on Linux x64)", () => {
  let chain: TestChain;
  let server: GraphNodeServer;

  beforeAll(async () => {
    [chain, server] = await Promise.all([startChain(), startServer()]);
    for (let block = 0; block < 14; block++) {
      await chain.send("transfer", [block % 2 === 0 ? WATCHED : OTHER, BigInt(block)]);
      if (block % 3 === 0) await chain.send("transfer", [WATCHED, 5n]);
      if (block % 4 === 1) await chain.send("create", [`child ${block}`]);
      if (block % 5 === 2) await chain.send("command", ["ghost", "0x"]);
      if (block % 5 === 3) await chain.send("command", ["balance", "0x"]);
      await chain.mine(block % 3 === 0 ? 5_000 : 12);
    }
  }, 60_000);

  afterAll(async () => {
    await chain.stop();
    await server.stop();
  });

  it.each(ROWS.map((row) => ({ row, title: row.map((pair) => pair.join("/")).join(", ") })))(
    "write the same rows (specVersion/apiVersion): $title",
    async ({ row }) => {
      const manifests: string[] = [];
      for (const [spec, api] of row) manifests.push(await buildVersion(spec, api));
      const until = Number(await chain.public.getBlockNumber());
      const contest = { name: "versions", serverUrl: server.url, rpcUrl: chain.url, until, manifests };
      const found = await compare(contest);
      const named = (of: "ours" | "theirs") => row.map((pair, i) => ({ pair, ...found[i]?.[of] }));
      expect(named("ours")).toEqual(named("theirs"));
      for (const { ours } of found) {
        expect(ours.status).toMatchObject({ failed: false, number: until });
        expect(ours.rows.length).toBeGreaterThan(50);
      }
    },
    300_000,
  );
});
