import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { firstAnswer } from "./first-answer.ts";

const servers: Server[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A server that answers each request with what `answer` makes of its body. */
async function serve(answer: (body: { method?: string; params?: unknown[] }) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => response.end(JSON.stringify(answer(JSON.parse(text) as object))));
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

it("firstAnswer doesn't take blocks that the chain went back from for the chain's", async () => {
  const chain = new Map([
    ["0x5", "0x05"],
    ["0x6", "0x06"],
  ]);
  const rpcUrl = await serve(({ method, params }) =>
    method === "eth_blockNumber"
      ? { result: "0x5" }
      : { result: chain.has(String(params?.[0])) ? { hash: chain.get(String(params?.[0])) } : null },
  );
  const indexed = [
    { number: "9", hash: "0x99" }, // of the chain that was
    { number: "6", hash: "0x66" },
    { number: "4", hash: "0x04" }, // undone, and on its way
    { number: "6", hash: "0x06" },
  ];
  let asked = 0;
  const apiUrl = await serve(() => ({ data: { asOf: { block: indexed[Math.min(asked++, indexed.length - 1)] } } }));
  await firstAnswer(apiUrl, rpcUrl);
  expect(asked).toBe(indexed.length);
});
