import { BaseError, isRetryable, messageOf } from "#kernel/errors.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import { BatchSize, retryAfterMs } from "./batch-size.ts";
import { postJson, type HttpAnswer } from "./http.ts";

/** One JSON-RPC call. */
export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** An error that the node answered with. */
export class RpcError extends BaseError {
  readonly rpcCode: number;
  readonly data: unknown;

  constructor(call: Call, rpcCode: number, message: string, data?: unknown) {
    super("RPC_ERROR", `${call.method} failed: ${message}`, { isRetryable: true });
    this.rpcCode = rpcCode;
    this.data = data;
  }
}

/** The node took too long, or would have to say too much: asking for less may help. */
export class TooMuchError extends BaseError {}

/** The node refused several calls as a whole, not one of them. */
class BatchRefused extends RpcError {}

/** The node is busy until then. */
class BusyError extends BaseError {
  readonly waitMs: number;

  constructor(url: string, waitMs: number) {
    super("RPC_REFUSED", `${redacted(url)} answered with status 429`, {
      isRetryable: true,
      hints: ["check RPC_URL (--rpc) and the provider's key and limits"],
    });
    this.waitMs = waitMs;
  }
}

/** How to reach a node. */
export interface RpcOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** called with each failed try, and with `undefined` once a call succeeds */
  readonly onTrouble?: (error: Error | undefined) => void;
  readonly onCall?: (method: string, count: number) => void;
  /** told of each request, by its first call's method */
  readonly onRequest?: (method: string, seconds: number, isError: boolean) => void;
  /** tries before a call fails; without end by default */
  readonly tries?: number;
  /** how long one request may take; a minute by default */
  readonly timeoutMs?: number;
}

/** How calls may fail. */
export interface BatchOptions {
  /** the caller can ask for less: what is too much is thrown at once rather than asked again unchanged */
  readonly isDivisible?: boolean;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

const TIMEOUT_MS = 60_000;
/** Statuses below 500 that speak of key or load, whatever their body says; others may hold the node's own error. */
const NOT_THE_CALLS_FAULT = new Set([401, 403, 408, 429]);
/** Statuses of gateways that gave up waiting for the node. */
const GATEWAY_TIMEOUTS = new Set([408, 504]);
/** Errors that say "not now" rather than "no"; providers have no common code for them. */
const BUSY = /rate.?limit|too many requests|compute units|try again later/i;

/** A JSON-RPC client over HTTP: batches, and tries again with growing pauses while the node can't be reached. */
export class RpcClient {
  private readonly options: RpcOptions;
  private nextId = 1;
  private readonly batchSize = new BatchSize();

  constructor(options: RpcOptions) {
    this.options = options;
  }

  /** One call. */
  async call<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    const [result] = await this.batch<T>([{ method, params }]);
    return result as T;
  }

  /**
   * Several calls in as few requests as possible; results in their order.
   *
   * @throws RpcError when the node answers one with an error
   * @throws TooMuchError when they are divisible and too much
   */
  async batch<T>(calls: readonly Call[], { isDivisible = false }: BatchOptions = {}): Promise<T[]> {
    return (await this.inBatches(calls, isDivisible, false)) as T[];
  }

  /** As `batch`, but the error that the node answers a call with stands in its result's place, unless it is busy. */
  async settle<T>(calls: readonly Call[]): Promise<(T | RpcError)[]> {
    return (await this.inBatches(calls, false, true)) as (T | RpcError)[];
  }

  private async inBatches(calls: readonly Call[], isDivisible: boolean, isSettling: boolean): Promise<unknown[]> {
    const results: unknown[] = [];
    while (results.length < calls.length) {
      const part = calls.slice(results.length, results.length + this.batchSize.limit);
      try {
        results.push(...(await this.withRetries(part, isDivisible, isSettling)));
        this.batchSize.note(part.length);
      } catch (error) {
        if (!(error instanceof BatchRefused)) throw error;
        this.batchSize.refuse(part.length);
      }
    }
    return results;
  }

  private async withRetries(calls: readonly Call[], isDivisible: boolean, isSettling: boolean): Promise<unknown[]> {
    const { signal, onTrouble, tries = Infinity } = this.options;
    for (let attempt = 0; ; attempt++) {
      try {
        const results = await this.timed(calls);
        const failed = results.find(
          (result) => result instanceof RpcError && (!isSettling || BUSY.test(result.message)),
        );
        if (failed) throw failed as RpcError;
        onTrouble?.(undefined);
        return results;
      } catch (error) {
        signal.throwIfAborted();
        const isBusy = error instanceof RpcError && BUSY.test(error.message);
        if (error instanceof RpcError && !isBusy) throw error;
        if (error instanceof TooMuchError && (isDivisible || calls.length > 1))
          throw asRefusal(error, calls, isDivisible);
        onTrouble?.(error as Error);
        if (!isRetryable(error) || attempt + 1 >= tries) throw error;
        await sleep(Math.max(backoffMs(attempt), error instanceof BusyError ? error.waitMs : 0), signal);
      }
    }
  }

  /** Results, or the errors that stand for them. */
  private async timed(calls: readonly Call[]): Promise<unknown[]> {
    const startedAt = performance.now();
    let isError = true;
    try {
      const results = await this.request(calls);
      isError = false;
      return results;
    } finally {
      this.options.onRequest?.(calls[0]?.method ?? "", (performance.now() - startedAt) / 1_000, isError);
    }
  }

  private async request(calls: readonly Call[]): Promise<unknown[]> {
    const first = this.nextId;
    this.nextId += calls.length;
    for (const { method } of calls) this.options.onCall?.(method, 1);
    const body = calls.map((call, index) => ({ jsonrpc: "2.0", id: first + index, ...call }));
    const text = await this.post(JSON.stringify(body.length === 1 ? body[0] : body));
    const parsed = parseAnswers(text);
    const byId = new Map(parsed.map((answer) => [answer.id, answer]));
    return calls.map((call, index) => {
      // a node that refuses a whole batch answers with one error and no id
      const whole = parsed.length === 1 ? parsed[0] : undefined;
      const answer = byId.get(first + index) ?? whole;
      if (answer?.error) {
        const { code, message, data } = answer.error;
        if (calls.length > 1 && answer === whole) throw new BatchRefused(call, code, message);
        return new RpcError(call, code, message, data);
      }
      if (!answer || answer.id !== first + index || answer.result === undefined) {
        throw new BaseError("RPC_BAD_ANSWER", `the node left ${call.method} unanswered`, { isRetryable: true });
      }
      return answer.result;
    });
  }

  private async post(body: string): Promise<string> {
    const { url, signal, timeoutMs = TIMEOUT_MS } = this.options;
    // not AbortSignal.any, which leaves something on the signal with each request as long as that lives
    const controller = new AbortController();
    const stop = (): void => controller.abort(signal.reason);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, timeoutMs);
    let answer: HttpAnswer;
    try {
      signal.throwIfAborted();
      signal.addEventListener("abort", stop);
      answer = await postJson(new URL(url), body, controller.signal);
    } catch (error) {
      if (isLate) throw tooSlow(url, `did not answer within ${timeoutMs / 1_000} s`);
      const cause = (error as Error).cause ?? error;
      throw new BaseError("RPC_UNREACHABLE", `no answer from ${redacted(url)}: ${messageOf(cause)}`, {
        cause: error,
        isRetryable: true,
        hints: ["start the node, or correct RPC_URL (--rpc)"],
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
    const { status, text, retryAfter } = answer;
    const isFine = status >= 200 && status < 300;
    if (isFine || (isCallsFault(status) && isErrorAnswer(text))) return text;
    if (status === 429) throw new BusyError(url, retryAfterMs(retryAfter, Date.now()));
    throw refused(url, status);
  }
}

/** Too much for one request: ask for less of each call, or for fewer calls. */
function asRefusal(error: TooMuchError, calls: readonly Call[], isDivisible: boolean): Error {
  if (isDivisible) return error;
  return new BatchRefused(calls[0] as Call, 0, error.message);
}

function tooSlow(url: string, what: string): TooMuchError {
  return new TooMuchError("RPC_TIMEOUT", `${redacted(url)} ${what}`, {
    isRetryable: true,
    hints: ["the node behind RPC_URL (--rpc) is overloaded, or slow for ranges of blocks"],
  });
}

function refused(url: string, status: number): BaseError {
  const what = `answered with status ${status}`;
  if (GATEWAY_TIMEOUTS.has(status)) return tooSlow(url, what);
  const details = {
    isRetryable: status >= 500,
    hints: ["check RPC_URL (--rpc) and the provider's key and limits"],
  };
  const kind = status === 413 ? TooMuchError : BaseError;
  return new kind("RPC_REFUSED", `${redacted(url)} ${what}`, details);
}

function isCallsFault(status: number): boolean {
  return status < 500 && !NOT_THE_CALLS_FAULT.has(status);
}

/** Whether a body is a JSON-RPC answer with an error: some nodes send it with a status of its own. */
function isErrorAnswer(text: string): boolean {
  try {
    const answers = parseAnswers(text);
    return answers.some((answer) => typeof answer.error?.message === "string");
  } catch {
    return false;
  }
}

function parseAnswers(text: string): Answer[] {
  try {
    const content = JSON.parse(text) as Answer | Answer[];
    const answers = Array.isArray(content) ? content : [content];
    if (answers.every((answer) => typeof answer === "object" && (answer as unknown) !== null)) return answers;
    throw new Error("a list of answers was expected");
  } catch (error) {
    throw new BaseError("RPC_BAD_ANSWER", "the node's answer is no JSON-RPC", { cause: error, isRetryable: true });
  }
}

/** Providers' keys stand in paths and queries. */
function redacted(url: string): string {
  return new URL(url).origin;
}
