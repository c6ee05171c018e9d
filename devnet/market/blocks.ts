import { Agent, request } from "node:http";
import type { Address } from "../deployment.ts";
import { rpcCall } from "../rpc.ts";
import type { AccountIndex } from "./plan.ts";
import { accountOf } from "./wallets.ts";

/** A transaction to send. */
export interface Call {
  by: AccountIndex;
  to: Address;
  data: `0x${string}`;
  /** what it is, for whoever reads of its failure */
  what: string;
}

/** A log as the node gives it. */
export interface RawLog {
  address: `0x${string}`;
  topics: `0x${string}`[];
  data: `0x${string}`;
}

/** What a transaction did. */
export interface Receipt {
  transactionHash: `0x${string}`;
  status: `0x${string}`;
  logs: RawLog[];
}

interface Answer {
  id: number;
  result?: unknown;
  error?: { message: string };
}

/** More than any transaction here needs. */
const GAS = `0x${(12_000_000).toString(16)}`;
const FEES = { maxFeePerGas: "0x2540be400", maxPriorityFeePerGas: "0x3b9aca00" };
/** Transactions of one request: of more than a hundred or so anvil takes the later ones in another order. */
const AT_ONCE = 30;

/**
 * Makes blocks of many transactions on an anvil that mines none of its own meanwhile. Its blocks are dear (it hashes the
 * whole state for each: 3 to 10 ms) and so are signatures (0.3 ms): a transaction among others, of an account that anvil
 * takes at its word, costs a quarter of a millisecond.
 */
export class BlockMaker {
  readonly #rpcUrl: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #nonces = new Map<AccountIndex, number>();
  #id = 0;

  private constructor(rpcUrl: string) {
    this.#rpcUrl = rpcUrl;
  }

  /** Lets blocks come from `use` only, while it runs. */
  static async whileMining<T>(rpcUrl: string, use: (maker: BlockMaker) => Promise<T>): Promise<T> {
    const maker = new BlockMaker(rpcUrl);
    await rpcCall(rpcUrl, "evm_setAutomine", [false]);
    await rpcCall(rpcUrl, "anvil_autoImpersonateAccount", [true]);
    try {
      return await use(maker);
    } finally {
      maker.#agent.destroy();
      await rpcCall(rpcUrl, "anvil_autoImpersonateAccount", [false]);
      await rpcCall(rpcUrl, "evm_setAutomine", [true]);
    }
  }

  /**
   * Makes one block of these transactions, in this order.
   *
   * @param timestamp seconds since 1970; anvil's own when left out
   * @returns their receipts
   * @throws Error if one reverts
   */
  async mine(calls: readonly Call[], timestamp?: number): Promise<Receipt[]> {
    await this.#findNonces(calls);
    const hashes: unknown[] = [];
    for (let from = 0; from < calls.length; from += AT_ONCE) {
      const sends = calls.slice(from, from + AT_ONCE).map((call) => this.#send(call));
      hashes.push(...(await this.#ask(sends)));
    }
    await this.#ask([this.#method("evm_mine", timestamp === undefined ? [] : [{ timestamp, blocks: 1 }])]);
    const receipts = await this.#receipts(hashes as `0x${string}`[]);
    for (const [place, { by, what }] of calls.entries()) {
      const hash = String(hashes[place]);
      const receipt = receipts[place];
      if (receipt?.transactionHash !== hash) throw new Error(`BUG: ${what} of account ${by} was not mined: ${hash}`);
      if (receipt.status !== "0x1") throw new Error(`BUG: ${what} of account ${by} reverted: ${await this.#why(hash)}`);
    }
    return receipts;
  }

  /** Of the latest block as a rule; one by one where somebody else has made a block in between. */
  async #receipts(hashes: readonly `0x${string}`[]): Promise<Receipt[]> {
    const [receipts] = (await this.#ask([this.#method("eth_getBlockReceipts", ["latest"])])) as [Receipt[]];
    if (receipts.length === hashes.length) return receipts;
    return (await this.#ask(hashes.map((hash) => this.#method("eth_getTransactionReceipt", [hash])))) as Receipt[];
  }

  /** What a reverted transaction gave back: a selector of the contracts' errors and its arguments. */
  async #why(hash: string): Promise<string> {
    const [transaction] = (await this.#ask([this.#method("eth_getTransactionByHash", [hash])])) as [
      Record<string, string>,
    ];
    const { from, to, input, blockNumber } = transaction;
    const before = `0x${(Number(blockNumber) - 1).toString(16)}`;
    const question = this.#method("eth_call", [{ from, to, data: input }, before]);
    const [answer] = JSON.parse(await this.#post(JSON.stringify([question]))) as Answer[];
    return `${hash}: ${JSON.stringify(answer?.error ?? "it would not have in the block before")}`;
  }

  #send({ by, to, data }: Call): object {
    const nonce = this.#nonces.get(by) ?? 0;
    this.#nonces.set(by, nonce + 1);
    const { address } = accountOf(by);
    return this.#method("eth_sendTransaction", [
      { from: address, to, data, nonce: `0x${nonce.toString(16)}`, gas: GAS, ...FEES },
    ]);
  }

  async #findNonces(calls: readonly Call[]): Promise<void> {
    const unknown = [...new Set(calls.map(({ by }) => by))].filter((by) => !this.#nonces.has(by));
    if (unknown.length === 0) return;
    const asked = unknown.map((by) => this.#method("eth_getTransactionCount", [accountOf(by).address, "latest"]));
    const counts = await this.#ask(asked);
    for (const [place, by] of unknown.entries()) this.#nonces.set(by, Number(counts[place]));
  }

  #method(method: string, params: readonly unknown[]): object {
    return { jsonrpc: "2.0", id: ++this.#id, method, params };
  }

  /** Asks all at once; the results stand in the order of the questions. */
  async #ask(questions: readonly object[]): Promise<unknown[]> {
    if (questions.length === 0) return [];
    const answers = JSON.parse(await this.#post(JSON.stringify(questions))) as Answer[];
    return answers.map(({ result, error }) => {
      if (error) throw new Error(`the local chain refused: ${error.message}`);
      return result;
    });
  }

  /** `fetch` costs three times as much. */
  #post(body: string): Promise<string> {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const sent = request(this.#rpcUrl, { method: "POST", agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
      });
      sent.setTimeout(60_000, () => sent.destroy(new Error("the local chain did not answer for a minute")));
      sent.on("error", reject);
      sent.end(body);
    });
  }
}
