import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maxUint256, type Hash } from "viem";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { startChain, type Chain } from "#devnet/chain.ts";
import { buildContracts, deployContracts } from "#devnet/deployment.ts";
import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { accountOf, as, connect, type Network } from "#devnet/market/wallets.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { buildSubgraph, placeSubgraph } from "#devnet/subgraph.ts";
import { freePorts } from "#devnet/testing.ts";
import { runIndexer } from "#indexer/index.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { startApi, type Api } from "../../main.ts";
import { listen, type Listener, type Told } from "./listener.ts";

const [TREASURY, OPERATOR, CUSTOMER, REPORTERS] = [0, 1, 10, [14, 15, 16]] as const;
const MODEL = "NVIDIA L40S";
const RATES = { spot: 400_000n, onDemand: 1_200_000n, reserved: 1_000_000n };
const NO_REFERENCE: Hash = `0x${"0".repeat(64)}`;
const MESSAGE = "kind block { number hash } resumeAt { number hash } undone";

let dir: string;
let chain: Chain;
let database: TestDatabase;
let network: Network;
let indexing: Promise<unknown>;
let apis: Api[];
const stop = new AbortController();
const listeners: Listener[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "bc-live-"));
  const [port = 0] = await freePorts(1);
  chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 });
  const [build] = await Promise.all([buildSubgraph(), buildContracts()]);
  database = await openTestDatabase();
  const deployment = await deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json"));
  network = connect(chain.rpcUrl, deployment);
  await openMarket();
  indexing = runIndexer({
    ...{ manifestPath: placeSubgraph(build, deployment, join(dir, "subgraph")), rpcUrl: chain.rpcUrl },
    ...{ databaseUrl: database.url, viewsSchema: "chain", pollMs: 50, signal: stop.signal, logger: silentLogger },
  });
  await reachHead();
  const api = () => startApi({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
  apis = await Promise.all([api(), api()]);
});

afterAll(async () => {
  await Promise.all(listeners.map((listener) => listener.stop()));
  await Promise.all(apis.map((api) => api.stop()));
  stop.abort();
  await indexing;
  await chain.stop();
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A pool with one GPU, and a customer with Data Credits. */
async function openMarket(): Promise<void> {
  const { operators, pools, gpus, feed, token, credits } = network;
  const mined = (sent: Promise<Hash>) => network.mined(sent);
  const operator = as(OPERATOR, network);
  await mined(operators.write.register([1, "Solo", ""], operator));
  await mined(
    pools.write.createPool([1n, MODEL, "here", RATES, { operatorBps: 2_000, poolBps: 3_000, gpuBps: 5_000 }], operator),
  );
  await mined(gpus.write.mint([1n, accountOf(OPERATOR).address, uuidHashOf("GPU-1")], operator));
  for (const reporter of REPORTERS) await mined(feed.write.report([200_000_000n], as(reporter, network)));
  await mined(token.write.approve([credits.address, maxUint256], as(TREASURY, network)));
  const mint = [accountOf(CUSTOMER).address, 10n ** 20n, 100_000_000n, NO_REFERENCE] as const;
  await mined(credits.write.mintFor(mint, as(TREASURY, network)));
}

/** Waits until the indexer has come to the chain's head, and its views are there. */
async function reachHead(): Promise<void> {
  const { number } = await network.node.getBlock({ blockTag: "latest" });
  const pool = createPool(database.url, { name: "test", max: 1 });
  const look = () => pool.query("select from chain.head where block_number >= $1", [number]).catch(() => undefined);
  await waitFor(async () => ((await look())?.rowCount === 1 ? true : undefined), {
    ...{ timeoutMs: 60_000, onTimeout: () => new Error("the head was not reached") },
  });
  await pool.end();
}

async function subscribe(query: string): Promise<Listener[]> {
  const both = apis.map((api) => listen(api.url, query));
  listeners.push(...both);
  await Promise.all(both.map((listener) => listener.until(1)));
  return both;
}

const rent = (): Promise<void> =>
  network.mined(network.market.write.rentOnDemand([1n, 10_000_000n, 2_000_000n], as(CUSTOMER, network)));
const price = (onDemand: bigint): Promise<void> =>
  network.mined(network.pools.write.setRates([1n, { ...RATES, onDemand }], as(OPERATOR, network)));

describe("a real chain's reorg", () => {
  it("is told by two servers in the same words: what happened, that it didn't, and what happened instead", async () => {
    const [rentals, offers, prices] = await Promise.all([
      subscribe(`subscription { rentals { ${MESSAGE} events { id kind rentalId tier } } }`),
      subscribe(`subscription { offers(where: { model: "${MODEL}" }) { ${MESSAGE} events { gpuId was now } } }`),
      subscribe(
        `subscription { prices(where: { kind: RATES }) { ${MESSAGE} events { poolId onDemandRateDcPerHour } } }`,
      ),
    ]);
    const fork = await network.node.getBlock({ blockTag: "latest" });
    const snapshot = await rpcCall<string>(chain.rpcUrl, "evm_snapshot");
    await rent();
    const abandoned = await network.node.getBlock({ blockTag: "latest" });
    await Promise.all(rentals.map((listener) => listener.until(2)));
    await rpcCall(chain.rpcUrl, "evm_revert", [snapshot]);
    await price(1_300_000n);
    await rent();
    const told = await Promise.all(rentals.map((listener) => listener.until(4)));
    expect(told[1]).toEqual(told[0]);
    const [, began, undone, again] = told[0] as [Told, Told, Told, Told];
    expect(began).toMatchObject({
      kind: "BLOCK",
      block: { hash: abandoned.hash },
      events: [{ kind: "STARTED", tier: "ON_DEMAND" }],
    });
    expect(undone).toMatchObject({
      ...{ kind: "UNDO", block: { number: String(fork.number + 1n) }, undone: ["rental-1-started"], events: [] },
      resumeAt: { number: String(fork.number), hash: fork.hash },
    });
    const head = await network.node.getBlock({ blockTag: "latest" });
    expect(again).toMatchObject({ kind: "BLOCK", block: { hash: head.hash }, events: [{ rentalId: "1" }] });

    const shown = async (listener: Listener, count: number): Promise<unknown[]> =>
      (await listener.until(count)).slice(1).map(({ kind, events }) => [kind, ...events]);
    const taken = ["BLOCK", { gpuId: "1", was: "FREE", now: "ON_DEMAND" }];
    const undo = ["UNDO"];
    expect(await Promise.all(offers.map((listener) => shown(listener, 4)))).toEqual(
      Array(2).fill([taken, undo, taken]),
    );
    const rates = ["BLOCK", { poolId: "1", onDemandRateDcPerHour: "1.3" }];
    expect(await Promise.all(prices.map((listener) => shown(listener, 3)))).toEqual(Array(2).fill([undo, rates]));
  });
});
