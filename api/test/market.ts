import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importHistory, type PastScrape } from "#collector/index.ts";
import { migrated, openTestDatabase } from "#database/testing.ts";
import { startChain } from "#devnet/chain.ts";
import { buildContracts, deployContracts } from "#devnet/deployment.ts";
import { startFleet, type FleetGpu } from "#devnet/fleet/index.ts";
import { bootstrapMarket } from "#devnet/market/bootstrap.ts";
import { historyBeginsAt, playHistory } from "#devnet/market/history/index.ts";
import { MARKET_PLAN } from "#devnet/market/plan.ts";
import { accountOf, connect, type Network } from "#devnet/market/wallets.ts";
import { buildSubgraph, placeSubgraph } from "#devnet/subgraph.ts";
import { freePorts } from "#devnet/testing.ts";
import { runIndexer } from "#indexer/index.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import { startApi } from "../main.ts";
import { gatherEpochInputs, type EpochRequest } from "../src/facts/epoch-inputs.ts";
import type { Doors } from "../src/graphql/context.ts";
import { Snapshot } from "../src/sources/snapshot.ts";
import { ask, type Answer } from "./fixture.ts";

/** An API over the seeded market's past: what was played is on the chain, and was indexed from there. */
export interface MarketFixture {
  network: Network;
  gpus: readonly FleetGpu[];
  /** Height of the chain's head, which is indexed. */
  head: bigint;
  databaseUrl: string;
  /** what the API has beside its database */
  doors: Doors;
  url: string;
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** Writes what exporters said, as the collector would have. */
  scraped(scrapes: Iterable<PastScrape>, everySeconds: number): Promise<void>;
  /** The canonical inputs of an epoch, as the API gathers them. */
  gather(request: EpochRequest): Promise<unknown>;
  close(): Promise<void>;
}

/** Of the payment processor's admin. */
export const PAYMENTS_TOKEN = "the-admins-token";
/** 2026-11-20 00:00 UTC: where the past ends, at whatever time it is played. The same past has the same hashes. */
const ENDS_AT = 1_795_132_800;

/** Plays the market's past on a chain of its own, indexes it, and starts an API on it. */
export async function openMarket(): Promise<MarketFixture> {
  const dir = mkdtempSync(join(tmpdir(), "bc-api-"));
  const [port = 0] = await freePorts(1);
  const beginsAt = historyBeginsAt(ENDS_AT, MARKET_PLAN);
  const chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0, beginsAt });
  const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../../${name}/sql`, import.meta.url)) });
  const content = migrated(room("collector"), room("api"));
  const [build, database] = await Promise.all([buildSubgraph(), openTestDatabase({ content }), buildContracts()]);
  const deployment = await deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json"));
  const network = connect(chain.rpcUrl, deployment);
  const fleet = await startFleet({ hosts: MARKET_PLAN.hosts, seed: 1, port: 0 });
  await fleet.stop();
  await bootstrapMarket(network, MARKET_PLAN, fleet.gpus, silentLogger);
  await playHistory(network, MARKET_PLAN, 1, silentLogger);
  // the block itself: its number alone is remembered for a while
  const { number: head } = await network.node.getBlock({ blockTag: "latest" });
  const common = { databaseUrl: database.url, logger: silentLogger };
  await runIndexer({
    ...common,
    manifestPath: placeSubgraph(build, deployment, join(dir, "subgraph")),
    rpcUrl: chain.rpcUrl,
    until: Number(head),
    viewsSchema: "chain",
    signal: new AbortController().signal,
  });
  const pool = createPool(database.url, { name: "test", max: 1 });
  // as the settlement job writes it down when it first comes to a network
  await pool.query(
    `insert into ledger.network (chain_id, rewards, genesis_hash, genesis_time, epoch_length)
     values ($1, decode(repeat('00', 20), 'hex'), sha256('genesis'), $2, $3)`,
    [deployment.chainId, deployment.genesisTime, deployment.epochLength],
  );
  const chainOptions = { rpcUrl: chain.rpcUrl, chainId: deployment.chainId, contracts: deployment.contracts };
  const doors: Doors = { chain: chainOptions, paymentsToken: PAYMENTS_TOKEN };
  const api = await startApi({ ...common, ...doors, host: "127.0.0.1", port: 0 });
  return {
    network,
    gpus: fleet.gpus,
    head,
    doors,
    databaseUrl: database.url,
    url: api.url,
    ask: (query, variables) => ask(api.url, query, variables),
    scraped: async (scrapes, everySeconds) =>
      void (await importHistory({ ...common, scrapeSeconds: everySeconds }, scrapes)),
    gather: async (request) => {
      const snapshot = new Snapshot(pool);
      return gatherEpochInputs(snapshot, request).finally(() => snapshot.close());
    },
    close: async () => {
      await pool.end();
      await api.stop();
      await database.close();
      await chain.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
