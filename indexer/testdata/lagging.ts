import type { LogFilter, RpcAnswer, RpcCall } from "./json-rpc.ts";
import { ask, type Lie } from "./lying-node.ts";

type Item = Record<string, unknown>;

/** Answers as a node would that hasn't seen the last `lag()` blocks of `target`; `isAsked` chooses its calls. */
export function lagging(target: string, lag: () => number, isAsked: () => boolean): Lie {
  const number = async (name: string): Promise<number> => {
    const { result } = await ask(target, { method: "eth_getBlockByNumber", params: [name, false] });
    return Number((result as Item)["number"]);
  };
  return async (call, truth) => {
    if (!isAsked()) return undefined;
    const head = Math.max(0, (await number("latest")) - lag());
    return asOf(target, head, call, truth);
  };
}

async function asOf(
  target: string,
  head: number,
  call: RpcCall,
  truth: () => Promise<RpcAnswer>,
): Promise<RpcAnswer | undefined> {
  const { method, params } = call;
  if (method === "eth_getBlockByNumber" && params[0] === "latest")
    return ask(target, { method, params: [`0x${head.toString(16)}`, false] });
  if (method !== "eth_getLogs") {
    const { result } = await truth();
    const item = result as Item | string | null;
    if (item === null || typeof item === "string") return undefined;
    return Number(item["blockNumber"] ?? item["number"]) > head ? { result: null } : undefined;
  }
  const { fromBlock, toBlock, blockHash } = params[0] as LogFilter;
  if (blockHash === undefined) {
    if (Number(toBlock) <= head) return undefined;
    if (Number(fromBlock) > head) return { result: [] };
    return ask(target, { method, params: [{ ...(params[0] as LogFilter), toBlock: `0x${head.toString(16)}` }] });
  }
  const { result } = await ask(target, { method: "eth_getBlockByHash", params: [blockHash, false] });
  const isKnown = result !== null && Number((result as Item)["number"]) <= head;
  return isKnown ? undefined : { error: { code: -32_000, message: "unknown block" } };
}
