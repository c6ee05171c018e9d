import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { startChain, type Chain } from "./chain.ts";
import { rpcCall } from "./rpc.ts";

interface Block {
  number: string;
  hash: string;
  timestamp: string;
}

let dir: string;
let port: number;

beforeEach(async () => {
  dir = mkdtempSync(`${tmpdir()}/bc-chain-`);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as { port: number });
  await once(server.close(), "close");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

const start = (blockSeconds: number): Promise<Chain> => startChain({ dir, host: "127.0.0.1", port, blockSeconds });
const block = (chain: Chain, tag: string): Promise<Block> =>
  rpcCall(chain.rpcUrl, "eth_getBlockByNumber", [tag, false]);
const heightOf = async (chain: Chain): Promise<number> => Number((await block(chain, "latest")).number);

async function mine(chain: Chain, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await rpcCall(chain.rpcUrl, "evm_mine");
}

describe("the local chain", () => {
  it("goes on from its state: same genesis, same blocks, time never going back", async () => {
    const seen: Block[][] = [];
    for (let round = 1; round <= 4; round++) {
      const chain = await start(0);
      await mine(chain, 3);
      seen.push(await Promise.all(["0x0", "0x3", "latest"].map((tag) => block(chain, tag))));
      await chain.stop();
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // another second, so another genesis if it weren't kept
    }
    expect(new Set(seen.map(([genesis]) => genesis?.hash)).size).toBe(1);
    expect(new Set(seen.map(([, third]) => third?.hash)).size).toBe(1);
    expect(seen.map(([, , latest]) => Number(latest?.number))).toEqual([3, 6, 9, 12]);
    const times = seen.map(([, , latest]) => Number(latest?.timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.abs(times[3]! - Date.now() / 1_000)).toBeLessThan(10);
  });

  it("makes a block at the latest every so many seconds", async () => {
    const chain = await start(1);
    const before = await heightOf(chain);
    await new Promise((resolve) => setTimeout(resolve, 3_300));
    expect((await heightOf(chain)) - before).toBeGreaterThanOrEqual(2);
    await chain.stop();
  });

  it("refuses a taken port, naming the setting", async () => {
    const chain = await start(0);
    await expect(start(0)).rejects.toMatchObject({
      code: "PORT_TAKEN",
      hints: [expect.stringContaining("CHAIN_PORT")],
    });
    await chain.stop();
  });
});
