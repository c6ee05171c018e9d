import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeFunctionData } from "viem";
import { guarded } from "#devnet/guard.ts";
import { startChild, type Child } from "#kernel/child.ts";
import { compileContract, CONTRACT, CONTRACT_SOURCE } from "./contract.ts";
import { Rpc } from "./rpc.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ANVIL = join(ROOT, "node_modules/.bin/anvil");
/** Where what takes long to make is kept between runs. */
export const CACHE = join(ROOT, ".cache/bench");
/** Anvil's first account. */
const SENDER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const GENESIS_TIME = 1_700_000_000;
/** 3,000 blocks take 22.5 days, so that 50 pools have about 1,150 days of their own. */
const BLOCK_SECONDS = 648;
/** Empty blocks at the end: more than stay reorganizable, so that every event is final for every peer. */
const FINAL_BLOCKS = 100;
const TRANSACTIONS = 5;
const EVENTS = 10;
/** Events in each block of the generated chain. */
export const EVENTS_PER_BLOCK = TRANSACTIONS * EVENTS;

/** A running chain. */
export interface BenchChain {
  readonly url: string;
  /** the last block with events; the first one is block 2, block 1 has the contract */
  readonly lastBlock: number;
  stop(): Promise<void>;
}

/** Starts the generated chain of so many blocks with events; makes it first, once per checkout. */
export async function startBenchChain(blocks: number): Promise<BenchChain> {
  const recipe = JSON.stringify([CONTRACT_SOURCE, GENESIS_TIME, BLOCK_SECONDS, FINAL_BLOCKS, TRANSACTIONS, EVENTS]);
  const hash = createHash("sha256").update(recipe).digest("hex").slice(0, 12);
  const state = join(CACHE, `chain-${blocks}-${hash}.json`);
  if (!existsSync(state)) await generate(blocks, state);
  const { child, url } = await startAnvil(["--no-mining", "--load-state", state]);
  return { url, lastBlock: blocks + 1, stop: () => child.stop() };
}

/** A chain that makes a block of 50 events each second, until it is stopped. */
export async function startLiveChain(): Promise<BenchChain> {
  const { child, url } = await startAnvil(["--timestamp", String(GENESIS_TIME), "--no-mining"]);
  const rpc = new Rpc(url);
  await rpc.call("eth_sendTransaction", { from: SENDER, data: compileContract().bytecode });
  await rpc.call("evm_mine");
  await rpc.call("evm_setIntervalMining", 1);
  let sent = 0;
  const timer = setInterval(() => void rpc.batch(calls(sent++)).catch(() => undefined), 1_000);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await child.stop();
  };
  return { url, lastBlock: 1, stop };
}

async function startAnvil(flags: readonly string[]): Promise<{ child: Child; url: string }> {
  let url = "";
  const always = ["--port", "0", "--accounts", "1", "--disable-block-gas-limit", "--order", "fifo", "--prune-history"];
  const [command, args] = guarded(ANVIL, [...always, ...flags]);
  const child = await startChild({
    name: "anvil",
    command,
    args,
    isReady: (line) => {
      url ||= /Listening on (\S+)/.exec(line)?.[1] ?? "";
      return url !== "";
    },
  });
  return { child, url: `http://${url.replace(/^http:../, "")}` };
}

/** The transactions of block `block` of those with events, counted from 0. */
function calls(block: number): { method: string; params: unknown[] }[] {
  return Array.from({ length: TRANSACTIONS }, (_, index) => {
    const first = BigInt((block * TRANSACTIONS + index) * EVENTS);
    const data = encodeFunctionData({ abi: ABI, functionName: "trade", args: [first, BigInt(EVENTS)] });
    // the first transaction deployed the contract
    const nonce = `0x${(1 + block * TRANSACTIONS + index).toString(16)}`;
    return { method: "eth_sendTransaction", params: [{ from: SENDER, to: CONTRACT, data, nonce, gas: "0xf4240" }] };
  });
}

const ABI = [
  {
    type: "function",
    name: "trade",
    stateMutability: "nonpayable",
    inputs: [
      { name: "first", type: "uint256" },
      { name: "count", type: "uint256" },
    ],
    outputs: [],
  },
] as const;

async function generate(blocks: number, state: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  process.stdout.write(`making a chain of ${blocks * EVENTS_PER_BLOCK} events, once\n`);
  const unfinished = `${state}.${process.pid}`;
  const flags = ["--timestamp", String(GENESIS_TIME), "--no-mining", "--dump-state", unfinished];
  const { child, url } = await startAnvil(flags);
  try {
    const rpc = new Rpc(url);
    await rpc.call("anvil_setBlockTimestampInterval", BLOCK_SECONDS);
    await rpc.call("eth_sendTransaction", { from: SENDER, data: compileContract().bytecode });
    await rpc.call("evm_mine");
    for (let block = 0; block < blocks; block++) {
      await rpc.batch(calls(block));
      await rpc.call("evm_mine");
    }
    await rpc.call("anvil_mine", FINAL_BLOCKS);
  } finally {
    await child.stop(60_000); // it writes its state first
  }
  renameSync(unfinished, state);
}
