import {
  BaseError as ViemError,
  createPublicClient,
  http,
  HttpRequestError,
  TimeoutError,
  type Hex,
  type PublicClient,
} from "viem";
import { BaseError } from "#kernel/errors.ts";

/** The newest block, as far as preparing goes. */
export interface Head {
  number: bigint;
  hash: Hex;
  /** seconds since 1970 */
  timestamp: bigint;
  /** wei per unit of gas */
  baseFee: bigint;
}

/** How long one answer of the node may take. */
const ANSWER_MS = 5_000;
/** Where a node doesn't say what a miner wants for itself. */
const DEFAULT_TIP = 1_000_000_000n;

/** A node that is asked while somebody waits: nothing is tried twice, and nothing waited for longer than 5 s. */
export class ChainNode {
  readonly client: PublicClient;
  readonly #chainId: number;
  readonly #timeoutMs: number;

  constructor(rpcUrl: string, chainId: number, timeoutMs = ANSWER_MS) {
    this.#chainId = chainId;
    this.#timeoutMs = timeoutMs;
    const transport = http(rpcUrl, { batch: { batchSize: 100 }, timeout: timeoutMs, retryCount: 0 });
    this.client = createPublicClient({ transport, cacheTime: 0 });
  }

  /**
   * Asks the node; everything that is asked in `ask` together takes at most the time that one answer may.
   *
   * @throws BaseError `RPC_UNREACHABLE`, `RPC_TOO_SLOW`, `RPC_FAILED`, all retryable
   */
  async within<T>(ask: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow(this.#timeoutMs)), this.#timeoutMs);
    });
    try {
      return await Promise.race([ask(), late]);
    } catch (error) {
      throw toFault(error, this.#timeoutMs);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * The newest block.
   *
   * @throws BaseError `WRONG_CHAIN` if the node is of another chain than the deployment
   */
  async head(): Promise<Head> {
    const [chainId, block] = await Promise.all([
      this.client.getChainId(),
      this.client.getBlock({ blockTag: "latest", includeTransactions: false }),
    ]);
    if (chainId !== this.#chainId) {
      throw new BaseError("WRONG_CHAIN", `the API's node is of chain ${chainId}, its contracts of ${this.#chainId}`, {
        hints: ["whoever runs this API: point RPC_URL at the chain of DEPLOYMENT"],
      });
    }
    const { number, hash, timestamp, baseFeePerGas } = block;
    return { number, hash, timestamp, baseFee: baseFeePerGas ?? 0n };
  }

  /** Wei per unit of gas that miners want for themselves. */
  async tip(): Promise<bigint> {
    return this.client.estimateMaxPriorityFeePerGas({ chain: null }).catch((error: unknown) => {
      if (isAway(error)) throw error;
      return DEFAULT_TIP;
    });
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof ViemError)) return false;
  return error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null;
}

function tooSlow(timeoutMs: number, cause?: unknown): BaseError {
  return new BaseError("RPC_TOO_SLOW", `the chain's node did not answer within ${timeoutMs / 1_000} s`, {
    isRetryable: true,
    cause,
    hints: ["try again in a moment"],
  });
}

/** Faults of the node as errors of ours; its address stays in the log. */
function toFault(error: unknown, timeoutMs: number): unknown {
  if (!(error instanceof ViemError)) return error;
  if (error.walk((cause) => cause instanceof TimeoutError) !== null) return tooSlow(timeoutMs, error);
  const [code, message] = isAway(error)
    ? ["RPC_UNREACHABLE", "the chain's node can't be reached"]
    : ["RPC_FAILED", "the chain's node can't answer this"];
  return new BaseError(code, message, { isRetryable: true, cause: error, hints: ["try again in a moment"] });
}
