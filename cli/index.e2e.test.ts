import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { freePorts } from "#devnet/testing.ts";
import { buildSubgraph } from "#indexer/testdata/build.ts";
import { startChain, type TestChain } from "#indexer/testdata/chain.ts";
import { dump, lookInto } from "#indexer/testdata/indexing.ts";
import { OTHER, WATCHED } from "#indexer/testdata/scenario.ts";
import type { Pool } from "#kernel/pg.ts";
import { runBc, type Run } from "./test/network.ts";

const BLOCKS = 25;

let chain: TestChain;
let database: TestDatabase;
let pool: Pool;
/** a folder of a stranger's own, with nothing but the built subgraph */
let folder: string;
const runs: Run[] = [];

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  pool = lookInto(database.url);
  folder = mkdtempSync(join(tmpdir(), "bc-stranger-"));
  cpSync(dirname(await buildSubgraph()), join(folder, "build"), { recursive: true });
  for (let block = 2; block <= BLOCKS; block++) {
    await chain.send("transfer", [block % 2 === 0 ? WATCHED : OTHER, BigInt(block)]);
    await chain.mine(300);
  }
}, 120_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([chain.stop(), database.close()]);
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  for (const run of runs.splice(0)) run.process.kill("SIGKILL");
});

/** Runs `bc index` in the stranger's folder; later flags win. */
async function index(...flags: string[]): Promise<Run> {
  const [port = 0] = await freePorts(1);
  const own = ["--manifest", join(folder, "build/subgraph.yaml"), "--rpc", chain.url, "--database", database.url];
  const run = runBc(["index", ...own, "--indexer-port", String(port), "--poll-ms", "50", ...flags], {});
  runs.push(run);
  return run;
}

async function ended(run: Run): Promise<{ code: number | null; said: string }> {
  return { code: await run.ended, said: run.output() };
}

async function head(): Promise<number | undefined> {
  const { rows } = await pool.query<{ n: number }>("select block_number as n from subgraphs.head");
  return rows[0]?.n;
}

describe("bc index", () => {
  it("indexes a stranger's subgraph to a block, goes on after a kill, and tells where the time went", async () => {
    const first = await ended(await index("--until", "10", "--views", "shown", "--profile"));
    expect(first.said).toContain('"status":"reached","block":10');
    expect(first.code).toBe(0);
    expect(first.said).toMatch(/^handler +runs +s +mean µs +p99 µs/m);
    // one transfer in each of the blocks 2 to 10
    expect(first.said).toMatch(/^handleTransfer +9 /m);
    expect(first.said).toMatch(/^store\.set +\d+ /m);
    expect(first.said).toMatch(/^total +\d+\.\d+ +100\.0$/m);

    const second = await index("--views", "shown");
    await second.printed(/at the head/);
    second.process.kill("SIGKILL");
    await second.ended;
    expect(await head()).toBe(BLOCKS);

    await chain.send("transfer", [WATCHED, 1n]);
    const last = await chain.mine();
    const third = await ended(await index("--views", "shown", "--until", String(last)));
    expect(third.code).toBe(0);
    const { rows } = await pool.query("select count(*)::int from shown.transfer");
    expect(rows).toEqual([{ count: last - 1 }]);
    const clean = await openTestDatabase();
    const cleanPool = lookInto(clean.url);
    expect((await ended(await index("--database", clean.url, "--until", String(last), "--no-views"))).code).toBe(0);
    expect(await dump(pool)).toEqual(await dump(cleanPool));
    const views = await cleanPool.query("select from pg_views where schemaname in ('chain', 'shown')");
    expect(views.rows).toEqual([]);
    await cleanPool.end();
    await clean.close();
  }, 120_000);

  it("serves /health and /metrics, and ends with 0 when it is asked to stop", async () => {
    const [port = 0] = await freePorts(1);
    const run = await index("--views", "shown", "--indexer-port", String(port), "--profile");
    await run.printed(/ready/);
    await chain.mine();
    await run.printed(/at the head/);
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      isHealthy: true,
      status: "synced",
      lag: 0,
      lagSeconds: 0,
      failure: null,
    });
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toMatch(/^indexer_lag_seconds\{.*\} 0$/m);
    run.process.kill("SIGUSR2");
    await run.printed(/^phase +s +%$/m);
    run.process.kill("SIGTERM");
    expect(await run.ended).toBe(0);
    expect(run.output()).toContain('"status":"stopped"');
  }, 60_000);
});

/** A copy of the build with a file edited, as the flag that names its manifest. */
function broken(name: string, file: string, edit: (text: string) => string): string[] {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  cpSync(join(folder, "build"), dir, { recursive: true });
  const path = join(dir, file);
  writeFileSync(path, edit(readFileSync(path, "utf8")));
  return ["--manifest", join(dir, "subgraph.yaml")];
}

describe("bc index ends with 1 and one error with its mend", () => {
  it.each<[string, () => string[] | Promise<string[]>, RegExp, RegExp]>([
    [
      "no such manifest",
      () => ["--manifest", join(folder, "none.yaml")],
      /none\.yaml .*\(FILE_MISSING\)/,
      /graph build/,
    ],
    ["a manifest that is no YAML", () => broken("yaml", "subgraph.yaml", () => "a: [\n"), /\(BAD_MANIFEST\)/, /./],
    [
      "a schema that is none",
      () => broken("schema", "schema.graphql", () => "type Account @entity {"),
      /\(BAD_SCHEMA\)/,
      /./,
    ],
    [
      "another network",
      () => broken("net", "subgraph.yaml", (text) => text.replaceAll("network: testnet", "network: mainnet")),
      /indexes mainnet, which is chain 1, but the node serves chain 31337 \(WRONG_NETWORK\)/,
      /--any-network/,
    ],
    [
      "a node that doesn't answer",
      async () => ["--rpc", `http://127.0.0.1:${(await freePorts(1))[0] ?? 0}`],
      /no answer from http:.*\(RPC_UNREACHABLE\)/,
      /RPC_URL \(--rpc\)/,
    ],
    [
      "a database that doesn't answer",
      async () => ["--database", `postgres://me:secret@127.0.0.1:${(await freePorts(1))[0] ?? 0}/x`],
      /cannot connect to postgres:\/\/me:\*\*\*@.*\(DATABASE_UNREACHABLE\)/,
      /DATABASE_URL \(--database\)/,
    ],
    ["a block that is below the first", () => ["--until", "0"], /starts at 1 \(BAD_UNTIL\)/, /--until/],
    [
      "a rewind beyond what is indexed",
      () => ["--rewind-to", "9999"],
      /blocks 1 to \d+ are indexed \(BAD_REWIND\)/,
      /./,
    ],
    [
      "numbers that are none",
      () => ["--until", "soon", "--cache-mb", "0"],
      /--until is "soon".*; --cache-mb is "0"/,
      /--help/,
    ],
  ])(
    "%s",
    async (_, flags, message, mend) => {
      const { code, said } = await ended(await index("--until", "5", "--no-views", ...(await flags())));
      expect(said).toMatch(message);
      expect(said.match(/^error: /gm)).toHaveLength(1);
      expect(said).toMatch(new RegExp(`^ {2}try: .*${mend.source}`, "m"));
      expect(said).not.toMatch(/secret|^\s+at /m);
      expect(code).toBe(1);
    },
    60_000,
  );

  it.each([
    ["is no node at all", "<html>hello</html>", /no Ethereum JSON-RPC answers at http:\/\/127\.0\.0\.1:\d+: .*no JSON/],
    ["knows no chain", '{"jsonrpc":"2.0","id":1,"result":null}', /its chain id is null \(RPC_BAD_ANSWER\)/],
  ])(
    "a server behind --rpc that %s",
    async (_, body, message) => {
      const server = createServer((_request, response) => response.end(body)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const { code, said } = await ended(await index("--until", "5", "--rpc", `http://127.0.0.1:${port}`));
      server.close();
      expect(said).toMatch(message);
      expect(said).toMatch(/^ {2}try: correct RPC_URL \(--rpc\)/m);
      expect(code).toBe(1);
    },
    60_000,
  );
});

describe("bc deployments", () => {
  it("lists and removes what was indexed", async () => {
    const bc = (...args: string[]) => ended(runBc(["deployments", ...args, "--database", database.url], {}));
    const list = await bc();
    expect(list.said).toMatch(/^schema +name +version +network +block/);
    expect(list.said).toMatch(/^sgd1 +subgraph +current +testnet +\d+ +synced /m);
    expect(list.code).toBe(0);
    const refused = await bc("remove", "sgd1");
    expect(refused.said).toMatch(/sgd1 is the current deployment of "subgraph".* \(DEPLOYMENT_CURRENT\)/);
    expect(refused.code).toBe(1);
    expect(await bc("remove", "sgd1", "--force")).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^removed sgd1 \(subgraph, Qm\w+\), its views in shown$/m) as string,
    });
    expect((await bc("list")).said).toBe("no deployments\n");
  }, 60_000);
});
