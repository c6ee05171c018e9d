import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { IncomingCall } from "./http-node.ts";

/** What a proxy does with a call: an answer of its own, a status for the whole request, `drop`, or nothing. */
export type Meddling = object | number | "drop" | undefined;

/** A way to a node on which answers can be exchanged. */
export interface Proxy {
  readonly url: string;
  /** calls of each request that came in so far */
  readonly requests: IncomingCall[][];
  /** asked about each call before the node is */
  meddle: (call: IncomingCall) => Meddling | Promise<Meddling>;
  close(): Promise<void>;
}

/** Puts itself between a real node and its client. */
export async function startProxy(target: string): Promise<Proxy> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => void handle(Buffer.concat(chunks).toString()).catch(() => response.destroy()));
    const handle = async (text: string): Promise<void> => {
      const body = JSON.parse(text) as IncomingCall | IncomingCall[];
      const calls = Array.isArray(body) ? body : [body];
      proxy.requests.push(calls);
      const answers: unknown[] = [];
      for (const call of calls) {
        const own = await proxy.meddle(call);
        if (own === "drop") return void response.destroy();
        if (typeof own === "number") return void response.writeHead(own).end("no");
        answers.push(own ? { jsonrpc: "2.0", id: call.id, ...own } : await forward(target, call));
      }
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
    };
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    meddle: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function forward(target: string, call: IncomingCall): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(target, { method: "POST", headers, body: JSON.stringify(call) });
  return response.json();
}
