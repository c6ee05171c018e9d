import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../../source/types.ts";
import { readBody, type LogFilter, type RpcAnswer, type RpcCall } from "../json-rpc.ts";
import { SENDER, transactionHash, type SimulatedBlock, type SimulatedChain } from "./chain.ts";

/** How a simulated node behaves for now: chances are per request. */
export interface Mood {
  /** of an answer that breaks, or none */
  breaks: number;
  /** of one call answered with null, or no logs, or an error */
  lies: number;
  /** of a request to a node that knows another head */
  strays: number;
}

/** The heads that other nodes behind the same address know. */
export type Strays = () => readonly SimulatedBlock[];

/** Serves a simulated chain by JSON-RPC over HTTP. */
export async function startSimulatedNode(
  chain: SimulatedChain,
  mood: Mood,
  strays: Strays,
  random: () => number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(await readBody(request)) as RpcCall | RpcCall[];
      if (random() < mood.breaks) return breakOff(response, random());
      const others = strays();
      const stray = random() < mood.strays ? others[Math.floor(random() * others.length)] : undefined;
      const answer = (call: RpcCall): object => ({
        jsonrpc: "2.0",
        id: call.id,
        ...(random() < mood.lies ? lie(call, random()) : answerOf(chain, stray ?? chain.head, call)),
      });
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(Array.isArray(body) ? body.map(answer) : answer(body)));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function breakOff(response: ServerResponse, how: number): void {
  if (how < 0.3) response.destroy();
  else if (how < 0.5) response.writeHead(503).end("no");
  else if (how < 0.7) response.writeHead(429).end();
  else response.end('{"jsonrpc":"2.0","id":1,"result":');
}

function lie({ method, params }: RpcCall, how: number): RpcAnswer {
  if (how < 0.4) return { result: null };
  // what a range lacks shows only at its ends
  const isOfOneBlock = method === "eth_getLogs" && (params[0] as LogFilter).blockHash !== undefined;
  if (how < 0.7 && isOfOneBlock) return { result: [] };
  return { error: { code: -32_000, message: "header not found" } };
}

function answerOf(chain: SimulatedChain, head: SimulatedBlock, { method, params }: RpcCall): RpcAnswer {
  const [first] = params;
  switch (method) {
    case "eth_chainId":
      return { result: "0x539" };
    case "eth_getBlockByNumber":
      return { result: named(chain, head, first as string)?.header ?? null };
    case "eth_getBlockByHash":
      return { result: chain.blocks.get(first as string)?.header ?? null };
    case "eth_getTransactionByHash":
      return { result: transaction(head, first as string) };
    case "eth_getLogs":
      return logsOf(chain, head, first as LogFilter);
    default:
      return { error: { code: -32_601, message: `no ${method} here` } };
  }
}

function named(chain: SimulatedChain, head: SimulatedBlock, name: string): SimulatedBlock | undefined {
  if (name === "latest") return head;
  if (name === "finalized") return chain.at(Math.min(chain.finalized, head.number), head);
  return chain.at(Number(name), head);
}

function transaction(head: SimulatedBlock, hash: string): object | null {
  for (let block: SimulatedBlock | undefined = head; block; block = block.parent) {
    const index = block.events.findIndex((event) => transactionHash(event) === hash);
    if (index < 0) continue;
    const quantities = { value: "0x0", gas: "0x5208", gasPrice: "0x1", nonce: "0x0" };
    const place = { blockHash: block.header.hash, transactionIndex: `0x${index.toString(16)}` };
    return { hash, from: SENDER, to: SENDER, input: "0x", ...quantities, ...place };
  }
  return null;
}

function logsOf(chain: SimulatedChain, head: SimulatedBlock, filter: LogFilter): RpcAnswer {
  if (filter.blockHash !== undefined) {
    const block = chain.blocks.get(filter.blockHash);
    return block ? { result: matching(block.logs, filter) } : { error: { code: -32_000, message: "unknown block" } };
  }
  const logs: Log[][] = [];
  for (let block: SimulatedBlock | undefined = head; block; block = block.parent) {
    if (block.number < Number(filter.fromBlock)) break;
    if (block.number <= Number(filter.toBlock)) logs.push(matching(block.logs, filter));
  }
  return { result: logs.reverse().flat() };
}

function matching(logs: readonly Log[], { address, topics = [] }: LogFilter): Log[] {
  const addresses = address === undefined ? undefined : [address].flat();
  return logs.filter(
    (log) =>
      (addresses?.includes(log.address) ?? true) &&
      topics.every((wanted, place) => wanted === null || [wanted].flat().includes(log.topics[place] ?? "")),
  );
}
