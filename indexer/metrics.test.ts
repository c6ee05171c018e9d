import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createRegistry } from "#kernel/metrics.ts";
import { silentLogger } from "#kernel/log.ts";
import { createIndexer, type Indexer } from "./index.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { OTHER, WATCHED } from "./testdata/scenario.ts";

/** A metric as the registry tells of it. */
interface Described {
  name: string;
  help: string;
  type: string;
}

let chain: TestChain;
let database: TestDatabase;
let indexer: Indexer;
const registry = createRegistry("indexer");
const controller = new AbortController();

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  for (const to of [WATCHED, OTHER, WATCHED]) await chain.send("transfer", [to, 5n]);
  await chain.mine();
  let text = "";
  await new Promise<void>((resolve, reject) => {
    void buildSubgraph().then((manifestPath) => {
      indexer = createIndexer({
        ...{ manifestPath, rpcUrl: chain.url, databaseUrl: database.url, registry, hasProfile: true },
        signal: controller.signal,
        logger: silentLogger,
        pollMs: 50,
        onStep: (step) => step.type === "block" && step.number === 2 && resolve(),
      });
      indexer.run().catch(reject);
    }, reject);
  });
  for (let tries = 0; tries < 100 && !/^indexer_synced\S* 1$/m.test(text); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    text = await registry.metrics();
  }
}, 120_000);

afterAll(async () => {
  controller.abort();
  await Promise.all([chain.stop(), database.close()]);
});

/** The value of a series, by its name and labels as they are written. */
async function value(series: string): Promise<number> {
  const [name = "", labels = ""] = series.split(/[{}]/);
  const line = (await registry.metrics())
    .split("\n")
    .find((text) => text.startsWith(name) && /[{ ]/.test(text[name.length] ?? "") && text.includes(labels));
  return Number(line?.split(" ").at(-1));
}

it("metrics tell what was indexed, by the handlers and methods there are", async () => {
  expect(await value("indexer_head_block")).toBe(2);
  expect(await value("indexer_indexed_block")).toBe(2);
  expect(await value("indexer_lag_seconds")).toBe(0);
  expect(await value("indexer_healthy")).toBe(1);
  // three transfers, of which two are to the watched account
  expect(await value("indexer_events_total")).toBe(5);
  expect(await value('indexer_handler_runs_total{handler="handleTransfer"}')).toBe(3);
  expect(await value('indexer_handler_runs_total{handler="handleWatched"}')).toBe(2);
  expect(await value('indexer_handler_seconds_total{handler="handleTransfer"}')).toBeGreaterThan(0);
  expect(await value('indexer_rpc_calls_total{method="eth_chainId"}')).toBe(1);
  expect(await value('indexer_rpc_request_seconds_count{method="eth_chainId"}')).toBe(1);
  expect(await value("indexer_flush_seconds_count")).toBeGreaterThan(0);
  expect(await value("indexer_batch_changes_sum")).toBe(await value("indexer_entity_changes_total"));
  expect(await value("indexer_cache_bytes")).toBeGreaterThan(0);
  expect(await value("indexer_database_bytes")).toBeGreaterThan(8_192);
});

it("every metric has a help text and a name of Prometheus' form", async () => {
  const all = (await registry.getMetricsAsJSON()) as unknown as Described[];
  const metrics = all.filter(({ name }) => name.startsWith("indexer_"));
  expect(metrics.length).toBeGreaterThan(15);
  const isWrong = ({ name, help, type }: Described): boolean =>
    help.length < 10 || !/^[a-z_]+$/.test(name) || (type === "counter") !== name.endsWith("_total");
  expect(metrics.filter(isWrong)).toEqual([]);
});

it("the profile's parts add up, and count runs, replays and host calls", () => {
  const report = indexer.profile();
  if (!report) throw new Error("there is no profile");
  const { totalMs, phases, handlers, hostCalls, store } = report;
  const sum = (Object.values(phases) as number[]).reduce((a, b) => a + b, 0);
  expect(sum / totalMs).toBeGreaterThan(0.95);
  expect(sum / totalMs).toBeLessThan(1.05);
  expect(phases.fetch).toBeGreaterThan(0);
  expect(phases.mapping).toBeGreaterThan(0);
  const transfer = handlers.find(({ handler }) => handler === "handleTransfer");
  expect(transfer).toMatchObject({ runs: 3, failures: 0 });
  expect(transfer?.p99Us).toBeGreaterThan(transfer?.meanUs ?? Infinity);
  // both runs are in the block in which it is found that the handler reads transactions
  expect(handlers.find(({ handler }) => handler === "handleWatched")?.replays).toBe(2);
  // a transfer, an account and a point for each
  const sets = hostCalls.find(({ name }) => name === "store.set")?.count ?? 0;
  expect(sets).toBeGreaterThanOrEqual(3 * 3 + 2);
  expect(store.hits + store.misses).toBeGreaterThanOrEqual(3);
});
