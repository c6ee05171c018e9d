import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestClient, http, publicActions, walletActions, type Abi, type Address } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { startApi, type Api } from "#api/main.ts";
import { parseInputs } from "#api/src/domain/rewards/parse.ts";
import { settle } from "#api/src/domain/rewards/settle.ts";
import type { EpochResult } from "#api/src/domain/rewards/types.ts";
import { gatherEpochInputs } from "#api/src/facts/epoch-inputs.ts";
import { addEpochs, writeStatus } from "#api/src/jobs/settlement/ledger/epochs.ts";
import { storeFacts } from "#api/src/jobs/settlement/ledger/facts.ts";
import { keepDownHours } from "#api/src/sources/downtime.ts";
import { withSnapshot } from "#api/src/sources/snapshot.ts";
import { EPOCH_TABLES } from "#api/test/chain-tables.ts";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import type { Deployed } from "#contracts/script/check/chain.ts";
import { deploy, startAnvil } from "#contracts/script/testing.ts";
import { compileContracts } from "#contracts/tools/abis.ts";
import { migrated, openTestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { MIGRATIONS } from "../migrations.ts";
import { chainRows, telemetryRows, type EpochUse } from "./settled-rows.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const anvilAccount = (addressIndex: number): Address => mnemonicToAccount(MNEMONIC, { addressIndex }).address;
/** No account of the network's: whoever pays the gas may push rewards. */
export const KEEPER = anvilAccount(9);
export const DAY = 86_400;
const REWARDS: Abi = epochRewardsAbi;

/** A chain with the real contracts, a database as indexer and collector leave it, and an API. Chain and views tell the same. */
export interface Settled {
  genesis: number;
  pool: Pool;
  api: Api;
  env: Record<string, string>;
  read(functionName: string, args?: readonly unknown[]): Promise<unknown>;
  /** an oracle's address */
  oracles: readonly Address[];
  /** Sends to EpochRewards, and waits. */
  send(account: Address, functionName: string, args: readonly unknown[]): Promise<void>;
  /** Time of the chain and of the index, seconds since 1970. */
  travel(timestamp: number): Promise<void>;
  /** Closes an epoch that is over, gathers, settles and stores it. */
  settle(epoch: number): Promise<EpochResult>;
  close(): Promise<void>;
}

/** Three epochs: in 0 and 1 GPUs were used as told, 2 runs. Nothing is closed yet. */
export async function openSettled(uses: readonly EpochUse[]): Promise<Settled> {
  const out = `.cache/settled-${process.pid}.json`;
  const dir = mkdtempSync(join(tmpdir(), "bc-settled-"));
  await compileContracts();
  const content = migrated(...MIGRATIONS);
  const [{ anvil, rpcUrl }, database] = await Promise.all([startAnvil(), openTestDatabase({ content })]);
  const deployed = await deploy(rpcUrl, anvilAccount(0), out);
  writeFileSync(join(dir, "deployment.json"), JSON.stringify(deployed));
  rmSync(fileURLToPath(new URL(`../../${out}`, import.meta.url)), { force: true });
  const pool = createPool(database.url, { name: "test", max: 2 });
  const { genesisTime: genesis } = deployed;
  for (const sql of [
    NO_JOBS,
    EPOCH_TABLES,
    chainRows(genesis, uses),
    networkRow(deployed),
    ...telemetryRows(genesis),
  ]) {
    await pool.query(sql);
  }
  const chain = new Chain(rpcUrl, deployed, pool);
  for (const [epoch, use] of uses.entries()) {
    await chain.tally(use);
    await chain.travel(genesis + (epoch + 1) * DAY);
  }
  await keepDownHours(pool, genesis);
  const oracles = (await chain.read("oracles")) as Address[];
  for (const oracle of oracles) await chain.become(oracle);
  const api = await startApi({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
  return {
    ...{ genesis, pool, api, oracles },
    env: { DATABASE_URL: database.url, RPC_URL: rpcUrl, DATA_DIR: dir },
    read: (name, args) => chain.read(name, args),
    send: (account, name, args) => chain.send(account, name, args),
    travel: (timestamp) => chain.travel(timestamp),
    settle: (epoch) => settleEpoch(chain, pool, genesis, epoch),
    close: async () => {
      await api.stop();
      await pool.end();
      await Promise.all([database.close(), anvil.stop()]);
      rmSync(dir, { recursive: true });
    },
  };
}

const NO_JOBS = `select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000`;

function networkRow({ chainId, genesisTime, epochLength, contracts }: Deployed): string {
  return `insert into ledger.network (chain_id, rewards, genesis_hash, genesis_time, epoch_length)
    values (${chainId}, '\\x${(contracts["EpochRewards"] ?? "").slice(2)}', sha256('genesis'), ${genesisTime}, ${epochLength})`;
}

/** The contracts, and the index of them that follows. */
class Chain {
  readonly #client;
  readonly #deployed: Deployed;
  readonly #pool: Pool;

  constructor(rpcUrl: string, deployed: Deployed, pool: Pool) {
    const client = createTestClient({ mode: "anvil", chain: foundry, transport: http(rpcUrl) });
    this.#client = client.extend(publicActions).extend(walletActions);
    this.#deployed = deployed;
    this.#pool = pool;
  }

  async read(functionName: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.#client.readContract({ address: this.#at("EpochRewards"), abi: REWARDS, functionName, args });
  }

  async send(account: Address, functionName: string, args: readonly unknown[]): Promise<void> {
    const call = { address: this.#at("EpochRewards"), abi: REWARDS, functionName, args, account };
    const hash = await this.#client.writeContract(call);
    const { status } = await this.#client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`${functionName} reverted`);
  }

  async travel(timestamp: number): Promise<void> {
    await this.#client.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
    await this.#client.mine({ blocks: 1 });
    await this.#pool.query("update chain.head set block_timestamp = $1", [timestamp]);
    await this.#pool.query("update telemetry.collector set sampled_through = to_timestamp($1::float8)", [timestamp]);
  }

  /** Burns as the market would have them tallied: it alone may. */
  async tally(use: EpochUse): Promise<void> {
    const market = this.#at("Marketplace");
    await this.become(market);
    for (const [gpu, pool, burnedDc, bctEquivalent] of use) {
      await this.send(market, "recordUse", [BigInt(gpu), BigInt(pool), burnedDc, bctEquivalent]);
    }
  }

  /** Lets an address send. */
  async become(address: Address): Promise<void> {
    await this.#client.impersonateAccount({ address });
    await this.#client.setBalance({ address, value: 10n ** 18n });
  }

  #at(name: string): Address {
    return this.#deployed.contracts[name] ?? "0x";
  }
}

async function settleEpoch(chain: Chain, pool: Pool, genesis: number, epoch: number): Promise<EpochResult> {
  await chain.send(KEEPER, "closeEpoch", [BigInt(epoch)]);
  const [budget, burned] = [
    await chain.read("budgetOf", [BigInt(epoch)]),
    await chain.read("burnedIn", [BigInt(epoch)]),
  ];
  await pool.query(
    `insert into chain.epoch (id, number, status, scheduled_bct, re_emission_bct, budget_bct, burned_dc, closed_at, vetoed_count)
     values ($1::int4::text, $1, 'CLOSED', 100000000000000000000000, 0, $2, $3, $4, 0)`,
    [epoch, String(budget), String(burned), genesis + (epoch + 1) * DAY],
  );
  const [start, end] = [genesis + epoch * DAY, genesis + (epoch + 1) * DAY];
  const before = await pool.query<{ account: string; cumulative: string }>(
    `select '0x' || encode(account, 'hex') as account, cumulative from ledger.claim where epoch = $1`,
    [epoch - 1],
  );
  const previous = before.rows.map((row) => ({ ...row, cumulative: BigInt(row.cumulative) }));
  const request = { epoch, start, end, previous, finalThrough: BigInt(end) };
  const inputs = parseInputs(await withSnapshot(pool, (snapshot) => gatherEpochInputs(snapshot, request)));
  const result = settle(inputs);
  await addEpochs(pool, { genesisTime: genesis, epochLength: DAY }, epoch);
  const basis = {
    round: 1n,
    asOfBlock: 99n,
    asOfHash: `0x${"ab".repeat(32)}`,
    sampledThrough: new Date(end * 1_000),
  } as const;
  await storeFacts(pool, inputs, result, basis);
  await writeStatus(pool, epoch, { state: "SETTLED", waitsFor: null, trouble: null, windowEndsAt: null });
  return result;
}
