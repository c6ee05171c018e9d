import type { LogFilter, RpcAnswer, RpcCall } from "./json-rpc.ts";
import type { Lie } from "./lying-node.ts";

type Item = Record<string, unknown>;

/** Changes what a method answers. */
function changing(method: string, change: (result: unknown, call: RpcCall) => unknown): Lie {
  return async (call, truth) => {
    if (call.method !== method) return undefined;
    const { result } = await truth();
    const changed = change(result, call);
    return changed === result ? undefined : { result: changed };
  };
}

/** Changes the logs that are answered, where there are any. */
function changingLogs(change: (logs: Item[], filter: LogFilter) => unknown): Lie {
  return changing("eth_getLogs", (result, { params }) =>
    (result as Item[]).length === 0 ? result : change(result as Item[], params[0] as LogFilter),
  );
}

const otherHash = `0x${"99".repeat(32)}`;
const without = (item: Item, field: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => name !== field));
const isNumbered = ({ params }: RpcCall): boolean => /^0x/.test(String(params[0]));

/** Answers that no node should give, by what they are. */
export const LIES: Readonly<Record<string, Lie>> = {
  "null for the latest block": changing("eth_getBlockByNumber", (result, call) => (isNumbered(call) ? result : null)),
  "null for a block by number": changing("eth_getBlockByNumber", (result, call) => (isNumbered(call) ? null : result)),
  "null for a block by hash": changing("eth_getBlockByHash", () => null),
  "null for logs": changing("eth_getLogs", () => null),
  "null for a transaction": changing("eth_getTransactionByHash", () => null),
  "null for a receipt": changing("eth_getTransactionReceipt", () => null),
  "a receipt of another block": changing("eth_getTransactionReceipt", (result) => ({
    ...(result as Item),
    blockHash: otherHash,
  })),
  "a receipt without logs": changing("eth_getTransactionReceipt", (result) => without(result as Item, "logs")),
  "another block than the one asked for": async (call, truth) => {
    const { result } = await truth();
    if (call.method !== "eth_getBlockByNumber" || !isNumbered(call)) return undefined;
    return { result: { ...(result as Item), number: "0x1234" } };
  },
  "a block without its hash": changing("eth_getBlockByNumber", (result) => without(result as Item, "hash")),
  "a block without its bloom": changing("eth_getBlockByNumber", (result) => without(result as Item, "logsBloom")),
  "no logs against the bloom": changingLogs(() => []),
  "no logs to a filter, though it has them": changingLogs((logs, { topics }) => (topics ? [] : logs)),
  "logs of another block": changingLogs((logs) => logs.map((log) => ({ ...log, blockHash: otherHash }))),
  "logs of a height beyond the range": changingLogs((logs) => logs.map((log) => ({ ...log, blockNumber: "0x9999" }))),
  "a log without topics": changingLogs((logs) => logs.map((log) => without(log, "topics"))),
  "a log without data": changingLogs((logs) => logs.map((log) => without(log, "data"))),
  "a log without its index": changingLogs((logs) => logs.map((log) => without(log, "logIndex"))),
  "null among logs": changingLogs((logs) => [...logs, null]),
  "removed logs": changingLogs((logs) => logs.map((log) => ({ ...log, removed: true }))),
  "each log twice": changingLogs((logs) => [...logs, ...logs]),
  "logs in the wrong order": changingLogs((logs) => (logs.length < 2 ? logs : [...logs].reverse())),
  "a range of logs without those of its last block": changingLogs((logs, { toBlock }) => {
    const rest = logs.filter(({ blockNumber }) => blockNumber !== toBlock);
    return rest.length === logs.length ? logs : rest;
  }),
};

/** Answers that break on the way, by what becomes of them. */
export const BREAKS: Readonly<Record<string, Lie>> = {
  "a body cut off in the middle": (_, __, response) => {
    response.setHeader("content-type", "application/json").end('{"jsonrpc":"2.0","id":1,"result":{"number":"0x');
    return "done";
  },
  "a connection cut in the body": (_, __, response) => {
    response.writeHead(200, { "content-length": "1000" }).write('{"jsonrpc":');
    setTimeout(() => response.destroy(), 10);
    return "done";
  },
  "a page in place of JSON": (_, __, response) => {
    response.end("<html>welcome</html>");
    return "done";
  },
  "null in place of an answer": (_, __, response) => {
    response.end("null");
    return "done";
  },
  "an answer with neither result nor error": () => ({}),
  "an error without a message": () => ({ error: {} as RpcAnswer["error"] & object }),
  "status 500": (_, __, response) => {
    response.writeHead(500).end();
    return "done";
  },
  "status 429": (_, __, response) => {
    response.writeHead(429).end();
    return "done";
  },
  "status 429 with a time to wait": (_, __, response) => {
    response.writeHead(429, { "retry-after": "1" }).end();
    return "done";
  },
  "status 200 with an error that says to wait": () => ({ error: { code: -32_005, message: "rate limit exceeded" } }),
};

/** More logs than this in one answer are refused by `tooMany`. */
const MAX_LOGS = 3;

/** Limits that a node holds to, always, by what it says. */
export const LIMITS: Readonly<Record<string, Lie>> = {
  "query returned more than 10000 results": async (call, truth) => {
    if (call.method !== "eth_getLogs" || (call.params[0] as LogFilter).fromBlock === undefined) return undefined;
    const { fromBlock, toBlock } = call.params[0] as LogFilter;
    const isWide = fromBlock !== toBlock && ((await truth()).result as Item[]).length > MAX_LOGS;
    return isWide ? { error: { code: -32_005, message: "query returned more than 10000 results" } } : undefined;
  },
  "block range is too wide": (call) => {
    const { fromBlock, toBlock } = (call.params[0] ?? {}) as LogFilter;
    if (call.method !== "eth_getLogs" || fromBlock === undefined || Number(toBlock) - Number(fromBlock) < 2)
      return undefined;
    return { error: { code: -32_602, message: "block range is too wide" } };
  },
  "status 413 to more than two calls": (_, __, response, calls) => {
    if (calls <= 2) return undefined;
    response.writeHead(413).end("<html>too large</html>");
    return "done";
  },
  "batches are not supported": (_, __, response, calls) => {
    if (calls === 1) return undefined;
    response.setHeader("content-type", "application/json");
    response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch requests are not supported"}}');
    return "done";
  },
};
