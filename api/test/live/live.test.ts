import { startFlakyDatabase } from "#indexer/testdata/flaky-database.ts";
import { silentLogger } from "#kernel/log.ts";
import { startApi, type Api } from "../../main.ts";
import { LIVE_EXAMPLES } from "../../src/graphql/examples.ts";
import { ask } from "../fixture.ts";
import { listen, type Listener, type Told } from "./listener.ts";
import { EPOCHS, OFFERS, PRICES, RENTALS, REWARDS } from "./queries.ts";
import { CUSTOMER, end, MODELS, openScene, rent } from "./scene.ts";
import { bytesOf, GENESIS_AT, hashOf, World } from "./world.ts";

let world: World;
let apis: Api[];
const listeners: Listener[] = [];

beforeAll(async () => {
  world = await World.open();
  await world.mine((block) => openScene(block, world.at));
  const one = () => startApi({ databaseUrl: world.database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
  apis = await Promise.all([one(), one()]);
});

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
});

afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  await world.close();
});

/** Subscribes at the first API, or another, and waits for the first message unless it is to resume. */
async function subscribe(
  query: string,
  variables: Record<string, unknown> = {},
  api = apis[0] as Api,
  operationName?: string,
): Promise<Listener> {
  const listener = listen(api.url, query, variables, operationName);
  listeners.push(listener);
  if (variables["since"] === undefined) await listener.until(1);
  return listener;
}

const kinds = (told: readonly Told[]): string[] =>
  told.map(({ kind, block, events, undone }) => {
    return [kind, block.number, ...events.map((event) => String(event["kind"])), ...undone].join(" ");
  });
const here = (): { blockNumber: string; blockHash: string } => ({
  blockNumber: String(world.number),
  blockHash: world.hash,
});

describe("a subscription to rentals", () => {
  it("tells where it starts, then every change with its block, which a query has seen by then", async () => {
    const listener = await subscribe(RENTALS);
    await world.mine((block) => rent(block, 1, 1, world.number, world.at));
    const [start, started] = await listener.until(2);
    expect(start).toMatchObject({ kind: "START", block: { number: "1", hash: hashOf(1, "a") }, events: [] });
    const { data } = await ask(apis[0]?.url ?? "", "{ asOf { block { number } } rental(id: 1) { isRunning } }");
    expect(data).toEqual({ asOf: { block: { number: "2" } }, rental: { isRunning: true } });
    expect(started).toEqual({
      kind: "BLOCK",
      block: { number: "2", hash: hashOf(2, "a"), timestamp: new Date((GENESIS_AT + 24) * 1_000).toISOString() },
      resumeAt: { number: "2", hash: hashOf(2, "a") },
      undone: [],
      events: [
        expect.objectContaining({
          id: "rental-1-started",
          kind: "STARTED",
          rentalId: "1",
          gpuId: "1",
          model: MODELS[1],
        }),
      ],
    });
  });

  it("tells top-ups and ends, of a rental in the order in which they happened", async () => {
    const listener = await subscribe(RENTALS, { where: { customer: CUSTOMER.replace("\\x", "0x") } });
    await world.mine((block) => {
      block.set("rental", 1, { deposited_dc: 3_490_000, paid_until: world.at + 5_000 });
      block.add("rental_top_up", { rental: "1", payer: bytesOf("d"), amount_dc: 1_000_000 });
      end(block, 1, 1, world.at);
    });
    const [, told] = await listener.until(2);
    expect(
      told?.events.map(({ kind, amountDc, payer, endReason, refundedDc }) => [
        kind,
        amountDc,
        payer,
        endReason,
        refundedDc,
      ]),
    ).toEqual([
      ["TOPPED_UP", "1", bytesOf("d").replace("\\x", "0x"), "CUSTOMER", "1"],
      ["ENDED", null, null, "CUSTOMER", "1"],
    ]);
  });

  it("tells that one ran out in the first block after its funds, though nobody ended it", async () => {
    const listener = await subscribe(RENTALS);
    await world.mine((block) => rent(block, 2, 2, world.number, world.at, { paid_until: world.at + 30 }));
    await world.mine(undefined, 29);
    await world.mine(undefined, 1); // its time is the end, which is no part of the use
    await world.mine();
    await world.mine((block) => end(block, 2, 2, world.at));
    expect(kinds(await listener.until(4)).slice(1)).toEqual(["BLOCK 4 STARTED", "BLOCK 6 RAN_OUT", "BLOCK 8 ENDED"]);
  });

  it("tells only what its filter lets through", async () => {
    const h100 = await subscribe(RENTALS, { where: { model: MODELS[1], kinds: ["STARTED"] } });
    const a100 = await subscribe(RENTALS, { where: { model: MODELS[2] } });
    await world.mine((block) => {
      rent(block, 3, 3, world.number, world.at);
      rent(block, 4, 1, world.number, world.at, { tier: "SPOT" });
    });
    await world.mine((block) => {
      end(block, 3, 3, world.at);
      end(block, 4, 1, world.at);
    });
    expect((await a100.until(3)).flatMap(({ events }) => events.map(({ kind, gpuId }) => [kind, gpuId]))).toEqual([
      ["STARTED", "3"],
      ["ENDED", "3"],
    ]);
    expect(h100.told.flatMap(({ events }) => events.map(({ kind, gpuId }) => [kind, gpuId]))).toEqual([
      ["STARTED", "1"],
    ]);
  });
});

describe("the other streams", () => {
  it("tell when a GPU becomes free or taken, and on which terms", async () => {
    const all = await subscribe(OFFERS, { where: { model: MODELS[1] } });
    const reserved = await subscribe(OFFERS, { where: { model: MODELS[1], tier: "RESERVED" } });
    const from = world.number;
    await world.mine((block) => rent(block, 5, 1, world.number, world.at, { tier: "SPOT", paid_until: world.at + 24 }));
    await world.mine(); // nothing
    await world.mine(); // its funds are over
    await world.mine((block) => block.set("gpu", 2, { status: "OFFLINE" }));
    await world.mine((block) => block.set("gpu", 2, { status: "ACTIVE", burned_dc: 5 }));
    const told = (await all.until(5)).slice(1);
    const shown = told.flatMap(({ block, events }) =>
      events.map(({ gpuId, was, now, freeFor }) => [Number(block.number) - from, gpuId, was, now, freeFor]),
    );
    const every = ["SPOT", "ON_DEMAND", "RESERVED"];
    expect(shown).toEqual([
      [1, "1", "FREE", "SPOT", ["RESERVED"]],
      [3, "1", "SPOT", "FREE", every],
      [4, "2", "FREE", "OUT", []],
      [5, "2", "OUT", "FREE", every],
    ]);
    expect(
      (await reserved.until(3)).slice(1).flatMap(({ events }) => events.map(({ gpuId, now }) => [gpuId, now])),
    ).toEqual([
      ["2", "OUT"],
      ["2", "FREE"],
    ]);
  });

  it("tell that a GPU is taken for the hours of a slot, whether it is used or not", async () => {
    const listener = await subscribe(OFFERS, { where: { model: MODELS[2] } });
    const hour = Math.floor(world.at / 3_600);
    await world.mine((block) => {
      block.set("slot", 1, { gpu: "3", pool: "2", operator: "1", root: "1", start_hour: hour + 1, end_hour: hour + 2 });
    });
    await world.mine(undefined, (hour + 1) * 3_600 - world.at);
    await world.mine(undefined, 3_600);
    const told = (await listener.until(3)).slice(1).flatMap(({ events }) => events.map(({ was, now }) => [was, now]));
    expect(told).toEqual([
      ["FREE", "RESERVED"],
      ["RESERVED", "FREE"],
    ]);
  });

  it("tell new rates of pools and new prices of the token", async () => {
    const [all, west] = await Promise.all([subscribe(PRICES), subscribe(PRICES, { where: { region: "us-west" } })]);
    await world.mine((block) => {
      const rates = { spot_rate_dc_per_hour: 1, on_demand_rate_dc_per_hour: 2_000_000, reserved_rate_dc_per_hour: 3 };
      block.add("price_point", { price: 210_000_000 });
      block.add("rate_change", { pool: "1", set_by: bytesOf("a"), ...rates });
      block.add("rate_change", { pool: "2", set_by: bytesOf("a"), ...rates });
    });
    const [, told] = await all.until(2);
    expect(
      told?.events.map(({ kind, poolId, onDemandRateDcPerHour, price }) => [
        kind,
        poolId,
        onDemandRateDcPerHour,
        price,
      ]),
    ).toEqual([
      ["TOKEN", null, null, "2.1"],
      ["RATES", "1", "2", null],
      ["RATES", "2", "2", null],
    ]);
    expect((await west.until(2))[1]?.events.map(({ poolId }) => poolId)).toEqual(["1"]);
  });

  it("tell the steps of an epoch and what a wallet is paid", async () => {
    const wallet = `0x${"e".repeat(40)}`;
    const [epochs, rewards] = await Promise.all([subscribe(EPOCHS), subscribe(REWARDS, { account: wallet })]);
    const bct = (whole: number): string => `${whole}000000000000000000`;
    await world.pool.query(
      `insert into ledger.network (chain_id, rewards, genesis_hash, genesis_time, epoch_length)
       values (31337, decode(repeat('00', 20), 'hex'), sha256('genesis'), ${world.at - 86_400 + 12}, 86_400);
       insert into ledger.epoch (epoch, start_at, end_at, state) values (0, ${world.at - 86_388}, ${world.at + 12}, 'ENDED');
       insert into ledger.claim values (0, 0, '${bytesOf("b")}', ${bct(80)}, ${bct(80)}), (0, 1, '${bytesOf("e")}', ${bct(9)}, ${bct(9)})`,
    );
    await world.mine(({ set, add }) => {
      set("epoch", 0, { number: 0, status: "CLOSED", budget_bct: bct(100), block_number: world.number });
      add("epoch_attestation", { epoch: "0", votes: 1, total_bct: bct(90), oracle: bytesOf("f") });
      add("epoch_commit", { epoch: "0", total_bct: bct(90), window_ends_at: world.at + 60 });
      add("epoch_veto", { epoch: "0", reason: "wrong inputs" });
    });
    await world.mine(({ set, add }) => {
      set("epoch", 0, { status: "FINALIZED", minted_bct: bct(90), finalized_at: world.at });
      add("reward_claim", { account: bytesOf("e"), amount_bct: bct(7), cumulative_bct: bct(9) });
      add("reward_claim", { account: bytesOf("b"), amount_bct: bct(1), cumulative_bct: bct(1) });
    });
    const told = await epochs.until(3);
    expect(
      kinds(told)
        .slice(1)
        .map((line) => line.replace(/ \d+/, "")),
    ).toEqual(["BLOCK CLOSED ATTESTED COMMITTED VETOED BEGAN", "BLOCK FINALIZED"]);
    expect(told[1]?.events.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 0, 1]);
    expect(told[1]?.events[3]).toMatchObject({ kind: "VETOED", reason: "wrong inputs", budgetBct: "100" });
    expect((await rewards.until(2))[1]?.events).toEqual([
      { kind: "EARNED", epoch: 0, amountBct: "9", cumulativeBct: "9" },
      { kind: "CLAIMED", epoch: null, amountBct: "7", cumulativeBct: "9" },
    ]);
  });
});

describe("what the explorer shows", () => {
  it.each(LIVE_EXAMPLES.map(({ title, query }) => [title, query]))("%s: starts as it stands", async (_title, query) => {
    const [start] = await (await subscribe(query, {}, apis[0], /subscription (\w+)/.exec(query)?.[1])).until(1);
    expect(start).toMatchObject({ kind: "START", block: { number: String(world.number) }, events: [] });
  });

  it("is refused over HTTP as a plain request", async () => {
    const { errors } = await ask(apis[0]?.url ?? "", RENTALS);
    expect(errors?.[0]?.extensions["code"]).toBe("BAD_REQUEST");
  });
});

describe("a reorg", () => {
  it("is told as what holds no longer, by the same words in every process, then the new truth", async () => {
    const both = await Promise.all(apis.map((api) => subscribe(RENTALS, {}, api)));
    const fork = world.number;
    await world.mine((block) => rent(block, 10, 1, world.number, world.at));
    await world.mine((block) => rent(block, 11, 3, world.number, world.at));
    await Promise.all(both.map((listener) => listener.until(3)));
    await world.revertTo(fork, "b");
    await world.mineAll([{}, { work: (block) => rent(block, 10, 3, world.number, world.at) }, {}]);
    const [first = [], second = []] = await Promise.all(both.map((listener) => listener.until(5)));
    expect(second).toEqual(first);
    expect(kinds(first).slice(1)).toEqual([
      `BLOCK ${fork + 1} STARTED`,
      `BLOCK ${fork + 2} STARTED`,
      `UNDO ${fork + 1} rental-11-started rental-10-started`,
      `BLOCK ${fork + 2} STARTED`,
    ]);
    expect(first[3]).toMatchObject({
      block: { hash: hashOf(fork + 1, "a") },
      resumeAt: { number: String(fork), hash: hashOf(fork, "a") },
    });
    expect(first[4]?.block.hash).toBe(hashOf(fork + 2, "b"));
    await world.mine((block) => end(block, 10, 3, world.at));
  });

  it("to fewer blocks is told too", async () => {
    const listener = await subscribe(RENTALS);
    const fork = world.number;
    await world.mineAll([{}, { work: (block) => rent(block, 12, 1, world.number, world.at) }]);
    await listener.until(2);
    await world.revertTo(fork + 1, "c");
    expect(kinds(await listener.until(3)).slice(1)).toEqual([
      `BLOCK ${fork + 2} STARTED`,
      `UNDO ${fork + 2} rental-12-started`,
    ]);
  });
});

describe("who comes back", () => {
  it("is told what came after the block it names, once", async () => {
    const since = here();
    await world.mine((block) => rent(block, 20, 1, world.number, world.at));
    await world.mine((block) => end(block, 20, 1, world.at));
    for (const api of apis) {
      const listener = await subscribe(RENTALS, { since }, api);
      expect((await listener.until(2)).map(({ events }) => events.map(({ id }) => id))).toEqual([
        ["rental-20-started"],
        ["rental-20-ended"],
      ]);
    }
    const later = await subscribe(RENTALS, { since: here() });
    await world.mine((block) => rent(block, 21, 1, world.number, world.at));
    expect(kinds(await later.until(1))).toEqual([`BLOCK ${world.number} STARTED`]);
    await world.mine((block) => end(block, 21, 1, world.at));
  });

  it("is told first what of it is gone, with ids by a process that saw it, without by one that didn't", async () => {
    const fork = world.number;
    await world.mine((block) => rent(block, 22, 1, world.number, world.at));
    const watcher = await subscribe(RENTALS);
    const gone = here();
    await world.revertTo(fork, "d");
    await world.mine((block) => rent(block, 23, 3, world.number, world.at));
    await watcher.until(3);
    const back = await subscribe(RENTALS, { since: gone });
    expect(kinds(await back.until(2))).toEqual([`UNDO ${fork + 1} rental-22-started`, `BLOCK ${fork + 1} STARTED`]);
    const fresh = await startApi({ databaseUrl: world.database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
    try {
      const told = await (await subscribe(RENTALS, { since: gone }, fresh)).until(2);
      expect(told[0]).toMatchObject({ kind: "UNDO", block: { number: "1" }, resumeAt: { number: "0" }, undone: [] });
      expect(told.at(1)).toMatchObject({ kind: "BLOCK", block: { number: "2" }, events: [{ id: "rental-1-started" }] });
    } finally {
      await fresh.stop();
    }
    await world.mine((block) => end(block, 23, 3, world.at));
  });

  it("from before anything that is kept is told so", async () => {
    const listener = await subscribe(RENTALS, { since: { blockNumber: "0", blockHash: `0x${"9".repeat(64)}` } });
    await listener.ended;
    expect(listener.answers[0]?.errors?.[0]).toMatchObject({ extensions: { code: "RESUME_TOO_OLD" } });
  });

  it("with no block at all is told what is wrong", async () => {
    for (const [blockNumber, blockHash] of [
      ["-1", world.hash],
      ["1", "0x12"],
    ]) {
      const listener = await subscribe(RENTALS, { since: { blockNumber, blockHash } });
      await listener.ended;
      expect(listener.answers[0]?.errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
    }
  });
});

describe("a database that goes away", () => {
  it("keeps its subscribers, who are told everything once when it is back", async () => {
    const flaky = await startFlakyDatabase(world.database.url);
    const api = await startApi({ databaseUrl: flaky.url, host: "127.0.0.1", port: 0, logger: silentLogger });
    try {
      const listener = await subscribe(RENTALS, {}, api);
      flaky.bar(true);
      await world.mine((block) => rent(block, 30, 1, world.number, world.at));
      expect((await ask(api.url, "{ asOf { block { number } } }")).errors?.[0]?.extensions["code"]).toBe(
        "UPSTREAM_UNAVAILABLE",
      );
      await world.mine((block) => end(block, 30, 1, world.at));
      flaky.bar(false);
      const told = await listener.until(3);
      flaky.cut();
      await world.mine((block) => rent(block, 31, 1, world.number, world.at));
      await listener.until(4);
      expect(told.slice(1).flatMap(({ events }) => events.map(({ id }) => id))).toEqual([
        "rental-30-started",
        "rental-30-ended",
      ]);
      expect(listener.told.length).toBe(4);
    } finally {
      await api.stop();
      flaky.close();
    }
  });

  it("and has forgotten too much meanwhile makes its subscribers start anew", async () => {
    const flaky = await startFlakyDatabase(world.database.url);
    const api = await startApi({ databaseUrl: flaky.url, host: "127.0.0.1", port: 0, logger: silentLogger });
    try {
      const listener = await subscribe(RENTALS, {}, api);
      flaky.bar(true);
      await world.mineAll([{}, {}, {}]);
      await world.finalize(world.number);
      flaky.bar(false);
      const [, again] = await listener.until(2);
      expect(again).toMatchObject({ kind: "START", block: { number: String(world.number), hash: world.hash } });
    } finally {
      await api.stop();
      flaky.close();
    }
  });
});
