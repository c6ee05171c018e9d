import { join } from "node:path";
import { keccak256, parseEventLogs, toBytes, type Abi } from "viem";
import { silentLogger } from "#kernel/log.ts";
import { startChain, type Chain } from "../../chain.ts";
import { deployContracts } from "../../deployment.ts";
import { createFleetModel } from "../../fleet/index.ts";
import { freePorts } from "../../testing.ts";
import { bootstrapMarket } from "../bootstrap.ts";
import type { MarketPlan } from "../plan.ts";
import { accountOf, connect, type Network } from "../wallets.ts";
import { playHistory, type PlayedDay } from "./index.ts";

/** A past that was played on a chain of its own, which waits in it. */
export interface Played {
  chain: Chain;
  network: Network;
  days: PlayedDay[];
  /** seconds that the play took */
  seconds: number;
}

/** Plays a plan's whole past in this folder. */
export async function playIn(dir: string, plan: MarketPlan, seed: number, beginsAt: number): Promise<Played> {
  const [port = 0] = await freePorts(1);
  const chain = await startChain({ dir, host: "127.0.0.1", port, blockSeconds: 0, beginsAt });
  try {
    const deployer = accountOf(plan.deployer).address;
    const network = connect(chain.rpcUrl, await deployContracts(chain.rpcUrl, deployer, join(dir, "deployment.json")));
    const { gpus } = createFleetModel({ hosts: plan.hosts, seed });
    const startedAt = Date.now();
    await bootstrapMarket(network, plan, gpus, silentLogger, { isBeginning: true });
    const days: PlayedDay[] = [];
    await playHistory(network, plan, seed, silentLogger, { gpus, onDay: (day) => void days.push(day) });
    return { chain, network, days, seconds: (Date.now() - startedAt) / 1_000 };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

/** Every log of a chain. */
export const logsOf = ({ node }: Network) => node.getLogs({ fromBlock: 0n, toBlock: "latest" });

/** Every log of a chain, to the letter, and when it was told. */
export async function hashOfLogs(network: Network): Promise<string> {
  const lines = (await logsOf(network)).map(({ address, topics, data, blockNumber, blockTimestamp, logIndex }) =>
    [blockNumber, blockTimestamp, logIndex, address, ...topics, data].join(" "),
  );
  return keccak256(toBytes(lines.join("\n")));
}

/** The names of all events that the network's contracts have told. */
export async function eventNamesOf(network: Network): Promise<Set<string>> {
  const { market, slots, gpus, pools, operators, credits, exchange, rewards, feed } = network;
  const contracts = [market, slots, gpus, pools, operators, credits, exchange, rewards, feed];
  const abi = contracts.flatMap((contract): Abi => contract.abi);
  return new Set(parseEventLogs({ abi, logs: await logsOf(network) }).map(({ eventName }) => eventName));
}
