import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** How a node behaves badly. */
export interface Faults {
  /** share of requests that are dropped or answered with status 503 */
  readonly errorShare: number;
  /** more blocks than this in one `eth_getLogs` are refused */
  readonly maxRange: number;
  /** the first answers to a block's logs by its hash are empty, as from a node that lags */
  readonly hasLateLogs: boolean;
}

/** A node behind a bad connection. */
export interface FlakyNode {
  readonly url: string;
  readonly faults: number;
  /** from now on answers null to questions for this transaction or block */
  lose(hash: string): void;
  /** answers this method with an error from now on; `undefined`: none anymore */
  refuse(method: string | undefined): void;
  close(): void;
}

interface LogFilter {
  fromBlock?: string;
  toBlock?: string;
  blockHash?: string;
}

interface Call {
  id: number;
  method: string;
  params: [LogFilter | string];
}

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Puts faults between a node and its client. */
export async function startFlakyNode(target: string, seed: number, faults: Faults): Promise<FlakyNode> {
  const random = seededRandom(seed);
  const seen = new Set<string>();
  const lost = new Set<string>();
  let refused: string | undefined;
  const node = {
    url: "",
    faults: 0,
    lose: (hash: string) => void lost.add(hash),
    refuse: (method: string | undefined) => void (refused = method),
    close: () => server.close(),
  };
  const spoil = (call: Call): object | undefined => {
    if (call.method === refused) return { error: { code: -32_000, message: "not today" } };
    if (typeof call.params[0] === "string" && lost.has(call.params[0])) return { result: null };
    if (call.method !== "eth_getLogs") return undefined;
    const { fromBlock, toBlock, blockHash } = call.params[0] as LogFilter;
    if (blockHash === undefined) {
      const range = Number(toBlock) - Number(fromBlock) + 1;
      return range > faults.maxRange ? { error: { code: -32_005, message: "query exceeds the range" } } : undefined;
    }
    const key = JSON.stringify(call.params);
    if (!faults.hasLateLogs || seen.has(key)) return undefined;
    seen.add(key);
    return { result: [] };
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await readBody(request);
      const share = random();
      if (share < faults.errorShare) {
        node.faults++;
        if (share < faults.errorShare / 2) response.destroy();
        else response.writeHead(503).end("no");
        return;
      }
      const calls = JSON.parse(body) as Call | Call[];
      const list = Array.isArray(calls) ? calls : [calls];
      const answers = await Promise.all(
        list.map(async (call) => {
          const spoiled = spoil(call);
          if (!spoiled) return forward(target, call);
          node.faults++;
          return { jsonrpc: "2.0", id: call.id, ...spoiled };
        }),
      );
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(Array.isArray(calls) ? answers : answers[0]));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  node.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return node;
}

async function forward(target: string, call: Call): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(target, { method: "POST", headers, body: JSON.stringify(call) });
  return response.json();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
