import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { guarded } from "#devnet/guard.ts";
import { startChild, type Child, type ChildOptions } from "#kernel/child.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { waitFor } from "#kernel/time.ts";
import { freePort } from "./free-port.ts";
import { hasNativePostgres, startNativePostgres } from "./native-postgres.ts";

const PACKAGED = fileURLToPath(new URL("../../node_modules/@graphprotocol/gnd-linux-x64/bin/gnd", import.meta.url));
const TIMEOUT_MS = 90_000;
/** What it listens on. */
const PORTS = ["http", "index-node", "admin", "metrics"];

/** How it runs: what it reads must not depend on how fast it writes. */
const SETTINGS = {
  // by itself it ends at the first failure before it has reached the head
  GRAPH_DISABLE_FAIL_FAST: "true",
  // with writes under way, derived fields may hold what they no longer should
  GRAPH_STORE_WRITE_QUEUE: "0",
  ETHEREUM_POLLING_INTERVAL: "100",
};

/** The real graph-node: `GND_BINARY`, or npm's `@graphprotocol/gnd-linux-x64`. */
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

/** The database that others are copied from, with its server's URL. */
let template: { readonly serverUrl: string; readonly name: string } | undefined;

/** Makes an empty database with graph-node's extensions, once for each server. */
async function templateOn(server: Pool, serverUrl: string): Promise<string> {
  if (template?.serverUrl === serverUrl) return template.name;
  const name = `bc_template_${process.pid}`;
  await server.query(`drop database if exists ${name} with (force)`);
  await server.query(`create database ${name} encoding 'UTF8' locale 'C' template template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = createPool(url.href, { name: "test", max: 1 });
  for (const extension of ["pg_trgm", "btree_gist", "postgres_fdw", "pg_stat_statements"]) {
    await pool.query(`create extension ${extension}`);
  }
  await pool.end();
  template = { serverUrl, name };
  return name;
}

/**
 * Makes an empty database on graph-node's server, with its extensions and its collation.
 *
 * @returns its URL
 */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const server = createPool(serverUrl, { name: "test", max: 1 });
  await server.query(`drop database if exists ${name} with (force)`);
  await server.query(`create database ${name} template ${await templateOn(server, serverUrl)}`);
  await server.query(`alter database ${name} set timezone = 'UTC'`);
  await server.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  // graph-node refuses a URL without a password, whether one is needed or not
  if (url.password === "") url.password = "none";
  return url.href;
}

/** Removes a database of `createDatabase`. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const server = createPool(serverUrl, { name: "test", max: 1 });
  await server.query(`drop database if exists ${name} with (force)`);
  await server.end();
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

/** Which deployments are where they will stay: at a block, or at a failure. */
async function settled(pool: Pool, until: number): Promise<Set<string>> {
  const { rows } = await pool
    .query<{ subgraph: string; failed: boolean; number: number | null }>(
      `select s.subgraph, d.failed, h.block_number as number from public.deployment_schemas s
         join subgraphs.deployment d on d.id = s.id join subgraphs.head h on h.id = s.id`,
    )
    .catch(() => ({ rows: [] }));
  return new Set(
    rows.filter(({ failed, number }) => failed || (number ?? -1) >= until).map(({ subgraph }) => subgraph),
  );
}

/** What graph-node works on. */
export interface GraphNodeTarget {
  /** built manifests: one process indexes them all */
  readonly manifests: readonly string[];
  readonly rpcUrl: string;
  readonly databaseUrl: string;
  /** the network that the manifests name */
  readonly network?: string;
}

/** How far to let it work. */
export interface GraphNodeRun extends GraphNodeTarget {
  /** the chain's last block */
  readonly until: number;
}

/** Starts real graph-node on free ports; it ends with this process. */
export async function launchGraphNode(
  target: GraphNodeTarget,
  options: Pick<ChildOptions, "env" | "onLine"> = {},
): Promise<Child> {
  const ipfs = await startIpfs();
  const flags: Record<string, string> = {
    "--manifests": target.manifests.map((path) => `${path}:.`).join(","),
    "--ethereum-rpc": `${target.network ?? "testnet"}:archive:${target.rpcUrl}`,
    "--postgres-url": target.databaseUrl,
    "--ipfs": `http://127.0.0.1:${(ipfs.address() as AddressInfo).port}`,
  };
  for (const name of PORTS) flags[`--${name}-port`] = String(await freePort());
  // it goes on after SIGTERM
  const [command, args] = guarded(GND_BINARY, ["dev", ...Object.entries(flags).flat()], "KILL");
  const child = await startChild({ name: "graph-node", command, args, cwd: tmpdir(), ...options });
  void child.ended.then(() => ipfs.close());
  return child;
}

/** Lets real graph-node index built subgraphs until each has reached a block, or has failed. */
export async function runGraphNode(run: GraphNodeRun): Promise<void> {
  const pool = createPool(run.databaseUrl, { name: "test", max: 1 });
  const said: string[] = [];
  const child = await launchGraphNode(run, {
    env: { ...process.env, ...SETTINGS },
    onLine: (line) => {
      if (/\b(ERRO|CRIT|panicked)\b/.test(line)) said.push(line.slice(0, 500));
    },
  });
  try {
    const isSettled = async (): Promise<true | undefined> =>
      (await settled(pool, run.until)).size === run.manifests.length ? true : undefined;
    const late = (): Error => new Error(`graph-node did not get there:\n${said.slice(-10).join("\n")}`);
    const arrived = waitFor(isSettled, { timeoutMs: TIMEOUT_MS, everyMs: 100, onTimeout: late });
    arrived.catch(() => undefined);
    // it ends, and often doesn't say why, when it can't deploy what it was given
    const gone = child.ended.then(() =>
      Promise.reject(new Error(`graph-node gave up:\n${said.slice(-10).join("\n")}`)),
    );
    await Promise.race([arrived, gone]);
  } finally {
    await child.stop();
    await pool.end();
  }
}

/** The namespace of a built manifest's deployment by graph-node. */
export async function namespaceOf(pool: Pool, manifestPath: string): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    "select name from public.deployment_schemas where subgraph like '%' || $1",
    [`${basename(dirname(dirname(manifestPath)))}/${basename(dirname(manifestPath))}/${basename(manifestPath)}`],
  );
  const [row] = rows;
  if (!row) throw new Error(`graph-node knows nothing of ${manifestPath}`);
  return row.name;
}
