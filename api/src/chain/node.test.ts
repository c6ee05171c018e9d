import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { actions, openDesk, prepare } from "./index.ts";
import { ABIS } from "./contracts.ts";

const ADDRESS = `0x${"1".repeat(40)}` as const;
const contracts = Object.fromEntries(Object.keys(ABIS).map((name) => [name, ADDRESS]));
const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

/** A node that answers each question of a batch as `answer` says; with nothing at all where that gives undefined. */
async function nodeOf(answer: (method: string) => object | undefined): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const questions = JSON.parse(body) as { id: number; method: string }[];
      const answers = questions.map(({ id, method }) => ({ jsonrpc: "2.0", id, ...answer(method) }));
      if (questions.every(({ method }) => answer(method) !== undefined)) response.end(JSON.stringify(answers));
    });
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (rpcUrl: string, timeoutMs = 5_000) =>
  prepare(openDesk({ rpcUrl, chainId: 31_337, contracts, timeoutMs }), actions.checkIn, { from: ADDRESS, slot: "1" });

describe("a node that", () => {
  it("is away is said to be, without its address", async () => {
    await expect(ask("http://127.0.0.1:1")).rejects.toMatchObject({
      code: "RPC_UNREACHABLE",
      isRetryable: true,
      message: "the chain's node can't be reached",
    });
  });

  it("never answers isn't waited for", async () => {
    const startedAt = performance.now();
    await expect(ask(await nodeOf(() => undefined), 200)).rejects.toMatchObject({ code: "RPC_TOO_SLOW" });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it("is of another chain is refused", async () => {
    const block = { number: "0x1", hash: `0x${"0".repeat(64)}`, timestamp: "0x1", baseFeePerGas: "0x1" };
    const url = await nodeOf((method) => ({ result: method === "eth_chainId" ? "0x1" : block }));
    await expect(ask(url)).rejects.toMatchObject({
      code: "WRONG_CHAIN",
      message: "the API's node is of chain 1, its contracts of 31337",
    });
  });

  it("fails, or talks nonsense, is a fault to be tried again", async () => {
    const failing = await nodeOf(() => ({ error: { code: -32_603, message: "secret: disk /dev/sda is full" } }));
    await expect(ask(failing)).rejects.toMatchObject({
      code: "RPC_FAILED",
      message: "the chain's node can't answer this",
    });
    const server = createServer((_request, response) => response.end("<html>")).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    const nonsense = ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(nonsense).rejects.toMatchObject({ isRetryable: true });
  });
});

describe("a deployment", () => {
  it("without all contracts is refused, and says which are missing", () => {
    const { Exchange: _gone, ...rest } = contracts;
    const open = () => openDesk({ rpcUrl: "http://127.0.0.1:1", chainId: 1, contracts: rest });
    expect(open).toThrow("the deployment has no Exchange");
  });
});
