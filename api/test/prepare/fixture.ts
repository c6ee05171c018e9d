import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address, Hex } from "viem";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase } from "#database/testing.ts";
import { startChain } from "#devnet/chain.ts";
import { buildContracts, deployContracts, type Deployment } from "#devnet/deployment.ts";
import { startFleet, type FleetGpu } from "#devnet/fleet/index.ts";
import { bootstrapMarket } from "#devnet/market/bootstrap.ts";
import { MARKET_PLAN, type MarketPlan } from "#devnet/market/plan.ts";
import { accountOf, connect, type Network } from "#devnet/market/wallets.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { freePorts } from "#devnet/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { startApi } from "../../main.ts";
import { EPOCH_TABLES } from "../chain-tables.ts";
import { ask, type Answer } from "../fixture.ts";

/** Operator 1 (account 1) with pool 1 and four H100s; account 6 is an investor. */
export const PLAN: MarketPlan = {
  ...MARKET_PLAN,
  operators: MARKET_PLAN.operators.slice(0, 1),
  pools: [{ ...MARKET_PLAN.pools[0]!, hosts: ["tg-h100-01"] }],
  hosts: [MARKET_PLAN.hosts[0]!],
};

/** What a `prepare…` query answers. */
export interface PreparedJson {
  action: string;
  chainId: number;
  from: Address;
  to: Address;
  data: Hex;
  value: string;
  gas: string | null;
  maxFeePerGas: string;
  maxPriorityFeePerGas: string;
  head: { number: string };
  cost: Record<"dc" | "bct" | "returnsDc" | "returnsBct", string> & { usd: string | null; gasWei: string | null };
  refusal: { code: string; message: string; hints: string[] } | null;
  first?: PreparedJson[];
}

/** An API with a node, on a chain with the real contracts. */
export interface PrepareFixture {
  network: Network;
  deployment: Deployment;
  gpus: readonly FleetGpu[];
  pool: Pool;
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** Asks for a transaction of account `by`. */
  prepare(by: number, action: string, input: Record<string, unknown>): Promise<PreparedJson>;
  /** Signs just what was answered and sends it; gives the gas used and what was paid for it. */
  send(by: number, prepared: PreparedJson): Promise<{ gasUsed: bigint; paidWei: bigint }>;
  /** Makes a block so many seconds later. */
  pass(seconds: number): Promise<void>;
  rpc<T>(method: string, params?: readonly unknown[]): Promise<T>;
  close(): Promise<void>;
}

const FIELDS = `action chainId from to data value gas maxFeePerGas maxPriorityFeePerGas head { number }
  cost { dc bct returnsDc returnsBct usd gasWei other { currency amount } } refusal { code message hints }`;

/** Deploys the contracts, opens a small market and starts the API. */
export async function openPrepare(): Promise<PrepareFixture> {
  const dir = mkdtempSync(join(tmpdir(), "bc-prepare-"));
  const [port = 0] = await freePorts(1);
  const [chain, database] = await Promise.all([
    startChain({ dir: join(dir, "chain"), host: "127.0.0.1", port, blockSeconds: 0 }),
    openTestDatabase(),
    buildContracts(),
  ]);
  const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../../../${name}/sql`, import.meta.url)) });
  await migrate(database.url, [room("collector"), room("api")], silentLogger);
  const pool = createPool(database.url, { name: "test", max: 1 });
  await pool.query(EPOCH_TABLES);
  const deployment = await deployContracts(chain.rpcUrl, accountOf(0).address, join(dir, "deployment.json"));
  const network = connect(chain.rpcUrl, deployment);
  const fleet = await startFleet({ hosts: PLAN.hosts, seed: 1, port: 0 });
  await fleet.stop();
  await bootstrapMarket(network, PLAN, fleet.gpus, silentLogger);
  const api = await startApi({
    databaseUrl: database.url,
    ...{ host: "127.0.0.1", port: 0, logger: silentLogger },
    chain: { rpcUrl: chain.rpcUrl, chainId: deployment.chainId, contracts: deployment.contracts },
  });
  const rpc = <T>(method: string, params: readonly unknown[] = []) => rpcCall<T>(chain.rpcUrl, method, params);
  const fixture: PrepareFixture = {
    ...{ network, deployment, gpus: fleet.gpus, pool, rpc },
    ask: (query, variables) => ask(api.url, query, variables),
    prepare: (by, action, input) => prepare(api.url, by, action, input),
    send: (by, prepared) => send(network, by, prepared),
    pass: async (seconds) => {
      await rpc("evm_increaseTime", [seconds]);
      await rpc("evm_mine");
    },
    close: async () => {
      await api.stop();
      await pool.end();
      await database.close();
      await chain.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return fixture;
}

async function prepare(url: string, by: number, action: string, input: Record<string, unknown>): Promise<PreparedJson> {
  const type = inputTypeOf(action);
  const query = `query ($input: ${type}!) { prepared: ${action}(input: $input) { ${FIELDS} first { ${FIELDS} } } }`;
  const { data, errors } = await ask(url, query, { input: { from: accountOf(by).address, ...input } });
  if (errors) throw new Error(`${action}: ${JSON.stringify(errors)}`);
  return data?.["prepared"] as PreparedJson;
}

/** Queries that take only what they are about share their input's type. */
function inputTypeOf(action: string): string {
  const name = action.slice("prepare".length);
  if (["EndRental"].includes(name)) return "OfRentalInput";
  if (["CheckIn", "RefundSlot"].includes(name)) return "OfSlotInput";
  if (["CancelListing"].includes(name)) return "OfTokenInput";
  if (["AnnounceExit", "CancelExit", "WithdrawGpu", "ReleaseGpu"].includes(name)) return "OfGpuInput";
  if (["InviteGpu", "JoinPool"].includes(name)) return "GpuToPoolInput";
  if (["AddMember"].includes(name)) return "OfMemberInput";
  return `${name}Input`;
}

async function send(
  { node }: Network,
  by: number,
  prepared: PreparedJson,
): Promise<{ gasUsed: bigint; paidWei: bigint }> {
  const { chainId, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas, refusal } = prepared;
  if (gas === null) throw new Error(`${prepared.action} would be refused: ${refusal?.message}`);
  const account = accountOf(by);
  const raw = await account.signTransaction({
    ...{ type: "eip1559", chainId, to, data, value: BigInt(value), gas: BigInt(gas) },
    maxFeePerGas: BigInt(maxFeePerGas),
    maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
    nonce: await node.getTransactionCount({ address: account.address, blockTag: "latest" }),
  });
  const hash = await node.sendRawTransaction({ serializedTransaction: raw });
  const { status, gasUsed, effectiveGasPrice } = await node.waitForTransactionReceipt({ hash });
  if (status !== "success") throw new Error(`${prepared.action} reverted`);
  return { gasUsed, paidWei: gasUsed * effectiveGasPrice };
}
