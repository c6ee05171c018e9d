import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "#kernel/child.ts";
import { createPool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { hasNativePostgres, startNativePostgres } from "./native-postgres.ts";

const PACKAGED = fileURLToPath(new URL("../../node_modules/@graphprotocol/gnd-linux-x64/bin/gnd", import.meta.url));

/** The real graph-node, if it is installed: `GND_BINARY`, or npm's `@graphprotocol/gnd-linux-x64`. */
export const GND_BINARY = process.env["GND_BINARY"] ?? PACKAGED;
const GIVEN_SERVER = process.env["GND_DATABASE_URL"];
/** Whether real graph-node can be run here: it and its database come with npm on Linux, x64. */
export const hasGraphNode = existsSync(GND_BINARY) && (GIVEN_SERVER !== undefined || hasNativePostgres);

/** A database server that graph-node works with. */
export interface GraphNodeServer {
  /** as its superuser */
  readonly url: string;
  stop(): Promise<void>;
}

/** The server in `GND_DATABASE_URL` (it needs pg_stat_statements preloaded), or npm's PostgreSQL, started for this. */
export async function startServer(): Promise<GraphNodeServer> {
  if (GIVEN_SERVER !== undefined) return { url: GIVEN_SERVER, stop: () => Promise.resolve() };
  return startNativePostgres();
}

/**
 * Makes an empty database on graph-node's server, with its extensions and its collation.
 *
 * @returns its URL
 */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const server = createPool(serverUrl, { name: "test", max: 1 });
  await server.query(`drop database if exists ${name} with (force)`);
  await server.query(`create database ${name} encoding 'UTF8' locale 'C' template template0`);
  await server.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  // graph-node refuses a URL without a password, whether one is needed or not
  if (url.password === "") url.password = "none";
  const pool = createPool(url.href, { name: "test", max: 1 });
  for (const extension of ["pg_trgm", "btree_gist", "postgres_fdw", "pg_stat_statements"]) {
    await pool.query(`create extension ${extension}`);
  }
  await pool.query(`alter database ${name} set timezone = 'UTC'`);
  await pool.end();
  return url.href;
}

/** Lets real graph-node index a built subgraph until it has reached a block. */
export async function runGraphNode(
  manifestPath: string,
  rpcUrl: string,
  databaseUrl: string,
  until: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bc-gnd-"));
  cpSync(dirname(dirname(manifestPath)), folder, { recursive: true });
  // it insists on an IPFS node that answers
  const ipfs = createServer((request, response) => {
    const isVersion = request.url?.startsWith("/api/v0/version") === true;
    response.writeHead(isVersion ? 200 : 412, { "content-type": "application/json" });
    response.end(isVersion ? '{"Version":"0.0.0"}' : "");
  });
  await new Promise<void>((resolve) => ipfs.listen(0, "127.0.0.1", resolve));
  const pool = createPool(databaseUrl, { name: "test", max: 1 });
  const ipfsUrl = `http://127.0.0.1:${(ipfs.address() as AddressInfo).port}`;
  const flags = { "--ethereum-rpc": `testnet:archive:${rpcUrl}`, "--postgres-url": databaseUrl, "--ipfs": ipfsUrl };
  const child = await startChild({
    name: "graph-node",
    command: GND_BINARY,
    args: ["dev", "--manifests", "./subgraph.yaml:build", ...Object.entries(flags).flat()],
    cwd: folder,
  });
  const hasReached = async (): Promise<true | undefined> => {
    const { rows } = await pool
      .query<{ n: number | null }>("select block_number as n from subgraphs.head")
      .catch(() => ({ rows: [] }));
    return (rows[0]?.n ?? -1) >= until ? true : undefined;
  };
  try {
    await waitFor(hasReached, {
      timeoutMs: 60_000,
      everyMs: 200,
      onTimeout: () => new Error("graph-node did not get there"),
    });
  } finally {
    await child.stop();
    await pool.end();
    ipfs.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
