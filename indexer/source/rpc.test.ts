import { getEventListeners } from "node:events";
import { startHttpNode, type HttpNode } from "../testdata/http-node.ts";
import { RpcClient } from "./rpc.ts";

let node: HttpNode;
afterEach(() => node.close());

/** Sizes of the sets that Node keeps on a signal for others that follow it. */
function followersOf(signal: AbortSignal): number[] {
  const held = Object.getOwnPropertySymbols(signal).map(
    (symbol) => (signal as unknown as Record<symbol, { size?: number; add?: unknown } | undefined>)[symbol],
  );
  return held.flatMap((value) => (value?.add && value.size !== undefined ? [value.size] : []));
}

describe("a request", () => {
  it("leaves nothing behind on the signal that lives as long as the process", async () => {
    node = await startHttpNode(() => ({ result: "0x1" }));
    const { signal } = new AbortController();
    const client = new RpcClient({ url: node.url, signal });
    for (let request = 0; request < 20; request++) await client.call("eth_chainId");
    expect(followersOf(signal).reduce((sum, size) => sum + size, 0)).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("ends at once with the signal, and none begins after it", async () => {
    let requests = 0;
    const controller = new AbortController();
    node = await startHttpNode(() => {
      requests++;
      controller.abort(new Error("enough"));
      return undefined;
    });
    const client = new RpcClient({ url: node.url, signal: controller.signal });
    await expect(client.call("eth_chainId")).rejects.toThrow("enough");
    await expect(client.call("eth_chainId")).rejects.toThrow("enough");
    expect(requests).toBe(1);
  });
});
