import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase } from "#database/testing.ts";
import { startChain, type Chain } from "#devnet/chain.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { buildSubgraph, placeSubgraph } from "#devnet/subgraph.ts";
import { freePorts } from "#devnet/testing.ts";
import { acquireLock } from "#kernel/lock.ts";
import { CONTRACTS } from "#contracts/tools/abis.ts";
import { openPlace, processesWith, ROOT, runBc, type Env, type Place } from "./test/network.ts";

const address = `0x${"12".repeat(20)}` as const;

let place: Place;

beforeEach(async () => {
  place = await openPlace();
});

afterEach(() => place.remove());

/** Runs `bc` to its end and gives exit code and what it said. */
async function bc(args: readonly string[], env: Env = {}, root = ROOT): Promise<{ code: number | null; said: string }> {
  const run = runBc(args, { ...place.env, ...env }, root);
  const code = await run.ended;
  return { code, said: run.output() };
}

/** A copy of the repository's TypeScript in `dir`, with every package but without one program. */
function installWithout(program: string, dir: string): string {
  const isPart = (path: string): boolean =>
    !/\/(out|cache|build|generated|testdata|node_modules|\.data|\.cache)$/.test(path);
  for (const room of [
    "api",
    "cli",
    "collector",
    "contracts/abi",
    "dashboards",
    "database",
    "devnet",
    "indexer",
    "kernel",
  ]) {
    cpSync(join(ROOT, room), join(dir, room), { recursive: true, filter: isPart });
  }
  for (const file of ["package.json", "tsconfig.json"]) cpSync(join(ROOT, file), join(dir, file));
  mkdirSync(join(dir, "node_modules", ".bin"), { recursive: true });
  for (const folder of ["node_modules", "node_modules/.bin"]) {
    for (const name of readdirSync(join(ROOT, folder))) {
      if (name !== ".bin") symlinkSync(join(ROOT, folder, name), join(dir, folder, name));
    }
  }
  rmSync(join(dir, "node_modules", ".bin", program));
  return dir;
}

/** One error with its code, and at least one mend. */
function expectFault({ code, said }: { code: number | null; said: string }, message: RegExp, mend: RegExp): void {
  expect(said).toMatch(message);
  expect(said.match(/^error: /gm)).toHaveLength(1);
  expect(said).toMatch(new RegExp(`^ {2}try: .*${mend.source}`, "m"));
  expect(said).not.toMatch(/^\s+at /m); // no stack trace
  expect(code).toBe(1);
}

describe("bc up", () => {
  it("refuses faulty settings, all at once, before it touches anything", async () => {
    const result = await bc(["up"], { PORT: "http", SCRAPE_SECONDS: "0" });
    expectFault(result, /2 faulty settings \(BAD_SETTINGS\)/, /PORT \(--port\) is "http"/);
    expect(result.said).toMatch(/SCRAPE_SECONDS \(--scrape-seconds\) is "0" but must be 1 to 300/);
    expect(readdirSync(place.dataDir)).toEqual([]);
  });

  it.each([
    "PORT",
    "INDEXER_PORT",
    "COLLECTOR_PORT",
    "ORACLE_PORT",
    "JOBS_PORT",
    "PAYMENTS_PORT",
    "DASHBOARDS_PORT",
    "FLEET_PORT",
    "CHAIN_PORT",
    "DATABASE_PORT",
  ])("names a taken %s, and has started nothing", async (name) => {
    const server: Server = createServer().listen(Number(place.env[name]), "127.0.0.1");
    await once(server, "listening");
    const result = await bc(["up"], { DATABASE_URL: "" });
    server.close();
    expectFault(
      result,
      new RegExp(`port ${place.env[name]} on 127.0.0.1 is in use`),
      new RegExp(`set ${name} to a free port`),
    );
    expect(readdirSync(place.dataDir)).toEqual([]);
  });

  it("names a program that isn't installed, and touches no data", async () => {
    const root = installWithout("anvil", join(place.dataDir, "install"));
    const dataDir = join(place.dataDir, "data");
    mkdirSync(dataDir);
    const result = await bc(["up"], { DATA_DIR: dataDir }, root);
    expectFault(result, /anvil is not installed \(MISSING_BINARY\)/, /npm ci|install Foundry/);
    expect(readdirSync(dataDir)).toEqual([]);
  }, 60_000);

  it("names a data folder that can't be one", async () => {
    writeFileSync(join(place.dataDir, "file"), "");
    const result = await bc(["up"], { DATA_DIR: join(place.dataDir, "file") });
    expectFault(result, /data folder .*file can't be used: .*\(BAD_DATA_DIR\)/, /set DATA_DIR/);
  });

  it("names a DATABASE_URL that doesn't answer, and has started nothing", async () => {
    const [port] = await freePorts(1);
    const result = await bc(["up"], { DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/x` });
    expectFault(
      result,
      /cannot connect to postgres:\/\/me:\*\*\*@.*\(DATABASE_UNREACHABLE\)/,
      /correct host and port in DATABASE_URL/,
    );
    expect(result.said).not.toContain("secret");
    expect(readdirSync(place.dataDir)).toEqual([]);
  });

  it("names an RPC_URL that doesn't answer", async () => {
    const [port] = await freePorts(1);
    const result = await bc(["up"], { RPC_URL: `http://127.0.0.1:${port}` });
    expectFault(result, /no Ethereum node answers at .*\(RPC_UNREACHABLE\)/, /correct RPC_URL/);
  });

  it("names an RPC_URL where something else answers", async () => {
    const server = createServer((_request, response) => response.end("<html>hello</html>")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const result = await bc(["up"], { RPC_URL: `http://127.0.0.1:${port}` });
    server.close();
    expectFault(result, /no Ethereum node answers/, /correct RPC_URL/);
  });

  it("names a list of targets that isn't there", async () => {
    const result = await bc(["up"], { TARGETS_FILE: join(place.dataDir, "none.json") });
    expectFault(result, /none\.json cannot be read: .*\(NO_TARGETS_FILE\)/, /set TARGETS_FILE/);
  });

  it("leaves nothing behind when Ctrl-C comes while it starts", async () => {
    const run = runBc(["up"], place.env);
    await run.printed(/✓ chain/);
    run.process.kill("SIGINT");
    expect(await run.ended).toBe(130);
    for (let tries = 0; (await processesWith(place.dataDir)).length > 0; tries++) {
      expect(tries).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(existsSync(join(place.dataDir, "lock"))).toBe(false);
  }, 60_000);
});

describe("bc up on somebody's chain", () => {
  let chain: Chain;

  beforeEach(async () => {
    const [port = 0] = await freePorts(1);
    chain = await startChain({ dir: join(place.dataDir, "other"), host: "127.0.0.1", port, blockSeconds: 1 });
  });

  afterEach(() => chain.stop());

  const deployment = (chainId: number): string => {
    const contracts = Object.fromEntries(CONTRACTS.map((name) => [name, address]));
    const path = join(place.dataDir, "deployment-of-another.json");
    writeFileSync(path, JSON.stringify({ chainId, startBlock: 1, genesisTime: 0, epochLength: 86_400, contracts }));
    return path;
  };

  it("wants to be told where the contracts are", async () => {
    const result = await bc(["up"], { RPC_URL: chain.rpcUrl, DEPLOYMENT: join(place.dataDir, "none.json") });
    expectFault(result, /there is no deployment file .*none\.json \(BAD_DEPLOYMENT\)/, /set DEPLOYMENT/);
  }, 60_000);

  it("refuses a deployment on another chain", async () => {
    const result = await bc(["up"], { RPC_URL: chain.rpcUrl, DEPLOYMENT: deployment(1) });
    expectFault(
      result,
      /the deployment is on chain 1, but .* is chain 31337 \(WRONG_CHAIN\)/,
      /point RPC_URL at the chain/,
    );
  }, 60_000);

  it("refuses a deployment whose contracts aren't there", async () => {
    const result = await bc(["up"], { RPC_URL: chain.rpcUrl, DEPLOYMENT: deployment(31_337) });
    expectFault(result, new RegExp(`has no contract at ${address}.*\\(WRONG_CHAIN\\)`), /set DEPLOYMENT/);
  }, 60_000);
});

describe("bc doctor on somebody's chain", () => {
  it("says that the deployment isn't there", async () => {
    const [port = 0] = await freePorts(1);
    const chain = await startChain({ dir: join(place.dataDir, "other"), host: "127.0.0.1", port, blockSeconds: 0 });
    const result = await bc(["doctor"], { RPC_URL: chain.rpcUrl, DEPLOYMENT: join(place.dataDir, "none.json") });
    await chain.stop();
    expect(result.said).toMatch(
      /^✗ RPC_URL, DEPLOYMENT\n {4}error: there is no deployment file .*\(BAD_DEPLOYMENT\)$/m,
    );
    expect(result.code).toBe(1);
  }, 60_000);
});

describe("bc index", () => {
  it("refuses a chain that isn't the one indexed before, and leaves what it has", async () => {
    const [first = 0, second = 0] = await freePorts(2);
    const start = (name: string, timestamp: number, port: number) => {
      const dir = join(place.dataDir, name);
      mkdirSync(dir);
      writeFileSync(join(dir, "genesis.json"), JSON.stringify({ timestamp })); // another genesis, another chain
      return startChain({ dir, host: "127.0.0.1", port, blockSeconds: 0 });
    };
    const [one, other] = [await start("one", 1_700_000_000, first), await start("other", 1_700_000_001, second)];
    const database = await openTestDatabase();
    await Promise.all([one, other].map((chain) => rpcCall(chain.rpcUrl, "evm_mine")));
    const contracts = Object.fromEntries(CONTRACTS.map((name) => [name, address]));
    const deployment = { chainId: 31_337, startBlock: 1, genesisTime: 0, epochLength: 86_400, contracts };
    const manifest = placeSubgraph(await buildSubgraph(), deployment, join(place.dataDir, "subgraph"));
    const index = (rpcUrl: string) =>
      bc(["index", "--manifest", manifest, "--rpc", rpcUrl, "--database", database.url, "--until", "1"]);
    expect(await index(one.rpcUrl)).toMatchObject({ code: 0 });
    const result = await index(other.rpcUrl);
    const again = await index(one.rpcUrl);
    await Promise.all([one.stop(), other.stop()]);
    await database.close();
    expectFault(result, /another chain than the one that was indexed .*\(CHAIN_CHANGED\)/, /point RPC_URL/);
    expect(again.code).toBe(0);
  }, 60_000);
});

describe("bc", () => {
  it("exits with 2 and shows how it is used for what it doesn't know", async () => {
    expect(await bc(["nonsense"])).toMatchObject({ code: 2, said: expect.stringContaining("Usage: bc") });
    expect(await bc(["serve", "--nonsense"])).toMatchObject({ code: 2, said: expect.stringContaining("--nonsense") });
  });

  it("index wants a manifest, and a number for a block", async () => {
    expectFault(await bc(["index"]), /no manifest is given/, /pass --manifest/);
    const result = await bc(["index", "--manifest", "x.yaml", "--until", "soon"]);
    expect(result).toMatchObject({ code: 1, said: expect.stringContaining('--until is "soon"') });
  });

  it("doctor finds nothing where a network can start", async () => {
    const { code, said } = await bc(["doctor"], { DATABASE_URL: "" });
    expect(said.match(/^✗.*/gm)).toBeNull();
    const names = ["DATA_DIR", "forge", "graph", "anvil", "FLEET_PORT", "DATABASE_PORT", "CHAIN_PORT"];
    for (const name of names) expect(said).toContain(`✓ ${name}\n`);
    expect(code).toBe(0);
    expect(readdirSync(place.dataDir)).toEqual([]);
  });

  it("doctor says all that would keep a network from starting", async () => {
    const [port] = await freePorts(1);
    const fleet = createServer().listen(Number(place.env["FLEET_PORT"]), "127.0.0.1");
    await once(fleet, "listening");
    const release = acquireLock(join(place.dataDir, "lock"), "it");
    const targets = join(place.dataDir, "targets-of-ours.json");
    writeFileSync(targets, "[{]");
    const result = await bc(["doctor"], { RPC_URL: `http://127.0.0.1:${port}`, TARGETS_FILE: targets });
    release();
    fleet.close();
    expect(result.said).toMatch(/^✗ DATA_DIR\n {4}error: .* is in use by process \d+ \(LOCKED\)$/m);
    expect(result.said).toMatch(/^✗ TARGETS_FILE\n {4}error: .*\(BAD_TARGETS\)$/m);
    expect(result.said).toMatch(/^✗ RPC_URL, DEPLOYMENT\n {4}error: .*\(RPC_UNREACHABLE\)$/m);
    expect(result.said).not.toContain("FLEET_PORT"); // real exporters need none
    expect(result.said).toContain("error: 3 of the checks failed (NOT_READY)");
    expect(result.code).toBe(1);
  });
});
