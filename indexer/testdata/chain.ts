import { fileURLToPath } from "node:url";
import {
  createPublicClient,
  encodeFunctionData,
  http,
  toHex,
  type Hex,
  type PublicClient,
  type TestClient,
} from "viem";
import { createTestClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { guarded } from "#devnet/guard.ts";
import { startChild } from "#kernel/child.ts";
import { compileContracts } from "./contracts.ts";

const ANVIL = fileURLToPath(new URL("../../node_modules/.bin/anvil", import.meta.url));
/** 2023-11-14 22:13:20 UTC, the time of block 0. */
export const GENESIS_TIME = 1_700_000_000;
/** The first contract of anvil's first account. */
export const CONTRACT = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
/** Anvil's first account. */
export const SENDER = mnemonicToAccount("test test test test test test test test test test test junk");

/** What a transaction may use and pay. */
const TERMS = {
  type: "0x2",
  gas: toHex(100_000_000n),
  maxFeePerGas: toHex(10n ** 10n),
  maxPriorityFeePerGas: toHex(10n ** 9n),
};

/** A local chain whose blocks are mined on demand, with a test's contract deployed in block 1. */
export interface TestChain {
  readonly url: string;
  readonly public: PublicClient;
  readonly test: TestClient;
  /** sends calls of the contract, without mining */
  send(functionName: string, args: readonly unknown[], value?: bigint): Promise<Hex>;
  /** sends a transaction, without mining; without `to` it makes a contract */
  submit(request: { to?: Hex; data: Hex; value?: bigint }): Promise<Hex>;
  /** mines one block, `seconds` after the last, with what was sent */
  mine(seconds?: number): Promise<number>;
  /** mines `count` empty blocks */
  mineEmpty(count: number): Promise<void>;
  /** forgets the sender's next nonce, after the chain was set back */
  forgetNonce(): void;
  stop(): Promise<void>;
}

/** Starts a chain on a free port. */
export async function startChain(
  chainId = 31_337,
  genesisTime = GENESIS_TIME,
  contractName = "Emitter",
): Promise<TestChain> {
  let url = "";
  const flags = ["--port", "0", "--chain-id", String(chainId), "--timestamp", String(genesisTime), "--no-mining"];
  const [command, args] = guarded(ANVIL, [...flags, "--disable-block-gas-limit", "--order", "fifo"]);
  const child = await startChild({
    name: "anvil",
    command,
    args,
    isReady: (line) => {
      const match = /Listening on (\S+)/.exec(line);
      if (match) url = `http://${match[1] ?? ""}`;
      return match !== null;
    },
  });
  const transport = http(url);
  const chain = { ...foundry, id: chainId };
  const publicClient: PublicClient = createPublicClient({ chain, transport, cacheTime: 0 });
  const test = createTestClient({ chain, transport, mode: "anvil" });
  const contract = compileContracts().get(contractName);
  if (!contract) throw new Error(`the contract ${contractName} is missing`);
  let nonce: number | undefined;
  const submit: TestChain["submit"] = async (request) => {
    nonce ??= await publicClient.getTransactionCount({ address: SENDER.address });
    // anvil signs for its own accounts, with the same key, at a fraction of JavaScript's time
    const { value = 0n, ...rest } = request;
    const transaction = { ...rest, ...TERMS, from: SENDER.address, value: toHex(value), nonce: toHex(nonce++) };
    return publicClient.request({ method: "eth_sendTransaction" as never, params: [transaction] as never });
  };
  const mine = async (seconds = 12): Promise<number> => mineAfter(publicClient, seconds);
  await submit({ data: contract.bytecode });
  await mine();
  return {
    url,
    public: publicClient,
    test,
    submit,
    send: (functionName, callArgs, value = 0n) =>
      submit({
        to: CONTRACT,
        data: encodeFunctionData({ abi: contract.abi, functionName, args: callArgs }),
        value,
      }),
    mine,
    mineEmpty: async (count) => test.mine({ blocks: count }),
    forgetNonce: () => {
      nonce = undefined;
    },
    stop: () => child.stop(),
  };
}

async function mineAfter(publicClient: PublicClient, seconds: number): Promise<number> {
  const { timestamp, number } = await publicClient.getBlock();
  const block = { timestamp: Number(timestamp) + seconds, blocks: 1 };
  await publicClient.request({ method: "evm_mine" as never, params: [block] as never });
  return Number(number) + 1;
}
