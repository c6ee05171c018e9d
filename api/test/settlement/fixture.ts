import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importHistory, type PastScrape } from "#collector/index.ts";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { startChain } from "#devnet/chain.ts";
import { addressOf, buildContracts, deployContracts, type Deployment } from "#devnet/deployment.ts";
import { startFleet, type FleetGpu } from "#devnet/fleet/index.ts";
import { bootstrapMarket } from "#devnet/market/bootstrap.ts";
import { historyBeginsAt, playHistory } from "#devnet/market/history/index.ts";
import { MARKET_PLAN } from "#devnet/market/plan.ts";
import { accountOf, as, connect, type Network } from "#devnet/market/wallets.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { buildSubgraph, placeSubgraph } from "#devnet/subgraph.ts";
import { freePorts } from "#devnet/testing.ts";
import { createIndexer } from "#indexer/index.ts";
import { silentLogger } from "#kernel/log.ts";
import { createRegistry, type Health } from "#kernel/metrics.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { openSettlement, type SettlementOptions } from "../../src/jobs/settlement/index.ts";
import { rawKeySigner } from "../../src/jobs/keys/raw-key.ts";
import type { Signer } from "../../src/jobs/keys/signer.ts";

/** Indexes of the local deployment's oracles and of its guardian in the chain's mnemonic. */
export const ORACLES = [23, 24, 25] as const;
export const GUARDIAN = 19;
/** Exporters are asked every five minutes. */
const EVERY_SECONDS = 300;
/** So many hours of each day have telemetry: a day of it takes long to write. */
const WATCHED_HOURS = 3;
/** A host that doesn't answer in the second hour of each day. */
const DARK = { host: "sh-a100-01", fromHour: 1, toHour: 2 };

/** A played market on a real chain, indexed as it goes on, with telemetry: all that a settlement job stands on. */
export interface SettlementFixture {
  network: Network;
  deployment: Deployment;
  gpus: readonly FleetGpu[];
  database: TestDatabase;
  pool: Pool;
  /** Moves the chain's time to `timestamp` at the earliest, seconds since 1970, and makes a block. */
  travel(timestamp: number): Promise<void>;
  endOf(epoch: number): number;
  /** Says that samples are complete through this time, seconds since 1970. */
  sampledThrough(timestamp: number): Promise<void>;
  rpc<T>(method: string, params?: readonly unknown[]): Promise<T>;
  /** A job that runs until it is stopped. */
  startJob(oracles: readonly number[], over?: Partial<SettlementOptions>): Promise<Job>;
  /** Stops those that still run. */
  stopJobs(): Promise<void>;
  close(): Promise<void>;
}

/** The small market's 80 hours: three epochs closed, the fourth running; telemetry through all of it. */
export async function openSettlementFixture(): Promise<SettlementFixture> {
  const dir = mkdtempSync(join(tmpdir(), "bc-settlement-"));
  const [port = 0] = await freePorts(1);
  const beginsAt = historyBeginsAt(Date.now() / 1_000, MARKET_PLAN);
  const chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0, beginsAt });
  const sql = (room: string) => ({ room, dir: fileURLToPath(new URL(`../../../${room}/sql`, import.meta.url)) });
  const content = migrated(sql("collector"), sql("api"));
  const [build, database] = await Promise.all([buildSubgraph(), openTestDatabase({ content }), buildContracts()]);
  const deployment = await deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json"));
  const network = connect(chain.rpcUrl, deployment);
  const fleet = await startFleet({ hosts: MARKET_PLAN.hosts, seed: 1, port: 0 });
  await fleet.stop();
  const { gpus } = fleet;
  await bootstrapMarket(network, MARKET_PLAN, gpus, silentLogger);
  await playHistory(network, MARKET_PLAN, 1, silentLogger);
  const { timestamp } = await network.node.getBlock({ blockTag: "latest" });
  const scrapes = scrapesOf(gpus, deployment.genesisTime, Number(timestamp));
  await importHistory({ databaseUrl: database.url, logger: silentLogger, scrapeSeconds: EVERY_SECONDS }, scrapes);
  const pool = createPool(database.url, { name: "test", max: 1 });
  const manifestPath = placeSubgraph(build, deployment, join(dir, "subgraph"));
  const stopIndexing = await followChain(chain.rpcUrl, database.url, manifestPath, pool);
  const rpc = <T>(method: string, params: readonly unknown[] = []) => rpcCall<T>(chain.rpcUrl, method, params);
  const jobs: Job[] = [];
  return {
    ...{ network, deployment, gpus, database, pool, rpc },
    startJob: async (oracles, over) => {
      const job = await start(jobOptions({ database, deployment, network }, oracles, over));
      jobs.push(job);
      return job;
    },
    stopJobs: async () => void (await Promise.all(jobs.splice(0).map((job) => job.stop()))),
    endOf: (epoch) => deployment.genesisTime + (epoch + 1) * deployment.epochLength,
    travel: async (to) => {
      const head = await network.node.getBlock({ blockTag: "latest" });
      if (Number(head.timestamp) < to) await rpc("evm_setNextBlockTimestamp", [to]);
      await rpc("evm_mine");
    },
    sampledThrough: async (at) =>
      void (await pool.query("update telemetry.collector set sampled_through = to_timestamp($1)", [at])),
    close: async () => {
      await stopIndexing();
      await pool.end();
      await database.close();
      await chain.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Indexes the chain as it goes on; resolves at its head. */
async function followChain(rpcUrl: string, databaseUrl: string, manifestPath: string, pool: Pool) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const common = { databaseUrl, rpcUrl, manifestPath, logger: silentLogger, signal };
  const indexing = createIndexer({ ...common, viewsSchema: "chain", pollMs: 50 }).run();
  const isThere = async (): Promise<true | undefined> => {
    const { rows } = await pool.query("select from chain.head where is_synced").catch(() => ({ rows: [] }));
    return rows.length > 0 || undefined;
  };
  await waitFor(isThere, { timeoutMs: 60_000, onTimeout: () => new Error("the chain was not indexed") });
  return async (): Promise<void> => {
    stopping.abort();
    await indexing;
  };
}

/** Every GPU half busy in the first hours of each day; of the others nobody knows anything. The last scrape is at the end. */
function* scrapesOf(gpus: readonly FleetGpu[], from: number, to: number): Generator<PastScrape> {
  const bodies = new Map<string, string>();
  for (const { host, uuid } of gpus)
    bodies.set(host, `${bodies.get(host) ?? ""}DCGM_FI_DEV_GPU_UTIL{UUID="${uuid}"} 50\n`);
  for (let at = from - EVERY_SECONDS; at <= to; at += EVERY_SECONDS) {
    const hour = Math.floor((at % 86_400) / 3_600);
    if (hour >= WATCHED_HOURS && at + EVERY_SECONDS <= to) continue;
    for (const [host, body] of bodies) {
      const isDark = host === DARK.host && hour >= DARK.fromHour && hour < DARK.toHour;
      yield { url: `http://${host}:9400/metrics`, labels: {}, at: at * 1_000, body: isDark ? undefined : body };
    }
  }
}

/** The key of an account of the chain's mnemonic. */
export function signerOf(index: number): Signer {
  const key = accountOf(index).getHdKey().privateKey;
  if (!key) throw new Error("BUG: an account without a key");
  return rawKeySigner(Buffer.from(key).toString("hex"));
}

/** What a job runs on here; terms that don't wait. */
export function jobOptions(
  { database, deployment, network }: Pick<SettlementFixture, "database" | "deployment" | "network">,
  oracles: readonly number[],
  over: Partial<SettlementOptions> = {},
): SettlementOptions {
  const [first = 0, ...rest] = oracles;
  const { terms, ...others } = over;
  return {
    databaseUrl: database.url,
    rpcUrl: network.rpcUrl,
    addresses: {
      rewards: addressOf(deployment, "EpochRewards"),
      market: addressOf(deployment, "Marketplace"),
      slots: addressOf(deployment, "TimeSlots"),
    },
    signers: [signerOf(first), ...rest.map(signerOf)],
    logger: silentLogger,
    registry: createRegistry("test"),
    terms: { finality: 0, pollMs: 50, turnMs: 0, settleAheadSeconds: 0, batchSize: 8, ...terms },
    ...others,
  };
}

/** A running job. */
export interface Job {
  health(): Health;
  stop(): Promise<void>;
}

async function start(options: SettlementOptions): Promise<Job> {
  const job = await openSettlement(options);
  const stopping = new AbortController();
  const running = job.run(stopping.signal);
  let stopped: Promise<void> | undefined;
  return {
    health: () => job.health(),
    stop: () => {
      stopping.abort();
      return (stopped ??= running.then(() => job.close()));
    },
  };
}

/** As an account of the chain: for what people do. */
export const by = as;
