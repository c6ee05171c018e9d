import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A JSON-RPC call as it comes in. */
export interface IncomingCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A server of a test's own making in a node's place. */
export interface HttpNode {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a server that answers with what `answer` gives for each call; once `answer` has used the response itself, or
 * means to leave it open, it gives `undefined`.
 */
export async function startHttpNode(
  answer: (call: IncomingCall, response: ServerResponse) => object | undefined,
): Promise<HttpNode> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as IncomingCall | IncomingCall[];
      const calls = Array.isArray(body) ? body : [body];
      const answers = calls.map((call) => {
        const given = answer(call, response);
        return given && { jsonrpc: "2.0", id: call.id, ...given };
      });
      if (answers.includes(undefined)) return;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
    });
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
