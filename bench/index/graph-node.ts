import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { startChild } from "#kernel/child.ts";
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
      // it insists on an IPFS node that answers
      const ipfs = createServer((request, response) => {
        const isVersion = request.url?.startsWith("/api/v0/version") === true;
        response.writeHead(isVersion ? 200 : 412, { "content-type": "application/json" });
        response.end(isVersion ? '{"Version":"0.0.0"}' : "");
      });
      await new Promise<void>((resolve) => ipfs.listen(0, "127.0.0.1", resolve));
      const flags = {
        "--manifests": `${manifest}:.`,
        "--ethereum-rpc": `testnet:archive:${rpcUrl}`,
        "--postgres-url": databaseUrl,
        "--ipfs": `http://127.0.0.1:${(ipfs.address() as AddressInfo).port}`,
      };
      const ports = (await freePorts(PORTS.length)).flatMap((port, index) => [`--${PORTS[index]}-port`, String(port)]);
      const child = await startChild({
        name: "graph-node",
        command: GND_BINARY,
        args: ["dev", ...Object.entries(flags).flat(), ...ports],
        cwd: tmpdir(),
      });
      // it goes on after SIGTERM
      const stop = async (): Promise<void> => {
        await child.stop(100);
        ipfs.close();
      };
      return { ...child, stop };
    },
    isDone: async ({ until: last }, pool) => {
      const { rows } = await pool.query<{ number: number | null }>("select block_number as number from subgraphs.head");
      return (rows[0]?.number ?? -1) >= (last ?? Infinity);
    },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
