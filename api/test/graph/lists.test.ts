import { silentLogger } from "#kernel/log.ts";
import { startApi, type Api } from "../../main.ts";
import { ask, execute, type Answer } from "../fixture.ts";
import { GENESIS_AT, type World } from "../live/world.ts";
import { address, ALICE, BOB, MEMBER, openMarketScene } from "./scene.ts";

let world: World;
let api: Api;

beforeAll(async () => {
  world = await openMarketScene();
  api = await startApi({ databaseUrl: world.database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
});

afterAll(async () => {
  await api.stop();
  await world.close();
});

const query = (text: string, variables: Record<string, unknown> = {}): Promise<Answer> => ask(api.url, text, variables);
const data = async (text: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
  const answer = await query(text, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data ?? {};
};
const atBlock = (number: number): string => new Date((GENESIS_AT + number * 12) * 1_000).toISOString();

describe("a slot", () => {
  it("tells where it came from and what became of it", async () => {
    const { slot } = await data(`{ slot(id: "1") {
      startAt endAt hourCount hourlyDc parent { id } root { id } holder { address } gpu { id }
      children { nodes { id parent { id } hourCount startAt } }
      checkIns { nodes { userAddress rental { id } } }
      transfers { nodes { from to escrowDc at blockNumber } }
      moves { nodes { fromGpu { id } toGpu { id } fromAt } }
      refunds { nodes { kind hourCount refundedDc fromAt toAt } } } }`);
    expect(slot).toMatchObject({
      startAt: "2026-11-23T22:00:00.000Z", // block 0 is at 12:00, the slot begins 10 hours later
      endAt: "2026-11-24T00:00:00.000Z",
      hourCount: 4,
      hourlyDc: "1.5",
      parent: null,
      root: { id: "1" },
      children: { nodes: [{ id: "3", parent: { id: "1" }, hourCount: 2, startAt: "2026-11-24T00:00:00.000Z" }] },
      checkIns: { nodes: [{ userAddress: address(BOB), rental: { id: "1" } }] },
      transfers: {
        nodes: [{ from: address(ALICE), to: address(BOB), escrowDc: "3", at: atBlock(2), blockNumber: "2" }],
      },
      moves: { nodes: [{ fromGpu: { id: "1" }, toGpu: { id: "2" }, fromAt: "2026-11-23T23:00:00.000Z" }] },
      refunds: { nodes: [{ kind: "HOURS_LOST", hourCount: 1, refundedDc: "1.5" }] },
    });
  });

  it("is found by holder, hours and whether it is gone", async () => {
    const answer = await data(
      `query ($holder: Bytes!) {
        his: slots(where: { holder: $holder }) { nodes { id } }
        late: slots(where: { endsAfter: "2026-11-24T00:00:00Z" }, orderBy: CREATED_AT_DESC) { nodes { id } }
        early: slots(where: { startsBefore: "2026-11-24T00:00:00Z", isGone: false }) { nodes { id } }
        gone: slots(where: { isGone: true }) { nodes { id } } }`,
      { holder: address(BOB) },
    );
    expect(answer).toEqual({
      his: { nodes: [{ id: "3" }, { id: "4" }] },
      late: { nodes: [{ id: "4" }, { id: "3" }] },
      early: { nodes: [{ id: "1" }, { id: "2" }] },
      gone: { nodes: [] },
    });
  });
});

describe("the exchange", () => {
  it("shows what is asked, in tokens, and by price", async () => {
    const { listings } = await data(
      `{ listings(where: { isOpen: true, kind: GPU }, orderBy: PRICE_DESC) { nodes {
        id seller { address } gpu { id } slot { id } price { symbol baseUnits amount usd } } } }`,
    );
    const price = (baseUnits: string, amount: string) => ({ symbol: "USDX", baseUnits, amount, usd: null });
    expect(listings).toMatchObject({
      nodes: [
        { gpu: { id: "2" }, slot: null, price: price("200", "2") },
        { gpu: { id: "1" }, slot: null, price: price("100", "1") },
      ],
    });
  });

  it("keeps what was sold, and what became of each offer", async () => {
    const answer = await data(`{
      sales(where: { kind: GPU }) { nodes { gpu { id } seller { address } buyer { address } price { amount } royalty { baseUnits } at } }
      slots: sales(where: { kind: SLOT }) { nodes { id } }
      gpu(id: "3") { listing { isOpen } listings { nodes { end endedAt } } sales { nodes { price { baseUnits } } } } }`);
    expect(answer).toMatchObject({
      sales: {
        nodes: [
          {
            gpu: { id: "3" },
            buyer: { address: address(BOB) },
            price: { amount: "3" },
            royalty: { baseUnits: "15" },
            at: atBlock(3),
          },
        ],
      },
      slots: { nodes: [] },
      gpu: {
        listing: { isOpen: false },
        listings: { nodes: [{ end: "SOLD", endedAt: atBlock(3) }] },
        sales: { nodes: [{ price: { baseUnits: "300" } }] },
      },
    });
  });

  it("finds offers of a model", async () => {
    const { listings } = await data(`{ listings(where: { model: "Model 2" }) { nodes { gpu { id } } } }`);
    expect(listings).toEqual({ nodes: [{ gpu: { id: "3" } }] });
  });
});

describe("histories", () => {
  it("of a GPU: holders, pools, statuses, exits and invitations", async () => {
    const { gpu } = await data(`{ gpu(id: "3") {
      ownerships { nodes { owner { address } fromAt toAt toBlock } }
      memberships { nodes { pool { id } contributor leaveReason toAt } }
      statusPeriods { nodes { status } } exits { nodes { outcome exitAt pool { id } } }
      invitations { nodes { pool { id } at } } } }`);
    expect(gpu).toMatchObject({
      ownerships: {
        nodes: [
          { owner: { address: address(BOB) }, fromAt: atBlock(3), toAt: null },
          { owner: { address: address(ALICE) }, fromAt: atBlock(1), toAt: atBlock(3), toBlock: "3" },
        ],
      },
      memberships: { nodes: [{ pool: { id: "2" }, contributor: address(MEMBER), leaveReason: null, toAt: null }] },
      statusPeriods: { nodes: [{ status: "ACTIVE" }] },
      exits: { nodes: [{ outcome: "CANCELLED", pool: { id: "2" } }] },
      invitations: { nodes: [{ pool: { id: "2" }, at: atBlock(1) }] },
    });
  });

  it("of a pool: rates, shares, discounts and pricers, the latest first", async () => {
    const { pool } = await data(`{ pool(id: "1") {
      rateChanges { nodes { onDemandRateDcPerHour isByPricer setBy at } }
      shareRules { nodes { effectiveEpoch operatorBps poolBps gpuBps } }
      discountChanges { nodes { minHours bps } }
      pricers { nodes { delegation { pricer maxStepBps } end } }
      memberships { nodes { gpu { id } } } } }`);
    expect(pool).toMatchObject({
      rateChanges: {
        nodes: [
          { onDemandRateDcPerHour: "3", isByPricer: true, setBy: address(BOB), at: atBlock(3) },
          { onDemandRateDcPerHour: "0", isByPricer: false, setBy: address(ALICE), at: atBlock(1) },
        ],
      },
      shareRules: { nodes: [{ effectiveEpoch: "0", operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 }] },
      discountChanges: { nodes: [{ minHours: [24], bps: [500] }] },
      pricers: { nodes: [{ delegation: { pricer: address(BOB) }, end: null }] },
    });
  });

  it("of an operator: holders, payees, and members with what their GPUs do", async () => {
    const { operator, members } = await data(`{
      operator(id: "1") {
        ownerships { nodes { address } } payees { nodes { address toAt } }
        members { nodes { address performance { gpuCount activeGpuCount rentedGpuCount burnedDc paidSeconds } periods { nodes { toAt } } } } }
      members(where: { operator: "2", isActive: true }) { nodes { operator { id } account { address } } } }`);
    expect(operator).toEqual({
      ownerships: { nodes: [{ address: address(ALICE) }] },
      payees: { nodes: [{ address: address(ALICE), toAt: null }] },
      members: {
        nodes: [
          {
            address: address(MEMBER),
            performance: { gpuCount: 2, activeGpuCount: 2, rentedGpuCount: 1, burnedDc: "1", paidSeconds: "1800" },
            periods: { nodes: [{ toAt: null }] },
          },
        ],
      },
    });
    expect(members).toEqual({ nodes: [{ operator: { id: "2" }, account: { address: address(MEMBER) } }] });
  });
});

describe("the economy", () => {
  it("is told by day without gaps, each event once, rolled up or not", async () => {
    const { economyByDay } = await data(`{ economyByDay(from: "2026-11-20", to: "2026-11-24") {
      day burnedDc settlementCount mintedDc destroyedBct supplyBct } }`);
    expect(economyByDay).toEqual({
      day: ["20", "21", "22", "23"].map((day) => `2026-11-${day}T00:00:00.000Z`),
      burnedDc: ["0", "0", "3", "3"],
      settlementCount: ["0", "0", "1", "2"],
      mintedDc: ["0", "0", "0", "7"],
      destroyedBct: ["0", "0", "0", "0.0000000000000001"],
      supplyBct: [null, "0.000000000000001", "0.000000000000001", "0.0000000000000009"],
    });
  });

  it("has prices as candles, the day that runs among them", async () => {
    const { bctPriceHistory } = await data(
      `{ bctPriceHistory(from: "2026-11-22", to: "2026-11-24", every: DAY) { at open high low close priceCount } }`,
    );
    expect(bctPriceHistory).toEqual({
      at: ["2026-11-22T00:00:00.000Z", "2026-11-23T00:00:00.000Z"],
      open: ["2.1", "2"],
      high: ["2.1", "2"],
      low: ["1.9", "2"],
      close: ["1.9", "2"],
      priceCount: ["2", "1"],
    });
  });

  it("says on how few customers it stands", async () => {
    const { payerConcentration, operator } = await data(`{
      payerConcentration(days: 7, first: 1) { payerCount burnedDc index { value reason } largest { address share } }
      operator(id: "2") { payerConcentration { payerCount index { value } } } }`);
    // 5 and 1 DC of 6: (5/6)² + (1/6)² = 26/36
    const index = (payerConcentration as { index: { value: number } }).index.value;
    expect(index).toBeCloseTo(26 / 36, 9);
    expect(payerConcentration).toMatchObject({ payerCount: 2, burnedDc: "6", largest: [{ address: address(BOB) }] });
    expect(operator).toEqual({ payerConcentration: { payerCount: 1, index: { value: 1 } } });
  });
});

describe("offers", () => {
  it("are the GPUs that can be had now, the cheapest first, page by page", async () => {
    const first = await data(
      `{ offers(first: 1) { nodes { gpuId rateDcPerHour freeUntil } pageInfo { hasNextPage endCursor } } }`,
    );
    const { nodes, pageInfo } = first["offers"] as { nodes: unknown[]; pageInfo: { endCursor: string } };
    expect(nodes).toEqual([{ gpuId: "3", rateDcPerHour: "2", freeUntil: null }]);
    const rest = await data(
      `query ($after: String) { offers(after: $after) { nodes { gpuId rateDcPerHour freeUntil } } }`,
      {
        after: pageInfo.endCursor,
      },
    );
    // GPU 1 is rented; GPU 2 is booked from 22:00 on
    expect(rest["offers"]).toEqual({
      nodes: [
        { gpuId: "4", rateDcPerHour: "2", freeUntil: null },
        { gpuId: "2", rateDcPerHour: "3", freeUntil: "2026-11-23T22:00:00.000Z" },
      ],
    });
  });

  it("hold what the filter asks for", async () => {
    const answer = await data(`{
      cheap: offers(where: { maxRateDcPerHour: "2.5", model: "Model 1" }) { nodes { gpuId } }
      long: offers(where: { model: "Model 1", freeUntil: "2026-11-24T00:00:00Z" }) { nodes { gpuId } }
      spot: offers(where: { tier: SPOT, pool: "1" }) { nodes { gpuId tier } } }`);
    expect(answer).toEqual({
      cheap: { nodes: [] },
      long: { nodes: [] },
      spot: { nodes: [{ gpuId: "2", tier: "SPOT" }] },
    });
  });
});

describe("history", () => {
  const PAST = `query ($atBlock: BigInt, $atTime: DateTime) { history(atBlock: $atBlock, atTime: $atTime) {
    block { number timestamp isTimeExact }
    gpu(id: "3") { owner { address } pool { onDemandRateDcPerHour } asOf { block { number } } }
    pools { nodes { id onDemandRateDcPerHour gpus { nodes { id owner { address } } } } }
    listings(where: { isOpen: true }) { nodes { gpu { id } } }
    slots { nodes { id endAt } } } }`;

  it("shows everything below it as of the end of a block", async () => {
    const { history } = await data(PAST, { atBlock: "2" });
    expect(history).toMatchObject({
      block: { number: "2", timestamp: atBlock(2), isTimeExact: true },
      gpu: {
        owner: { address: address(ALICE) },
        pool: { onDemandRateDcPerHour: "2" },
        asOf: { block: { number: "2" } },
      },
      pools: { nodes: [{ id: "1", onDemandRateDcPerHour: "2" }, { id: "2" }] },
      listings: {
        nodes: expect.arrayContaining([{ gpu: { id: "1" } }, { gpu: { id: "2" } }, { gpu: { id: "3" } }]) as unknown,
      },
    });
    const before = (await data(PAST, { atBlock: "1" }))["history"];
    expect(before).toMatchObject({ listings: { nodes: [] }, slots: { nodes: [{ id: "1" }, { id: "2" }] } });
  });

  it("takes a time for the last block with an event before it, and leaves the present alone", async () => {
    const answer = await data(
      `query ($atTime: DateTime) { gpu(id: "3") { owner { address } }
        history(atTime: $atTime) { block { number } gpu(id: "3") { owner { address } } } }`,
      { atTime: new Date((GENESIS_AT + 30) * 1_000).toISOString() },
    );
    expect(answer).toEqual({
      gpu: { owner: { address: address(BOB) } },
      history: { block: { number: "2" }, gpu: { owner: { address: address(ALICE) } } },
    });
  });

  it("refuses what isn't kept, each with its reason", async () => {
    const code = async (text: string) => (await query(text)).errors?.[0]?.extensions["code"];
    expect(await code(`{ history(atBlock: "99") { block { number } } }`)).toBe("NOT_INDEXED_YET");
    expect(await code(`{ history { block { number } } }`)).toBe("BAD_USER_INPUT");
    expect(await code(`{ history(atTime: "2020-01-01") { block { number } } }`)).toBe("HISTORY_PRUNED");
    await world.pool.query("update subgraphs.deployment set earliest_block_number = 2");
    const { errors } = await query(`{ history(atBlock: "1") { block { number } } }`);
    await world.pool.query("update subgraphs.deployment set earliest_block_number = 0");
    expect(errors?.[0]?.extensions).toMatchObject({ code: "HISTORY_PRUNED", hints: [`ask for atBlock: "2" or later`] });
  });

  it("gives null for what only the present has, and the rest all the same", async () => {
    const { data: answer, errors } = await query(
      `{ history(atBlock: "2") { operator(id: "1") { name reputation { score } } gpu(id: "1") { id telemetry { at } } } }`,
    );
    expect(answer).toEqual({
      history: { operator: { name: "O1", reputation: null }, gpu: { id: "1", telemetry: null } },
    });
    expect(errors?.map(({ extensions }) => extensions["code"])).toEqual(["NOT_IN_HISTORY"]);
  });
});

describe("a page", () => {
  const DEEP: [string, string][] = [
    [
      "slots",
      "gpu { id } pool { id } operator { id } holder { address } parent { id } root { id } children { nodes { id } } checkIns { nodes { rental { id } } } moves { nodes { toGpu { id } } } refunds { nodes { id } } transfers { nodes { id } } listing { id } sales { nodes { id } }",
    ],
    [
      "gpus",
      "listing { price { amount } } sales { nodes { id } } listings { nodes { price { amount } } } ownerships { nodes { owner { address } } } memberships { nodes { pool { id } } } exits { nodes { pool { id } } } invitations { nodes { id } } statusPeriods { nodes { id } } slots { nodes { id } }",
    ],
    [
      "pools",
      "operator { id } gpus { nodes { owner { address } } } shareRules { nodes { id } } rateChanges { nodes { id } } discountChanges { nodes { id } } pricers { nodes { delegation { pricer } } } memberships { nodes { gpu { id } } }",
    ],
    [
      "operators",
      "owner { address } pools { nodes { gpus { nodes { id } } } } members { nodes { performance { gpuCount } periods { nodes { id } } } } ownerships { nodes { id } } payees { nodes { id } } payerConcentration { payerCount }",
    ],
    ["listings", "seller { address } price { amount } gpu { id listing { id } }"],
    ["sales", "seller { address } buyer { address } price { amount } royalty { amount } gpu { id }"],
    ["members", "operator { id } account { address memberships { nodes { id } } } performance { gpuCount }"],
    [
      "rentals",
      "gpu { slots { nodes { id } } } customer { gpus { nodes { id } } rentals { nodes { id } } slots { nodes { id } } }",
    ],
    ["offers", "gpu { id } pool { id } operator { id }"],
  ];
  it.each(DEEP)("of %s takes as many statements for one node as for all", async (list, fields) => {
    const ofOne = await execute(world.pool, `{ ${list}(first: 1) { nodes { ${fields} } } }`);
    const ofAll = await execute(world.pool, `{ ${list}(first: 50) { nodes { ${fields} } } }`);
    // a node may lack what another has, and what nobody asks for isn't read
    for (const name of new Set(ofAll.statements)) {
      const count = (names: readonly string[]): number => names.filter((one) => one === name).length;
      const [all, one] = [count(ofAll.statements), count(ofOne.statements)];
      expect({ name, isMore: all > Math.max(one, 1) }).toEqual({ name, isMore: false });
    }
  });

  it("goes on after its cursor in any order, and refuses another order's", async () => {
    const ids: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 4; page++) {
      const { gpus } = (await data(
        `query ($after: String) { gpus(first: 1, after: $after, orderBy: BURNED_DC_DESC) { nodes { id } pageInfo { endCursor } } }`,
        { after },
      )) as { gpus: { nodes: { id: string }[]; pageInfo: { endCursor: string } } };
      ids.push(...gpus.nodes.map(({ id }) => id));
      after = gpus.pageInfo.endCursor;
    }
    expect(ids).toEqual(["4", "3", "2", "1"]); // all have burned as much
    const { errors } = await query(`query ($after: String) { gpus(after: $after) { nodes { id } } }`, { after });
    expect(errors?.[0]).toMatchObject({ message: "after is no cursor of this list" });
  });
});
