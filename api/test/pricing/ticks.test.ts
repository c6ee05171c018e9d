import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { migrate } from "#database/migrate.ts";
import { silentLogger } from "#kernel/log.ts";
import { declareCosts } from "../../src/jobs/pricing/declare.ts";
import { makePrices, pricingJob } from "../../src/jobs/pricing/index.ts";
import { differencesOf, remakeTick } from "../../src/jobs/pricing/remake.ts";
import { readPriceIndex, readTicks, type TickRow } from "../../src/sources/market.ts";
import { withSnapshot } from "../../src/sources/snapshot.ts";
import { execute, openApi, type ApiFixture } from "../fixture.ts";
import { playRandomly } from "./random-history.ts";
import { BLOCK, ChainTables } from "./tables.ts";

const HOUR = 3_600;
const T0 = 1_767_225_600; // 2026-01-01T00:00:00Z
const hourOf = (at: number): number => at / HOUR;

let api: ApiFixture;
let chain: ChainTables;

beforeAll(async () => {
  api = await openApi({ withoutChain: true });
  const dir = fileURLToPath(new URL("../../sql", import.meta.url));
  await migrate(api.database.url, [{ room: "api", dir }], silentLogger);
  chain = new ChainTables(api.pool);
  await chain.create();
}, 60_000);
afterEach(() => chain.clear());
afterAll(() => api.close());

const make = async (start: number, end: number, block = BLOCK): Promise<number> => {
  await chain.comeTo(end);
  return makePrices(api.pool, { start, end, block }, new AbortController().signal);
};
const ticks = (pool = "1"): Promise<TickRow[]> =>
  withSnapshot(api.pool, (snapshot) => readTicks(snapshot, pool, 0, 2 ** 33));
const advised = (tick: TickRow | undefined): unknown[] =>
  (tick?.advice ?? []).map(({ rate, reason }) => rate ?? reason);

describe("ticks of a small history", () => {
  beforeEach(async () => {
    await chain.open("1", T0 + 600, { ids: ["1", "2"], from: T0 + 1_800 });
    await chain.open("2", T0 + 600, { ids: [], from: 0 }, { model: "L40S" });
    const start = hourOf(T0) + 1;
    await chain.add("rental", {
      id: "1",
      gpu: "1",
      tier: "ON_DEMAND",
      start_at: T0 + 2_700,
      paid_until: T0 + 9_000,
      end_at: T0 + 4_500,
    });
    await chain.add("slot", {
      id: "1",
      gpu: "2",
      start_hour: start,
      end_hour: start + 2,
      first_hour: start,
      created_at: T0 + 3_000,
    });
    await chain.add("rental", {
      id: "2",
      gpu: "2",
      tier: "RESERVED",
      start_at: T0 + 3_700,
      paid_until: T0 + 10_800,
      ends_by: T0 + 10_800,
    });
    await chain.add("rental", { id: "3", gpu: "1", tier: "SPOT", start_at: T0 + 7_200, paid_until: T0 + 10_800 });
    await chain.add("usage_settlement", {
      pool: "1",
      timestamp: T0 + 3_500,
      amount_dc: 500_000,
      from_time: T0 + 2_700,
      to_time: T0 + 3_600,
    });
    await api.pool.query("update chain.gpu_status_period set to_at = $1", [T0 + 3 * HOUR]);
  });

  it("are what one finds by hand", async () => {
    await make(T0, T0 + 3 * HOUR);
    const [first, second, third] = await ticks();
    // half an hour of two GPUs, a quarter of it rented
    expect(first).toMatchObject({
      at: T0 + HOUR,
      rentedSeconds: 900,
      availableSeconds: 3_600,
      exposedSeconds: 2_700,
      takenCount: 0,
      occupancy: 0.25,
    });
    expect(advised(first)).toEqual([979_278n, 1_958_555n, 1_958_555n]); // e^(k (0.25 − 0.8)) = 0.97^0.6875 = 0.97927703…
    // the rest of the rental, and the slot's whole hour, which begins on a free GPU
    expect(second).toMatchObject({
      rentedSeconds: 4_500,
      availableSeconds: 7_200,
      exposedSeconds: 2_700,
      takenCount: 1,
    });
    expect(second?.occupancy).toBeCloseTo(0.25 + 0.040810543 * 0.375, 9);
    // the slot's second hour, and a spot rental that nobody has ended
    expect(third).toMatchObject({
      rentedSeconds: 7_200,
      availableSeconds: 7_200,
      exposedSeconds: 3_600,
      takenCount: 0,
    });
    expect(third).toMatchObject({
      spotRate: 1_000_000n,
      costFloor: null,
      costFloorReason: "NOT_DECLARED",
      asOfBlock: 7n,
    });
    const { rows } = await api.pool.query("select taken_count, exposed_gpu_hours from market.hazard where pool = 1");
    expect(rows).toEqual([{ taken_count: 1n, exposed_gpu_hours: 2.5 }]);
  });

  it("say why there is no advice: no GPUs, and none for more than a day", async () => {
    await make(T0, T0 + 29 * HOUR);
    const all = await ticks();
    expect(all.slice(2, 27).map(({ occupancyReason }) => occupancyReason)).toEqual(Array(25).fill(null));
    expect(advised(all[27])).toEqual(Array(3).fill("OCCUPANCY_STALE"));
    expect(advised((await ticks("2"))[5])).toEqual(Array(3).fill("NO_OCCUPANCY"));
  });

  it("come with indices: what was settled within a day, what is asked by how many GPUs, and why there is none", async () => {
    await make(T0, T0 + 25 * HOUR);
    const read = (kind: string, model = "H100") =>
      withSnapshot(api.pool, (snapshot) => readPriceIndex(snapshot, { model, region: "eu", kind }, 0, 2 ** 33));
    const trade = await read("TRADE");
    expect(trade[0]).toMatchObject({
      at: T0 + HOUR,
      dcPerHour: 2_000_000n,
      count: 1,
      volume: 900n,
      trimmedSeconds: 180n,
      keptLow: 2_000_000n,
    });
    expect(trade.map(({ dcPerHour }) => dcPerHour)).toEqual([...Array<bigint>(24).fill(2_000_000n), null]);
    expect(trade[24]).toMatchObject({ reason: "NO_TRADES", count: 0 });
    const ask = await read("ASK_SPOT");
    expect(ask.slice(1, 4).map(({ dcPerHour, reason, volume }) => [dcPerHour, reason, volume])).toEqual([
      [1_000_000n, null, 2n],
      [null, "NO_ASKS", 0n], // they went away at this very second
      [null, "NO_ASKS", 0n],
    ]);
    expect((await read("ASK_SPOT", "L40S"))[0]).toMatchObject({ reason: "NO_ASKS", count: 0 });
  });

  it("are held by what is declared and delegated, from when it was", async () => {
    // 700 W at 0.12 DC and 0.2 beside: 0.284 DC an hour
    const costs = { powerWatts: 700n, dcPerKilowattHour: 120_000n, opexDcPerHour: 200_000n };
    expect(await declareCosts(api.pool, "1", { ...costs, capDcPerHour: 1_950_000n })).toBe(284_000n);
    await api.pool.query("update market.declaration set declared_at = to_timestamp($1)", [T0 + HOUR + 1]);
    await chain.add("pricer_period", { pool: "1", delegation: "\\x01", from_at: T0 + 2 * HOUR + 1 });
    await chain.add("pricer_delegation", {
      id: "\\x01",
      spot_floor_dc_per_hour: 990_000,
      spot_cap_dc_per_hour: 3_000_000,
      on_demand_floor_dc_per_hour: 1_960_000,
      on_demand_cap_dc_per_hour: 3_000_000,
    });
    await make(T0, T0 + 3 * HOUR);
    const [first, second, third] = await ticks();
    expect(first).toMatchObject({ spotFloor: 1n, onDemandCap: 10n ** 12n });
    expect(second).toMatchObject({
      costFloor: 284_000n,
      costFloorReason: null,
      spotFloor: 284_000n,
      onDemandCap: 1_950_000n,
    });
    expect(second?.advice[1]).toMatchObject({ rate: 1_950_000n, boundBy: "CAP" });
    // what the operator declared and what it lets the pricer do leave nothing
    expect(third).toMatchObject({ onDemandFloor: 1_960_000n, onDemandCap: 1_950_000n });
    expect(advised(third)).toEqual(Array(3).fill("FLOOR_ABOVE_CAP"));
    for (const tick of [first, second, third]) expect(tick && differencesOf(tick)).toEqual([]);
    await expect(declareCosts(api.pool, "9", null)).rejects.toMatchObject({ code: "UNKNOWN_POOL" });
    await expect(declareCosts(api.pool, "1", { ...costs, capDcPerHour: 1n })).rejects.toMatchObject({
      code: "BAD_DECLARATION",
    });
  });

  it("can be made again from their rows alone, and a row that was changed is found out", async () => {
    await make(T0, T0 + 3 * HOUR);
    const last = (await ticks())[2];
    if (!last) throw new Error("no tick");
    expect(remakeTick(last).advice[1]?.rateDcPerHour).toBe(last.advice[1]?.rate);
    expect(differencesOf({ ...last, rentedSeconds: 0 })).toHaveLength(4); // occupancy, and three rates
  });

  it("are made once: the same hours again change nothing, and what a reorg changed is made anew", async () => {
    expect(await make(T0, T0 + 3 * HOUR)).toBe(6);
    expect(await make(T0, T0 + 3 * HOUR)).toBe(0);
    const job = pricingJob({ pool: api.pool, node: undefined as never, logger: silentLogger });
    expect(await job.standsThrough?.(() => Promise.resolve(true))).toBeUndefined();
    expect(await job.standsThrough?.(() => Promise.resolve(false))).toBe(0);
    // the block that brought the spot rental has vanished, and the second pool's too
    await api.pool.query("delete from chain.rental where id = '3'; delete from chain.pool where id = '2'");
    expect(await make(T0, T0 + 3 * HOUR, { ...BLOCK, hash: `0x${"cd".repeat(32)}` })).toBe(1);
    expect((await ticks())[2]).toMatchObject({ rentedSeconds: 3_600, asOfHash: `0x${"cd".repeat(32)}` });
    expect(await ticks("2")).toEqual([]);
    expect(await job.standsThrough?.(({ hash }) => Promise.resolve(hash === BLOCK.hash))).toBe(T0 + 2 * HOUR);
  });

  it("wait for the indexer, and make up for hours that were never made", async () => {
    await make(T0, T0 + HOUR);
    const late = { start: T0 + 2 * HOUR, end: T0 + 3 * HOUR, block: BLOCK };
    await expect(makePrices(api.pool, late, new AbortController().signal)).rejects.toMatchObject({
      code: "PRICING_NOT_READY",
      isRetryable: true,
    });
    await make(late.start, late.end);
    expect(await ticks()).toHaveLength(3);
  });
});

describe("quotes", () => {
  const NOW = T0 + 30 * HOUR + 600;
  const FIRST = hourOf(NOW - 600);
  const offered = async (input: string): Promise<Record<string, unknown>> => {
    const fields = `offerCount totalDc totalBct price isIntakePaused startAt left { reason count }
      offers { gpuId poolId totalDc nextBookingAt operator { name } cheaper { hours totalDc }
        eviction { endsBy within { hours chance reason } takenCount } score { score } }`;
    const { data, errors } = await api.ask(`{ quote(input: ${input}) { ${fields} } }`);
    expect(errors).toBeUndefined();
    return data?.["quote"] as Record<string, unknown>;
  };
  const ids = ({ offers }: Record<string, unknown>): string[] =>
    (offers as { gpuId: string }[]).map(({ gpuId }) => gpuId);

  beforeEach(async () => {
    await chain.add("operator", { id: "1", name: "One" });
    await chain.add("network", { price: 200_000_000 });
    await chain.open("1", T0 + 600, { ids: ["1", "2", "3", "4", "5", "6"], from: T0 + 600 });
    await chain.open("2", T0 + 600, { ids: ["7"], from: T0 + 600 }, { region: "us" });
    const slot = {
      id: "1",
      gpu: "2",
      start_hour: FIRST + 5,
      end_hour: FIRST + 9,
      first_hour: FIRST + 5,
      created_at: NOW - 60,
    };
    await chain.add("slot", slot);
    const open = { start_at: NOW - 300, paid_until: NOW + 2 * HOUR };
    await chain.add(
      "rental",
      { id: "3", gpu: "3", tier: "SPOT", ...open },
      { id: "4", gpu: "4", tier: "ON_DEMAND", ...open },
    );
    await chain.add("rental", { id: "6", gpu: "6", tier: "SPOT", start_at: NOW - 300, paid_until: NOW - 1 }); // over, and nobody ended it
    await api.pool.query(
      `update chain.gpu set rental = id where id in ('3', '4', '6'); update chain.gpu set status = 'OFFLINE' where id = '5'`,
    );
    await api.pool.query("update chain.gpu set exit_at = $1 where id = '6'", [NOW + 3 * HOUR]);
    await make(T0, T0 + 30 * HOUR);
    await chain.comeTo(NOW);
  });

  it("of spot tell by when a known booking or exit ends it, and the chance of another", async () => {
    const found = await offered(`{ model: "H100", tier: SPOT, hours: 6, region: "eu" }`);
    // an hour's hazard without any slot so far: half an event in the GPU hours seen
    expect(ids(found)).toEqual(["1", "2", "6"]);
    expect(found).toMatchObject({ offerCount: 3, totalDc: "6", totalBct: "3", price: "2", isIntakePaused: false });
    expect(found["left"]).toEqual([
      { reason: "REGION", count: 1 },
      { reason: "TAKEN", count: 3 },
      { reason: "SCORE", count: 0 },
    ]);
    const [one, two, six] = found["offers"] as { eviction: { endsBy: string | null; within: { chance: number }[] } }[];
    const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();
    expect([one, two, six].map((offer) => offer?.eviction.endsBy)).toEqual([
      null,
      at((FIRST + 5) * HOUR),
      at(NOW + 3 * HOUR),
    ]);
    expect([two, six].map((offer) => offer?.eviction.within.map(({ chance }) => chance === 1))).toEqual([
      [false, true, true],
      [false, true, true],
    ]);
    // six GPUs for 30 hours less 600 s, and no booking in them: all of it began after the last full hour
    expect(one?.eviction.within[0]?.chance).toBeCloseTo(1 - Math.exp(-0.5 / (6 * (30 - 1 / 6))), 9);
  });

  it("of on-demand and reserved leave out what is booked in the time; spot gives way to a reservation", async () => {
    expect(ids(await offered(`{ model: "H100", tier: ON_DEMAND, hours: 6, region: "eu" }`))).toEqual(["1"]);
    expect(ids(await offered(`{ model: "H100", tier: ON_DEMAND, hours: 2, region: "eu" }`))).toEqual(["1", "2", "6"]);
    const reserved = await offered(`{ model: "H100", tier: RESERVED, hours: 4, region: "eu" }`);
    expect([ids(reserved), reserved["startAt"]]).toEqual([
      ["1", "2", "3"],
      new Date((FIRST + 1) * HOUR * 1_000).toISOString(),
    ]);
    const later = `startAt: "${new Date((FIRST + 3) * HOUR * 1_000).toISOString()}"`;
    expect(ids(await offered(`{ model: "H100", tier: RESERVED, hours: 2, region: "eu", ${later} }`))).toEqual([
      "1",
      "2",
      "3",
      "4",
    ]);
  });

  it("of reserved say when a longer slot costs less", async () => {
    // 20 % off from 10 hours: ten cost 16, nine 18
    const { offers } = await offered(`{ model: "H100", tier: RESERVED, hours: 9, region: "us" }`);
    expect(offers).toMatchObject([{ gpuId: "7", totalDc: "18", cheaper: { hours: 10, totalDc: "16" } }]);
  });

  it("and histories refuse what can't be asked, with a code and a mend", async () => {
    const code = async (query: string): Promise<unknown> =>
      (await api.ask(query)).errors?.map(({ extensions }) => extensions["code"]);
    expect(await code(`{ quote(input: { model: "H100", tier: SPOT, hours: 0 }) { offerCount } }`)).toEqual([
      "BAD_QUOTE",
    ]);
    expect(
      await code(
        `{ quote(input: { model: "H100", tier: SPOT, hours: 1, startAt: "2026-01-01T00:00:00Z" }) { offerCount } }`,
      ),
    ).toEqual(["BAD_QUOTE"]);
    expect(await code(`{ quote(input: { model: "X1", tier: SPOT, hours: 1 }) { offerCount } }`)).toEqual([
      "UNKNOWN_MODEL",
    ]);
    expect(
      await code(`{ quote(input: { model: "H100", tier: SPOT, hours: 1, minScore: 101 }) { offerCount } }`),
    ).toEqual(["BAD_QUOTE"]);
    const history = (from: string, to: string): string =>
      `{ pool(id: "1") { priceHistory(tier: SPOT, from: "${from}", to: "${to}") { at } } }`;
    expect(await code(history("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"))).toEqual(["BAD_WINDOW"]);
    expect(await code(history("2026-01-02T00:00:00Z", "2027-01-01T00:00:00Z"))).toEqual(["WINDOW_TOO_LONG"]);
    expect(await code(history("yesterday", "2027-01-01T00:00:00Z"))).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
    const many = Array.from(
      { length: 14 },
      (_, i) => `p${i}: priceHistory(tier: SPOT, from: "2026-01-01T00:00:00Z", to: "2026-04-02T00:00:00Z") { at }`,
    );
    expect(await code(`{ pool(id: "1") { ${many.join(" ")} } }`)).toEqual(["TOO_LARGE"]); // 14 × 2,185 hours
  });

  it("stand beside a pool's advice and history, in few statements", async () => {
    const span = `from: "2026-01-01T01:00:00Z", to: "2026-01-01T03:00:00Z"`;
    const query = `{ pools { nodes { id eviction { takenCount exposedGpuHours } termArbitrage { fromHours boughtHours savedDc }
      advice(tier: ON_DEMAND) { at rateDcPerHour presentRateDcPerHour occupancy boundBy costFloorReason methodologyVersion } } }
      pool(id: "1") { priceHistory(tier: ON_DEMAND, ${span}) { at rateDcPerHour adviceDcPerHour hourOccupancy } }
      priceIndex(model: "H100", region: "eu", kind: ASK_ON_DEMAND, ${span}) { at dcPerHour volume reason } }`;
    const { data } = await api.ask(query);
    expect(data).toMatchObject({
      pools: {
        nodes: [
          {
            advice: {
              rateDcPerHour: "1.94",
              presentRateDcPerHour: "2",
              occupancy: 0,
              boundBy: null,
              costFloorReason: "NOT_DECLARED",
            },
            termArbitrage: [{ fromHours: 9, boughtHours: 10, savedDc: "2" }],
          },
          { id: "2" },
        ],
      },
      pool: {
        priceHistory: {
          rateDcPerHour: ["2", "2", "2"],
          adviceDcPerHour: ["1.94", "1.94", "1.94"],
          hourOccupancy: [0, 0, 0],
        },
      },
      priceIndex: { dcPerHour: ["2", "2", "2"], volume: ["6", "6", "6"], reason: [null, null, null] },
    });
    const { statements } = await execute(
      api.pool,
      "{ pools { nodes { advice(tier: SPOT) { at } eviction { takenCount } } } }",
    );
    expect(statements).toEqual(["hazards", "head", "newest-ticks", "pool-list", "watermark"]);
  });
});

describe("ticks of any history", () => {
  it("are the same whether made hour by hour as it happens or at once afterwards", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
        await chain.clear();
        const told = (): Promise<unknown> =>
          Promise.all([
            ticks(),
            ticks("2"),
            api.pool
              .query<object>("select * from market.price_index order by model, kind, at")
              .then(({ rows }) => rows),
          ]);
        const end = await playRandomly({ chain, pool: api.pool, seed, from: T0 }, (start, to) => make(start, to));
        const live = await told();
        expect((await ticks()).concat(await ticks("2")).some(({ takenCount }) => takenCount > 0)).toBe(true);
        await api.pool.query("truncate market.tick cascade; truncate market.price_index");
        await make(T0, end);
        expect(await told()).toEqual(live);
      }),
      { numRuns: 2 },
    );
  });
});
