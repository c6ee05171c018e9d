import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { guarded } from "#devnet/guard.ts";
import { startChild } from "#kernel/child.ts";
import { freePort } from "#indexer/testdata/free-port.ts";
import { GND_BINARY } from "#indexer/testdata/graph-node.ts";
import type { Side } from "./run.ts";
import { SUBGRAPH_LAYOUT } from "./sides.ts";
import { buildBenchSubgraph, kindOf, type Prune } from "./subgraph.ts";

const PORTS = ["http", "index-node", "admin", "metrics"];

/** Real graph-node from npm with the same compiled subgraph, on the chain's first part. */
export function graphNode(prune: Prune, until: number): Side {
  let manifest = "";
  return {
    name: `part: graph-node ${kindOf(prune)}`,
    layout: SUBGRAPH_LAYOUT,
    isPart: true,
    prepare: async () => {
      manifest = await buildBenchSubgraph(prune, until);
    },
    start: async ({ rpcUrl, databaseUrl }) => {
      const ipfs = await startIpfs();
      const flags: Record<string, string> = {
        "--manifests": `${manifest}:.`,
        "--ethereum-rpc": `testnet:archive:${rpcUrl}`,
        "--postgres-url": databaseUrl,
        "--ipfs": `http://127.0.0.1:${(ipfs.address() as AddressInfo).port}`,
      };
      for (const name of PORTS) flags[`--${name}-port`] = String(await freePort());
      // it goes on after SIGTERM
      const [command, args] = guarded(GND_BINARY, ["dev", ...Object.entries(flags).flat()], "KILL");
      const child = await startChild({ name: "graph-node", command, args, cwd: tmpdir() });
      void child.ended.then(() => ipfs.close());
      return child;
    },
    isDone: async ({ until: last }, pool) => {
      const { rows } = await pool.query<{ number: number | null }>("select block_number as number from subgraphs.head");
      return (rows[0]?.number ?? -1) >= (last ?? Infinity);
    },
  };
}

/** It insists on an IPFS node that answers, and needs nothing of it. */
async function startIpfs(): Promise<Server> {
  const ipfs = createServer((request, response) => {
    const isVersion = request.url?.startsWith("/api/v0/version") === true;
    response.writeHead(isVersion ? 200 : 412, { "content-type": "application/json" });
    response.end(isVersion ? '{"Version":"0.0.0"}' : "");
  });
  await new Promise<void>((resolve) => ipfs.listen(0, "127.0.0.1", resolve));
  return ipfs;
}
