import { BaseError } from "#kernel/errors.ts";
import { RpcError, type Call, type RpcClient } from "./rpc.ts";
import type { BlockRef } from "./types.ts";

/** A call of a contract: address and data as hex with `0x`. */
export interface CallRequest {
  readonly address: string;
  readonly data: string;
}

/** Geth's default limit for `eth_call`; graph-node's too, so that running out of it is deterministic. */
const CALL_GAS = "0x2faf080";
/** Chains whose nodes refuse a call with gas: Arbitrum's Goerli testnets, as in graph-node. */
const CHAINS_WITHOUT_GAS = new Set(["421613", "421614"]);

/**
 * Parts of the messages with which nodes tell that a call reverted, halted or ran out of gas, in lower case: graph-node's
 * list, and revm's name of running out of gas, which Anvil shows as it is.
 */
const REVERTS = [
  "revert",
  "invalid jump destination",
  "invalid opcode",
  "stack limit reached 1024",
  "out of gas",
  "stack underflow",
  "vm execution error",
  "invalidjump",
  "notactivated",
  "invalidfeopcode",
  "stackunderflow",
  "stackoverflow",
  "opcodenotfound",
  "outofgas",
];

/** Parity's and Nethermind's code for a halted call, and how their `data` then begins. */
const PARITY_HALTED = -32_015;
const PARITY_REVERT = /^(?:revert|Bad jump|Out of stack|Bad instruction f[de]$|Out of gas$)|^revert/i;

/** Reads the chain's state at single blocks, by their hash. */
export class StateReader {
  private readonly client: RpcClient;
  private readonly hasGas: boolean;

  constructor(client: RpcClient, chainId: string) {
    this.client = client;
    this.hasGas = !CHAINS_WITHOUT_GAS.has(chainId);
  }

  /**
   * Makes calls at a block; null for those that revert.
   *
   * @throws BaseError `STATE_UNKNOWN`, retryable, for any other answer: the node may lag, or the block has left the chain
   */
  async calls(block: BlockRef, requests: readonly CallRequest[]): Promise<(string | null)[]> {
    const answers = await this.client.settle<string>(
      requests.map(({ address, data }) => ({
        method: "eth_call",
        params: [{ to: address, data, ...(this.hasGas && { gas: CALL_GAS }) }, at(block)],
      })),
    );
    return answers.map((answer) => {
      if (!(answer instanceof RpcError)) return checkHex(answer, block);
      if (isRevert(answer)) return null;
      throw stateUnknown(block, answer);
    });
  }

  /** An account's balance at a block. Throws as `calls` does. */
  async balance(block: BlockRef, address: string): Promise<bigint> {
    return BigInt(await this.one(block, { method: "eth_getBalance", params: [address, at(block)] }));
  }

  /** Whether an account has code at a block. Throws as `calls` does. */
  async hasCode(block: BlockRef, address: string): Promise<boolean> {
    return (await this.one(block, { method: "eth_getCode", params: [address, at(block)] })).length > 2;
  }

  private async one(block: BlockRef, call: Call): Promise<string> {
    const [answer] = await this.client.settle<string>([call]);
    if (answer instanceof RpcError) throw stateUnknown(block, answer);
    return checkHex(answer, block);
  }
}

/** The block by its hash (EIP-1898), so that no other block of its number can answer. */
function at({ hash }: BlockRef): { blockHash: string } {
  return { blockHash: hash };
}

function isRevert({ message, rpcCode, data }: RpcError): boolean {
  const text = message.toLowerCase();
  if (REVERTS.some((part) => text.includes(part))) return true;
  return rpcCode === PARITY_HALTED && typeof data === "string" && PARITY_REVERT.test(data);
}

function checkHex(answer: unknown, block: BlockRef): string {
  if (typeof answer === "string" && answer.startsWith("0x")) return answer;
  throw stateUnknown(block, new Error(`${JSON.stringify(answer)} is no hex`));
}

function stateUnknown({ number }: BlockRef, cause: Error): BaseError {
  return new BaseError("STATE_UNKNOWN", `the node doesn't tell the state of block ${number}: ${cause.message}`, {
    isRetryable: true,
    cause,
    hints: ["if this lasts, the node has dropped that block's state: use an archive node"],
  });
}
