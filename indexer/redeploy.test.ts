import type { TestDatabase } from "#database/testing.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { sleep, waitFor } from "#kernel/time.ts";
import { buildSubgraph, editManifest } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { startFlakyDatabase } from "./testdata/flaky-database.ts";
import { follow, indexUntil, lookInto, type Follower, type Setting } from "./testdata/indexing.ts";
import { WATCHED } from "./testdata/scenario.ts";
import { hasServer, startTestServer, type TestServer } from "./testdata/server.ts";

const VIEWS = { viewsSchema: "chain", reorgWindow: 20 };
const TRANSFERS = 40;
const describeOnServer = hasServer ? describe : describe.skip;

let chain: TestChain;
let server: TestServer;
let database: TestDatabase;
let pool: Pool;
/** the first build, and one with a field more and one less */
let [before, after]: Setting[] = [];
let follower: Follower | undefined;
let reading: ReturnType<typeof readAlways> | undefined;

beforeAll(async () => {
  const builds = [
    await buildSubgraph(),
    await buildSubgraph({
      "schema.graphql": (text) =>
        text.replace("  nick: String\n", "").replace("  kind: Kind!\n", "  kind: Kind!\n  note: String!\n"),
      "src/mapping.ts": (text) =>
        text
          .replaceAll(/.*to\.nick = .*\n/g, "")
          .replace("  to.last = id;\n", '  to.last = id;\n  to.note = "noted";\n'),
    }),
  ];
  chain = await startChain();
  for (let transfer = 0; transfer < TRANSFERS; transfer++) await chain.send("transfer", [WATCHED, 5n]);
  await chain.mine();
  server = await startTestServer();
  database = await server.open();
  pool = lookInto(database.url);
  [before, after] = builds.map((manifestPath) => ({ manifestPath, rpcUrl: chain.url, databaseUrl: database.url }));
  await indexUntil(before as Setting, 2, VIEWS);
}, 180_000);

afterEach(async () => {
  await reading?.stop();
  await follower?.stop();
  follower = undefined;
});

afterAll(async () => {
  await Promise.all([pool.end(), chain.stop()]);
  await server.stop();
});

/** The schema that the views show. */
async function shown(): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    "select s.name from chain.head h join public.deployment_schemas s on s.subgraph = h.deployment",
  );
  return rows[0]?.name ?? "";
}

async function untilShown(namespace: string, timeoutMs = 60_000): Promise<void> {
  await waitFor(async () => ((await shown()) === namespace ? true : undefined), {
    timeoutMs,
    onTimeout: () => new Error(`${namespace} was never shown; ${JSON.stringify(follower?.health())}`),
  });
}

/** Asks several views at once, again and again, on connections of its own; in both orders, so that locks may cross. */
function readAlways(): { stop(): Promise<{ reads: number; errors: string[]; fewest: number }> } {
  const readers = createPool(database.url, { name: "test", max: 4 });
  const result = { reads: 0, errors: [] as string[], fewest: Infinity };
  let isDone = false;
  const sql = (tables: string): string =>
    `select count(*)::int as n, max(h.block_number) from ${tables}, lateral (select block_number from chain.head) h`;
  const reader = async (tables: string): Promise<void> => {
    while (!isDone) {
      await readers.query<{ n: number }>(sql(tables)).then(
        ({ rows }) => (result.fewest = Math.min(result.fewest, rows[0]?.n ?? 0)),
        (error: unknown) => result.errors.push(String(error)),
      );
      result.reads++;
    }
  };
  const joined = [
    "chain.transfer t join chain.account a on a.id = t.to",
    "chain.account a join chain.transfer t on a.id = t.to",
  ];
  const running = [...joined, ...joined].map(reader);
  return {
    stop: async () => {
      if (isDone) return result;
      isDone = true;
      await Promise.all(running);
      await readers.end();
      return result;
    },
  };
}

describe("a build with a field more and one less", () => {
  it("takes over at the head, and the one before again, while readers see no error and no empty moment", async () => {
    reading = readAlways();
    await indexUntil(after as Setting, 1, VIEWS);
    expect(await shown()).toBe("sgd1");
    for (const [setting, namespace] of [
      [after, "sgd2"],
      [before, "sgd1"],
      [after, "sgd2"],
    ] as const) {
      const head = await chain.mine();
      await indexUntil(setting as Setting, head, VIEWS);
      expect(await shown()).toBe(namespace);
    }
    const { reads, errors, fewest } = await reading.stop();
    expect(errors).toEqual([]);
    expect(fewest).toBe(TRANSFERS);
    expect(reads).toBeGreaterThan(20);
    expect((await pool.query("select note from chain.account")).rows).toEqual([{ note: "noted" }]);
    await expect(pool.query("select nick from chain.account")).rejects.toThrow(/"nick" does not exist/);
  }, 120_000);

  it("leaves the views whole when it is lost in the middle of the switch, and switches them at the next start", async () => {
    const flaky = await startFlakyDatabase(database.url);
    const views = async (): Promise<unknown[]> => {
      const sql = "select viewname, definition from pg_views where schemaname = 'chain' order by 1";
      return (await pool.query<Record<string, unknown>>(sql)).rows;
    };
    const was = await views();
    flaky.refuse('create or replace view "chain"."stats_day"', 1_000);
    follower = follow({ ...(before as Setting), databaseUrl: flaky.url }, pool, VIEWS);
    await waitFor(async () => (flaky.faults > 0 ? true : undefined), {
      timeoutMs: 60_000,
      onTimeout: () => new Error("it never came to the switch"),
    });
    await follower.stop();
    flaky.close();
    expect(await views()).toEqual(was);
    await indexUntil(before as Setting, await chain.mine(), VIEWS);
    expect(await shown()).toBe("sgd1");
  }, 120_000);
});

describeOnServer(
  "a build whose views a long query holds (on a real server: from npm on Linux x64, or named in DATABASE_URL)",
  () => {
    it("goes on being indexed, and is shown after it", async () => {
      const long = createPool(database.url, { name: "test", max: 1 });
      const client = await long.connect();
      await client.query("begin");
      await client.query("select count(*) from chain.account");
      follower = follow(after as Setting, pool, VIEWS);
      for (let block = 0; block < 3; block++) {
        await chain.mine();
        await follower.reach((await chain.public.getBlock()).hash);
        await sleep(600); // longer than the switch waits for the lock
      }
      expect(await shown()).toBe("sgd1");
      expect(follower.health().isHealthy).toBe(true);
      await client.query("commit");
      client.release();
      await long.end();
      await sleep(5_000); // the pause after a try in vain
      await chain.mine();
      await untilShown("sgd2");
      expect(follower.health().detail).toMatchObject({ status: "synced" });
    }, 120_000);
  },
);

describe("a second subgraph in the database", () => {
  it("doesn't take the first one's views, and gets its own", async () => {
    const { manifestPath } = after as Setting;
    const other = editManifest(manifestPath, (text) => text.replace("greeting", "farewell"));
    const setting = { ...(after as Setting), manifestPath: other };
    await expect(indexUntil(setting, 2, { ...VIEWS, name: "second" })).rejects.toMatchObject({
      code: "VIEWS_OF_ANOTHER",
      message: 'the views in schema chain are those of another subgraph, "subgraph"',
    });
    const head = await chain.mine();
    await indexUntil(setting, head, { ...VIEWS, name: "second", viewsSchema: "second" });
    expect((await pool.query("select deployment from second.head")).rows).toHaveLength(1);
  }, 120_000);
});
