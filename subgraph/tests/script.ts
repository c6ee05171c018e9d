import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hash } from "viem";
import { startChain, type Chain } from "#devnet/chain.ts";
import { buildContracts, deployContracts, type Deployment } from "#devnet/deployment.ts";
import { accountOf, as, connect, type Network } from "#devnet/market/wallets.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { buildSubgraph, placeSubgraph } from "#devnet/subgraph.ts";
import { freePorts } from "#devnet/testing.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { runIndexer } from "#indexer/index.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";

/** A chain with the contracts deployed, a database, and the engine to bring the one into the other. */
export interface Script {
  network: Network;
  deployment: Deployment;
  pool: Pool;
  rpcUrl: string;
  /** The subgraph built for this deployment. */
  manifestPath: string;
  /** Time of the next block, seconds since 1970. */
  at(timestamp: number): Promise<void>;
  /** Puts the transactions sent meanwhile into one block, in the order in which they are sent; each needs its own gas. */
  inOneBlock(send: () => Promise<Hash[]>): Promise<void>;
  /** Indexes everything up to the chain's head. */
  index(): Promise<void>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * Sets all of it up; the chain makes a block for each transaction, and none by itself.
 *
 * @param past when the chain begins, to wait there; left out: now
 */
export async function openScript(past: { beginsAt?: number } = {}): Promise<Script> {
  const dir = mkdtempSync(join(tmpdir(), "bc-subgraph-"));
  const [port = 0] = await freePorts(1);
  const chain: Chain = await startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0, ...past });
  const [build, database] = await Promise.all([buildSubgraph(), openTestDatabase(), buildContracts()]);
  const deployment = await deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json"));
  const manifestPath = placeSubgraph(build, deployment, join(dir, "subgraph"));
  const pool = createPool(database.url, { name: "test", max: 2 });
  const network = connect(chain.rpcUrl, deployment);
  return {
    network,
    deployment,
    pool,
    rpcUrl: chain.rpcUrl,
    manifestPath,
    at: async (timestamp) => void (await rpcCall(chain.rpcUrl, "evm_setNextBlockTimestamp", [timestamp])),
    inOneBlock: async (send) => {
      await rpcCall(chain.rpcUrl, "evm_setAutomine", [false]);
      const sent = await send();
      await rpcCall(chain.rpcUrl, "evm_mine", []);
      await rpcCall(chain.rpcUrl, "evm_setAutomine", [true]);
      for (const hash of sent) await network.mined(Promise.resolve(hash));
    },
    index: () => index(manifestPath, chain.rpcUrl, database),
    rows: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    close: async () => {
      await pool.end();
      await database.close();
      await chain.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function index(manifestPath: string, rpcUrl: string, database: TestDatabase): Promise<void> {
  const until = Number(await rpcCall<string>(rpcUrl, "eth_blockNumber"));
  const { signal } = new AbortController();
  await runIndexer({
    manifestPath,
    rpcUrl,
    databaseUrl: database.url,
    until,
    viewsSchema: "chain",
    signal,
    logger: silentLogger,
  });
}

/** SQL for a column of addresses or hashes as text, under its own name or another. */
export const hex = (column: string, as = column): string => `'0x' || encode(${column}, 'hex') as "${as}"`;

/** Address of a person of the script, as the database has it. */
export const addressOf = (person: number): string => accountOf(person).address.toLowerCase();

/** An account of the script: whose transactions are sent with `as`. */
export const PEOPLE = {
  treasury: 0,
  operator: 1,
  collective: 2,
  member: 3,
  investor: 6,
  pricer: 7,
  customer: 10,
  friend: 11,
  reporters: [14, 15, 16],
  guardian: 19,
};

/** Two customers with 100 DC each, bought at $2 a BCT. */
export async function giveCredits(network: Network): Promise<void> {
  for (const reporter of PEOPLE.reporters)
    await network.mined(network.feed.write.report([200_000_000n], as(reporter, network)));
  const reference = `0x${"ab".repeat(32)}` as const;
  const bct = 100n * 10n ** 18n;
  await network.mined(network.token.write.approve([network.credits.address, bct], as(PEOPLE.treasury, network)));
  for (const [person, text] of [
    [PEOPLE.customer, reference],
    [PEOPLE.friend, `0x${"0".repeat(64)}`],
  ] as const) {
    const args = [accountOf(person).address, bct / 2n, 100_000_000n, text] as const;
    // 129 gas more than estimated, if a second passes until its block
    const by = { ...as(PEOPLE.treasury, network), gas: 1_000_000n };
    await network.mined(network.credits.write.mintFor(args, by));
  }
}
