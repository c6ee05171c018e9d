import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTestDatabase } from "#database/testing.ts";
import { startChain, type Chain } from "#devnet/chain.ts";
import { rpcCall } from "#devnet/rpc.ts";
import { buildSubgraph, placeSubgraph } from "#devnet/subgraph.ts";
import { freePorts } from "#devnet/testing.ts";
import { openPlace, processesWith, runBc, type Env, type Place } from "./test/network.ts";

const address = `0x${"12".repeat(20)}` as const;

let place: Place;

beforeEach(async () => {
  place = await openPlace();
});

afterEach(() => place.remove());

/** Runs `bc` to its end and gives exit code and what it said. */
async function bc(args: readonly string[], env: Env = {}): Promise<{ code: number | null; said: string }> {
  const run = runBc(args, { ...place.env, ...env });
  const code = await run.ended;
  return { code, said: run.output() };
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

  it.each(["PORT", "INDEXER_PORT", "COLLECTOR_PORT", "FLEET_PORT", "CHAIN_PORT"])(
    "names a taken %s, and has started nothing",
    async (name) => {
      const server: Server = createServer().listen(Number(place.env[name]), "127.0.0.1");
      await once(server, "listening");
      const result = await bc(["up"]);
      server.close();
      expectFault(
        result,
        new RegExp(`port ${place.env[name]} on 127.0.0.1 is in use`),
        new RegExp(`set ${name} to a free port`),
      );
      expect(existsSync(join(place.dataDir, "database"))).toBe(false);
      expect(existsSync(join(place.dataDir, "lock"))).toBe(false);
    },
  );

  it("names a DATABASE_URL that doesn't answer, and stops what it had started", async () => {
    const [port] = await freePorts(1);
    const result = await bc(["up"], { DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/x` });
    expectFault(
      result,
      /cannot connect to postgres:\/\/me:\*\*\*@.*\(DATABASE_UNREACHABLE\)/,
      /correct host and port in DATABASE_URL/,
    );
    expect(result.said).not.toContain("secret");
    expect(await processesWith(place.dataDir)).toEqual([]);
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
    const names = ["OperatorRegistry", "PoolRegistry", "GpuNFT", "DataCredits", "Marketplace", "PriceFeed"];
    const contracts = Object.fromEntries(names.map((name) => [name, address]));
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
    const names = ["OperatorRegistry", "PoolRegistry", "GpuNFT", "DataCredits", "Marketplace", "PriceFeed"];
    const contracts = Object.fromEntries(names.map((name) => [name, address]));
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

  it("doctor says what would keep a network from starting", async () => {
    expect(await bc(["doctor"])).toMatchObject({ code: 0, said: expect.stringContaining("✓ anvil") });
    const [port] = await freePorts(1);
    const result = await bc(["doctor"], { RPC_URL: `http://127.0.0.1:${port}` });
    expect(result).toMatchObject({ code: 1, said: expect.stringContaining("✗ RPC_URL") });
  });
});
