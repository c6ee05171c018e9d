import { compare, type Comparison } from "#indexer/testdata/equivalence.ts";
import { hasGraphNode, startServer } from "#indexer/testdata/graph-node.ts";
import { rpcCall } from "#devnet/rpc.ts";
import type { Script } from "./script.ts";

/** For what needs real graph-node: skipped where npm has none. */
export const describeWithGraphNode = hasGraphNode ? describe : describe.skip;

/** Lets real graph-node index a script's chain as well, and the engine once more, and gives what each made of it. */
export async function compareOn(script: Script, name: string): Promise<Comparison> {
  const server = await startServer();
  try {
    const until = Number(await rpcCall<string>(script.rpcUrl, "eth_blockNumber"));
    const contest = { name, serverUrl: server.url, rpcUrl: script.rpcUrl, until, manifests: [script.manifestPath] };
    const [found] = await compare({ ...contest, network: "devnet" });
    return found as Comparison;
  } finally {
    await server.stop();
  }
}
