import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { importHistory } from "#collector/index.ts";
import { isEmbedded } from "#database/testing.ts";
import { encodeFunctionData } from "viem";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { connectNode } from "../../src/jobs/node.ts";
import { DEFAULT_TERMS, type SettlementTerms } from "../../src/jobs/settlement/options.ts";
import { Outbox, type Call } from "../../src/jobs/outbox/outbox.ts";
import { openFaller } from "./falls.ts";
import { expectAllPaid, expectSalesToAgree, expectUseToBeKept } from "./statements.ts";
import { by, GUARDIAN, openSettlementFixture, ORACLES, signerOf, type SettlementFixture } from "./fixture.ts";

const [FIRST, SECOND, THIRD] = ORACLES;
const WINDOW_SECONDS = 60;

let f: SettlementFixture;
beforeAll(async () => (f = await openSettlementFixture()), 180_000);
afterEach(() => f.stopJobs());
afterAll(() => f.close());

interface Row {
  epoch: number;
  state: string;
  waits: string | null;
  trouble: string | null;
  hash: string | null;
  claims: string | null;
  total: string | null;
  asOf: string | null;
}

async function epochRow(epoch: number): Promise<Row | undefined> {
  const { rows } = await f.pool.query<Row>(
    `select epoch, state, waits_for as waits, trouble, '0x' || encode(inputs_hash, 'hex') as hash,
       '0x' || encode(claims_root, 'hex') as claims, total, '0x' || encode(as_of_hash, 'hex') as "asOf"
     from ledger.epoch where epoch = $1`,
    [epoch],
  );
  return rows[0];
}

/** Waits until an epoch's row is so. */
async function until(epoch: number, isSo: (row: Row) => boolean): Promise<Row> {
  let last: Row | undefined;
  return waitFor(
    async () => {
      last = await epochRow(epoch).catch(() => undefined);
      return last && isSo(last) ? last : undefined;
    },
    { timeoutMs: 40_000, onTimeout: () => new Error(`epoch ${epoch} is still ${JSON.stringify(last)}`) },
  );
}

async function now(): Promise<number> {
  return Number((await f.network.node.getBlock({ blockTag: "latest" })).timestamp);
}

async function toEndOf(epoch: number): Promise<void> {
  await f.travel(f.endOf(epoch) + 1);
  await f.sampledThrough(f.endOf(epoch) + 1);
}

const rows = async <T extends object>(sql: string): Promise<T[]> => (await f.pool.query<T>(sql)).rows;

describe("a job that is killed", () => {
  it("at any step does each thing once", async () => {
    const job = await openFaller(f, [FIRST, SECOND]);
    await job.run("facts: computed");
    expect((await epochRow(0))?.hash).toBeNull();
    await job.run("facts: stored");
    await job.run("attest: signed");
    expect(await rows("select from ledger.transaction")).toHaveLength(0);
    await job.run("attest: written");
    const account = by(FIRST, f.network).account.address;
    expect(await f.network.node.getTransactionCount({ address: account })).toBe(0); // written down and not sent
    await job.run("attest: sent");
    await job.run("mined");
    await job.run("");
    expect(await f.network.rewards.read.committedCount()).toBe(3n);
    await f.travel((await now()) + WINDOW_SECONDS + 1);
    await job.run("finalize: written");
    await job.run("finalize: recorded");
    await job.run("pay: written");
    await job.run("pay: sent");
    await job.run("");
    await toEndOf(3);
    await job.run("close: written");
    await job.run("");
    job.close();

    expect((await epochRow(2))?.state).toBe("PAID");
    const { rewards, node } = f.network;
    expect([await rewards.read.closedCount(), await rewards.read.committedCount()]).toEqual([4n, 4n]);
    const everything = { fromBlock: 0n, toBlock: "latest" } as const;
    const attested = await rewards.getEvents.Attested({}, everything);
    const votes = attested.map(({ args: { epoch, oracle } }) => `${epoch} ${oracle}`);
    expect(votes).toHaveLength(8);
    expect(new Set(votes).size).toBe(8);
    // each transaction of the chain is one of the ledger, none reverted, none sent for the same twice
    const sent = await rows<{ purpose: string; state: string }>("select purpose, state from ledger.transaction");
    const counts = await Promise.all(
      [FIRST, SECOND].map((index) => node.getTransactionCount({ address: by(index, f.network).account.address })),
    );
    expect(sent.map(({ state }) => state)).toEqual(sent.map(() => "FINAL"));
    expect(counts[0]! + counts[1]!).toBe(sent.length);
    expect(new Set(sent.map(({ purpose }) => purpose)).size).toBe(sent.length - 4); // both oracles attest 4 epochs
  }, 120_000);

  it("pays each wallet once what it earned, in transactions within the limit", async () => {
    const { rewards } = f.network;
    const claimed = await rewards.getEvents.RewardClaimed({}, { fromBlock: 0n, toBlock: "latest" });
    const due = await rows<{ account: string; cumulative: string }>(
      `select '0x' || encode(account, 'hex') as account, cumulative from ledger.claim where epoch = 2 order by place`,
    );
    const paid = claimed.map(({ args }) => [args.account?.toLowerCase(), String(args.amount)]).sort();
    expect(paid).toEqual(due.map(({ account, cumulative }) => [account, cumulative]).sort());
    const totals = await Promise.all(
      [0n, 1n, 2n].map(async (epoch) => (await rewards.read.commitOf([epoch]))[0].total),
    );
    const sum = due.reduce((all, { cumulative }) => all + BigInt(cumulative), 0n);
    expect(sum).toBe(totals.reduce((all, total) => all + total, 0n));
    const pays = await rows<{ gas: bigint }>(
      "select gas_limit as gas from ledger.transaction where purpose like 'pay %'",
    );
    expect(pays.length).toBeGreaterThan(1);
    expect(pays.every(({ gas }) => gas <= 260_000n)).toBe(true);
  });

  it("keeps each line with the terms that give it", async () => {
    const [{ wrong, lines, sum, total } = { wrong: 1, lines: 0, sum: "", total: "x" }] = await rows<{
      wrong: number;
      lines: number;
      sum: string;
      total: string;
    }>(
      `select count(*) filter (where div(whole * part, parts) <> amount)::int4 as wrong, count(*)::int4 as lines,
         sum(amount) as sum, (select sum(total) from ledger.epoch) as total from ledger.line`,
    );
    expect([wrong, sum]).toEqual([0, total]);
    expect(lines).toBeGreaterThan(100);
  });

  it("leaves statements that say of every wallet, pool and operator what the chain paid, and of every sale both sides", async () => {
    await expectAllPaid(f);
    await expectSalesToAgree(f);
  });

  it("keeps how GPUs were used, as contracts and telemetry say", () => expectUseToBeKept(f));
});

describe("jobs on one database", () => {
  it("settle what is due before the end, and commit nothing while oracles disagree", async () => {
    await f.travel(f.endOf(4) - 200);
    const first = await f.startJob([FIRST], { terms: { settleAheadSeconds: 300 } });
    const settled = `select from ledger.transaction where purpose like 'settle-% of epoch 4 %' and state = 'FINAL'`;
    await waitFor(async () => (await rows(settled)).length > 0 || undefined, {
      timeoutMs: 20_000,
      onTimeout: () => new Error(JSON.stringify(first.health(), (_, value: unknown) => String(value))),
    });
    expect(await f.network.rewards.read.burnedIn([4n])).toBeGreaterThan(0n);
    await f.travel(f.endOf(4) + 1);
    await until(4, ({ waits }) => /^for telemetry through/.test(waits ?? ""));
    await f.sampledThrough(f.endOf(4) + 1);
    const ours = await until(4, ({ waits }) => /1 of 2 do; nothing yet from/.test(waits ?? ""));

    const lie = `0x${"66".repeat(32)}` as const;
    const wrong = { linesRoot: lie, claimsRoot: lie, total: 1n, inputsHash: lie, methodologyVersion: 1 };
    await f.network.mined(f.network.rewards.write.attest([4n, wrong], by(THIRD, f.network)));
    const { trouble, state } = await until(4, (row) => row.trouble !== null);
    expect(state).toBe("SETTLED");
    expect(trouble).toContain("oracles disagree in round 1, nothing is committed");
    expect(trouble).toContain(ours.hash);
    expect(trouble).toContain(lie);
    expect(first.health().isHealthy).toBe(false);
    expect(await f.network.rewards.read.committedCount()).toBe(4n);

    const second = await f.startJob([SECOND]); // it was late
    await until(4, (row) => row.state === "COMMITTED" && row.trouble === null);
    const [commit] = await f.network.rewards.read.commitOf([4n]);
    expect(commit.inputsHash).toBe(ours.hash);
    await Promise.all([first.stop(), second.stop()]);
  }, 90_000);

  it("gather anew after a veto, with the telemetry mended, and reach a quorum in the second round", async () => {
    const before = await epochRow(4);
    const from = (f.endOf(4) - 7_200) * 1_000;
    const dark = Array.from({ length: 12 }, (_, n) => ({
      url: "http://tg-h100-01:9400/metrics",
      labels: {},
      at: from + n * 300_000,
      body: undefined,
    }));
    await importHistory({ databaseUrl: f.database.url, logger: silentLogger, scrapeSeconds: 300, id: "mended" }, dark);
    await f.sampledThrough(f.endOf(4) + 1);
    await f.network.mined(f.network.rewards.write.veto([4n, "a host was dark"], by(GUARDIAN, f.network)));
    const jobs = await Promise.all([f.startJob([FIRST]), f.startJob([SECOND])]);
    const after = await until(4, ({ state, hash }) => state === "COMMITTED" && hash !== null && hash !== before?.hash);
    const [commit] = await f.network.rewards.read.commitOf([4n]);
    expect([commit.inputsHash, await f.network.rewards.read.round()]).toEqual([after.hash, 2n]);
    await f.travel((await now()) + WINDOW_SECONDS + 1);
    await until(4, ({ state }) => state === "PAID");
    await Promise.all(jobs.map((job) => job.stop()));
    const left = await f.network.token.read.balanceOf([f.network.rewards.address]);
    expect(left).toBe(0n);
  }, 90_000);
});

describe("a chain that takes blocks back", () => {
  it("takes the facts that stood on them along; an epoch without a burn repeats the claims", async () => {
    const id = await f.rpc<string>("evm_snapshot");
    await toEndOf(5);
    const alone = await f.startJob([FIRST]);
    const before = await until(5, ({ waits }) => /1 of 2 do/.test(waits ?? ""));
    await f.rpc("evm_revert", [id]);
    await f.travel(f.endOf(5) + 7);
    const after = await until(
      5,
      ({ asOf, waits }) => asOf !== null && asOf !== before.asOf && /1 of 2/.test(waits ?? ""),
    );
    await alone.stop();
    const { number } = await f.network.node.getBlock({ blockHash: after.asOf as `0x${string}` });
    expect(number).toBeGreaterThan(0n);
    const both = await f.startJob([FIRST, SECOND]);
    await until(5, ({ state }) => state === "COMMITTED");
    await both.stop();
    const [commit] = await f.network.rewards.read.commitOf([5n]);
    expect(commit).toMatchObject({ total: 0n, claimsRoot: await f.network.rewards.read.claimsRoot() });
  }, 90_000);
});

describe("a transaction of a job", () => {
  const outboxOf = (over: Partial<SettlementTerms>): Outbox => {
    const node = connectNode(f.network.rpcUrl);
    const terms = { ...DEFAULT_TERMS, ...over };
    const signer = signerOf(THIRD);
    return new Outbox({
      pool: f.pool,
      node,
      chainId: 31337,
      signer,
      terms,
      logger: silentLogger,
      onPoint: () => undefined,
    });
  };
  const nothing = (purpose: string): Call => ({
    purpose,
    to: f.network.market.address,
    data: encodeFunctionData({ abi: f.network.market.abi, functionName: "settleMany", args: [[]] }),
  });
  const statesOf = async (purpose: string) =>
    (
      await rows<{ state: string }>(`select state from ledger.transaction where purpose = '${purpose}' order by id`)
    ).map(({ state }) => state);

  it("that waits for long is sent with higher fees at the same nonce, and mined once", async () => {
    const outbox = outboxOf({ replaceAfterMs: 0 });
    await f.rpc("evm_setAutomine", [false]);
    await outbox.submit(nothing("waits"));
    expect(await outbox.submit(nothing("waits"))).toBe(false);
    await outbox.follow(0n);
    expect(await statesOf("waits")).toEqual(["SIGNED", "SIGNED"]);
    await f.rpc("evm_mine");
    await outbox.follow(0n);
    expect(await statesOf("waits")).toEqual(["REPLACED", "MINED"]);
    await f.rpc("evm_setAutomine", [true]);
  });

  it("whose nonce somebody else used is given up, and sent again only if it is asked for", async () => {
    const outbox = outboxOf({ doubtMs: 0 });
    await f.rpc("evm_setAutomine", [false]);
    await outbox.submit(nothing("crossed"));
    const [{ hash } = { hash: "" }] = await rows<{ hash: string }>(
      "select '0x' || encode(hash, 'hex') as hash from ledger.transaction where purpose = 'crossed'",
    );
    await f.rpc("anvil_dropTransaction", [hash]);
    await f.rpc("evm_setAutomine", [true]);
    await f.network.mined(f.network.market.write.settleMany([[]], by(THIRD, f.network)));
    await outbox.follow(0n);
    expect(await statesOf("crossed")).toEqual(["REPLACED"]);
    expect(await outbox.submit(nothing("crossed"))).toBe(true);
    await outbox.settle(0n);
    expect(await statesOf("crossed")).toEqual(["REPLACED", "MINED"]);
  });

  it("that the chain would refuse is never signed, and the refusal is named", async () => {
    const data = encodeFunctionData({ abi: f.network.rewards.abi, functionName: "closeEpoch", args: [99n] });
    const call = { purpose: "refused", to: f.network.rewards.address, data };
    await expect(outboxOf({}).submit(call)).rejects.toMatchObject({ reason: "EpochRewards_NotNextToClose" });
    expect(await statesOf("refused")).toEqual([]);
  });
});

describe("what a job stands on", () => {
  it("must be one network: a ledger of another is refused", async () => {
    await (await f.startJob([FIRST])).stop();
    await f.pool.query("update ledger.network set genesis_time = genesis_time - 1");
    await expect(f.startJob([FIRST])).rejects.toMatchObject({ code: "LEDGER_OF_OTHER_NETWORK" });
    const job = await f.startJob([FIRST], { isLedgerNew: true });
    await until(0, ({ hash, trouble }) => hash !== null && trouble === null); // what is final is gathered again
    await job.stop();
  }, 60_000);

  it("may go away: the health says so, and it goes on", async () => {
    const node = new URL(f.network.rpcUrl);
    const wire = await openWire(Number(node.port));
    const job = await f.startJob([FIRST], { rpcUrl: wire.url });
    const healthIs = (isHealthy: boolean) =>
      waitFor(async () => (job.health().isHealthy === isHealthy ? job.health() : undefined), {
        timeoutMs: 40_000,
        onTimeout: () => new Error(JSON.stringify(job.health(), (_, value: unknown) => String(value))),
      });
    await healthIs(true);
    await wire.cut();
    expect(JSON.stringify((await healthIs(false)).detail["reasons"])).toContain("the node does not answer");
    await wire.mend();
    await healthIs(true);
    f.database.kill?.();
    const why = isEmbedded ? (await healthIs(false)).detail["reasons"] : "the database does not answer";
    expect(JSON.stringify(why)).toContain("the database does not answer");
    await healthIs(true);
    await job.stop();
    await wire.cut();
  }, 120_000);
});

/** A wire to a port that can be cut. */
async function openWire(port: number): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const open = async (at: number): Promise<Server> => {
    const server = createServer((near) => {
      const far = dial(port, "127.0.0.1");
      for (const [one, other] of [[near, far] as const, [far, near] as const]) {
        sockets.add(one);
        one.pipe(other);
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
      }
    }).listen(at, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  let server = await open(0);
  const at = (server.address() as { port: number }).port;
  return {
    url: `http://127.0.0.1:${at}`,
    cut: async () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      server.close();
      await once(server, "close");
    },
    mend: async () => void (server = await open(at)),
  };
}
