import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readBody, type RpcAnswer, type RpcCall } from "./json-rpc.ts";

/**
 * A lie in place of an answer: another answer, `undefined` for the truth, or nothing after it has used the response
 * itself (`"done"`).
 */
export type Lie = (
  call: RpcCall,
  truth: () => Promise<RpcAnswer>,
  response: ServerResponse,
  /** calls in the same request */
  calls: number,
) => Promise<RpcAnswer | "done" | undefined> | RpcAnswer | "done" | undefined;

/** A real node behind a server that may answer otherwise. */
export interface LyingNode {
  readonly url: string;
  /** answers that weren't the truth */
  readonly lies: number;
  /** requests so far */
  readonly requests: number;
  /** lies from now on, at most `times` times; `undefined`: never again */
  lie(how: Lie | undefined, times?: number): void;
  /** passes everything to another node from now on */
  passTo(target: string): void;
  close(): Promise<void>;
}

/** Puts a server that can lie in front of a node. */
export async function startLyingNode(target: string): Promise<LyingNode> {
  const plan: { target: string; how: Lie | undefined; left: number } = { target, how: undefined, left: 0 };
  const node = {
    url: "",
    lies: 0,
    requests: 0,
    lie: (how: Lie | undefined, times = Infinity) => void Object.assign(plan, { how, left: times }),
    passTo: (other: string) => void (plan.target = other),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const answer = async (call: RpcCall, response: ServerResponse, calls: number): Promise<RpcAnswer | "done"> => {
    const truth = async (): Promise<RpcAnswer> => ask(plan.target, call);
    const lie = plan.left > 0 ? await plan.how?.(call, truth, response, calls) : undefined;
    if (lie === undefined) return truth();
    plan.left--;
    node.lies++;
    return lie;
  };
  const server = createServer((request, response) => {
    void (async () => {
      node.requests++;
      const body = JSON.parse(await readBody(request)) as RpcCall | RpcCall[];
      const answers: object[] = [];
      const calls = Array.isArray(body) ? body : [body];
      for (const call of calls) {
        const given = await answer(call, response, calls.length);
        if (given === "done") return;
        answers.push({ jsonrpc: "2.0", id: call.id, ...given });
      }
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  node.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return node;
}

/** Asks a node one question. */
export async function ask(target: string, { method, params }: Omit<RpcCall, "id">): Promise<RpcAnswer> {
  const response = await fetch(target, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as RpcAnswer;
  return error ? { error } : { result };
}
