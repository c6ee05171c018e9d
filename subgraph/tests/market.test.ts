import { accountOf, as } from "#devnet/market/wallets.ts";
import { uuidHashOf } from "#devnet/market/bootstrap.ts";
import { compareOn, describeWithGraphNode } from "./equivalence.ts";
import { giveCredits, openScript, PEOPLE, type Script } from "./script.ts";

const RATE = 2_490_000n; // $2.49 an hour
const RATES = { spot: 1_390_000n, onDemand: RATE, reserved: 1_990_000n };
const SHARES = { operatorBps: 2_000, poolBps: 6_750, gpuBps: 1_250 };
/** a whole hour, far enough ahead of the wall clock for the script's set-up */
const HOUR = Math.ceil(Date.now() / 3_600_000) * 3_600 + 3_600;
const UUIDS = [
  "GPU-7099682b-a20d-2bcc-74ab-b9060454d81e",
  "GPU-473571f2-fb37-ef7e-50fe-9885b74a23cd",
  "GPU-00000000-0000-0000-0000-000000000003",
];

let script: Script;

const hex = (person: number): string => accountOf(person).address.toLowerCase();
const bytes = (column: string): string => `'0x' || encode(${column}, 'hex') as ${column}`;

beforeAll(async () => {
  script = await openScript();
  const { network } = script;
  const { operators, pools, gpus, market } = network;
  const by = (person: number) => as(person, network);
  await giveCredits(network);
  await network.mined(operators.write.register([1, "Solo", "ipfs://solo"], by(PEOPLE.operator)));
  await network.mined(operators.write.register([2, "Collective", ""], by(PEOPLE.collective)));
  await network.mined(operators.write.setMetadata([1n, "Solo Compute", ""], by(PEOPLE.operator)));
  await network.mined(operators.write.setPayout([1n, accountOf(PEOPLE.investor).address], by(PEOPLE.operator)));
  await network.mined(operators.write.addMember([2n, accountOf(PEOPLE.member).address], by(PEOPLE.collective)));
  await network.mined(
    pools.write.createPool(
      [1n, "NVIDIA H100 80GB HBM3", "us-west", { ...RATES, onDemand: 3_000_000n }, SHARES],
      by(PEOPLE.operator),
    ),
  );
  await network.mined(pools.write.setRates([1n, RATES], by(PEOPLE.operator)));
  await network.mined(pools.write.createPool([2n, "NVIDIA L40S", "eu-north", RATES, SHARES], by(PEOPLE.collective)));
  await network.mined(
    gpus.write.mint([1n, accountOf(PEOPLE.operator).address, uuidHashOf(UUIDS[0]!)], by(PEOPLE.operator)),
  );
  await network.mined(
    gpus.write.mint([1n, accountOf(PEOPLE.operator).address, uuidHashOf(UUIDS[1]!)], by(PEOPLE.operator)),
  );
  await network.mined(
    gpus.write.mint([2n, accountOf(PEOPLE.investor).address, uuidHashOf(UUIDS[2]!)], by(PEOPLE.member)),
  );
  await network.mined(operators.write.kickMember([2n, accountOf(PEOPLE.member).address, 2], by(PEOPLE.collective)));

  // Rental 1 on GPU 1: 10 DC, settled after half an hour, ended by its customer after 70 minutes.
  await script.at(HOUR + 100);
  await network.mined(market.write.rentOnDemand([1n, 10_000_000n, RATE], by(PEOPLE.customer)));
  await script.at(HOUR + 100 + 1_800);
  await network.mined(market.write.settle([1n], by(PEOPLE.friend)));
  await script.at(HOUR + 100 + 4_200);
  await network.mined(market.write.end([1n], by(PEOPLE.customer)));

  // Rental 2 on GPU 2: half an hour's money, another half from a friend, then nobody ends it; rental 3 finds it over.
  await script.at(HOUR + 7_200);
  await network.mined(market.write.rentOnDemand([2n, 1_245_000n, RATE], by(PEOPLE.customer)));
  await script.at(HOUR + 7_200 + 600);
  await network.mined(market.write.topUp([2n, 1_245_000n], by(PEOPLE.friend)));
  await script.at(HOUR + 7_200 + 5_000);
  await network.mined(market.write.rentOnDemand([2n, 5_000_000n, RATE], by(PEOPLE.friend)));

  // GPU 2 goes out of service 1 s into rental 3; GPU 1 is sold.
  await script.at(HOUR + 7_200 + 5_001);
  await network.mined(gpus.write.setStatus([2n, 1], by(PEOPLE.operator)));
  const [from, to] = [accountOf(PEOPLE.operator).address, accountOf(PEOPLE.investor).address];
  await network.mined(gpus.write.transferFrom([from, to, 1n], by(PEOPLE.operator)));
  // A block in the next hour, so that the last hour is rolled up.
  await script.at(HOUR + 14_400);
  await network.mined(market.write.rentOnDemand([3n, 1_000_000n, RATE], by(PEOPLE.friend)));
  await script.index();
}, 60_000);

afterAll(() => script.close());

describe("operators and pools", () => {
  it("are as registered, renamed, paid out and kicked", async () => {
    expect(
      await script.rows(`select id, name, mode::text, metadata_uri, ${bytes("owner")}, ${bytes("payout")}, pool_count, gpu_count,
        member_count from chain.operator order by id`),
    ).toEqual([
      {
        id: "1",
        name: "Solo Compute",
        mode: "SINGLE_SOURCE",
        metadata_uri: "",
        owner: hex(1),
        payout: hex(6),
        pool_count: 1,
        gpu_count: 2,
        member_count: 0,
      },
      {
        id: "2",
        name: "Collective",
        mode: "DISTRIBUTED",
        metadata_uri: "",
        owner: hex(2),
        payout: null,
        pool_count: 1,
        gpu_count: 1,
        member_count: 0,
      },
    ]);
    expect(await script.rows("select id, is_active, kick_reason::text from chain.member")).toEqual([
      { id: `2-${hex(PEOPLE.member)}`, is_active: false, kick_reason: "UPTIME" },
    ]);
  });

  it("have the rates set last", async () => {
    expect(
      await script.rows(
        "select id, operator, model, on_demand_rate_dc_per_hour, pool_bps, gpu_count from chain.pool order by id",
      ),
    ).toEqual([
      {
        id: "1",
        operator: "1",
        model: "NVIDIA H100 80GB HBM3",
        on_demand_rate_dc_per_hour: "2490000",
        pool_bps: 6_750,
        gpu_count: 2,
      },
      {
        id: "2",
        operator: "2",
        model: "NVIDIA L40S",
        on_demand_rate_dc_per_hour: "2490000",
        pool_bps: 6_750,
        gpu_count: 1,
      },
    ]);
  });
});

describe("GPUs", () => {
  it("know owner, bringer, status, rental and what was burned for them", async () => {
    const columns = `id, ${bytes("owner")}, ${bytes("contributor")}, ${bytes("uuid_hash")}, status::text, rental, rental_count, paid_seconds, burned_dc`;
    const hash = (place: number): string => uuidHashOf(UUIDS[place]!);
    expect(await script.rows(`select ${columns} from chain.gpu order by id`)).toEqual([
      // 4200 s at $2.49 an hour: 2.905
      {
        id: "1",
        owner: hex(6),
        contributor: hex(1),
        uuid_hash: hash(0),
        status: "ACTIVE",
        rental: null,
        rental_count: 1,
        paid_seconds: "4200",
        burned_dc: "2905000",
      },
      // an hour, and 1 s: 2.49 + ⌈691.67⌉ millionths
      {
        id: "2",
        owner: hex(1),
        contributor: hex(1),
        uuid_hash: hash(1),
        status: "OFFLINE",
        rental: null,
        rental_count: 2,
        paid_seconds: "3601",
        burned_dc: "2490692",
      },
      {
        id: "3",
        owner: hex(6),
        contributor: hex(3),
        uuid_hash: hash(2),
        status: "ACTIVE",
        rental: "4",
        rental_count: 1,
        paid_seconds: "0",
        burned_dc: "0",
      },
    ]);
  });

  it("leave a record of each change of hands", async () => {
    expect(
      await script.rows(`select gpu, ${bytes('"from"')}, ${bytes('"to"')} from chain.gpu_transfer order by block, gpu`),
    ).toEqual([
      { gpu: "1", from: `0x${"0".repeat(40)}`, to: hex(1) },
      { gpu: "2", from: `0x${"0".repeat(40)}`, to: hex(1) },
      { gpu: "3", from: `0x${"0".repeat(40)}`, to: hex(6) },
      { gpu: "1", from: hex(1), to: hex(6) },
    ]);
  });
});

describe("rentals", () => {
  it("follow their life: ended by the customer, by funds, by the GPU, and running", async () => {
    const columns = `id, ${bytes("customer")}, deposited_dc, burned_dc, refunded_dc, start_at - ${HOUR} as start, paid_until - ${HOUR} as paid,
      settled_until - ${HOUR} as settled, end_at - ${HOUR} as "end", end_reason::text as reason, is_ended`;
    expect(await script.rows(`select ${columns} from chain.rental order by id`)).toEqual([
      // 10 DC pay for ⌊10 / 2.49 · 3600⌋ = 14457 s
      {
        id: "1",
        customer: hex(10),
        deposited_dc: "10000000",
        burned_dc: "2905000",
        refunded_dc: "7095000",
        start: "100",
        paid: "14557",
        settled: "4300",
        end: "4300",
        reason: "CUSTOMER",
        is_ended: true,
      },
      {
        id: "2",
        customer: hex(10),
        deposited_dc: "2490000",
        burned_dc: "2490000",
        refunded_dc: "0",
        start: "7200",
        paid: "10800",
        settled: "10800",
        end: "10800",
        reason: "FUNDS",
        is_ended: true,
      },
      {
        id: "3",
        customer: hex(11),
        deposited_dc: "5000000",
        burned_dc: "692",
        refunded_dc: "4999308",
        start: "12200",
        paid: "19428",
        settled: "12201",
        end: "12201",
        reason: "GPU_OFFLINE",
        is_ended: true,
      },
      {
        id: "4",
        customer: hex(11),
        deposited_dc: "1000000",
        burned_dc: "0",
        refunded_dc: "0",
        start: "14400",
        paid: "15845",
        settled: "14400",
        end: null,
        reason: null,
        is_ended: false,
      },
    ]);
  });

  it("are paid for in settlements that tile their time", async () => {
    expect(
      await script.rows(
        `select rental, amount_dc, bct_equivalent, from_time - ${HOUR} as "from", to_time - ${HOUR} as "to" from chain.usage_settlement order by block, rental`,
      ),
    ).toEqual([
      { rental: "1", amount_dc: "1245000", bct_equivalent: "622500000000000000", from: "100", to: "1900" },
      { rental: "1", amount_dc: "1660000", bct_equivalent: "830000000000000000", from: "1900", to: "4300" },
      { rental: "2", amount_dc: "2490000", bct_equivalent: "1245000000000000000", from: "7200", to: "10800" },
      { rental: "3", amount_dc: "692", bct_equivalent: "346000000000000", from: "12200", to: "12201" },
    ]);
  });
});

describe("money", () => {
  it("is where it should be: balances, escrow, mints", async () => {
    expect(
      await script.rows(
        `select ${bytes("id")}, balance_dc, escrow_dc, minted_dc, burned_dc from chain.account where minted_dc > 0 order by id`,
      ),
    ).toEqual(
      [
        // 100 − 2.905 for rental 1 − 1.245 for its half of rental 2, whose other half the friend put in
        { id: hex(10), balance_dc: "95850000", escrow_dc: "0", minted_dc: "100000000", burned_dc: "5395000" },
        // 100 − 1.245 − 0.000692, and 1 in escrow for rental 4
        { id: hex(11), balance_dc: "97754308", escrow_dc: "1000000", minted_dc: "100000000", burned_dc: "692" },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(
      await script.rows(
        `select ${bytes("payment_reference")}, amount_bct, amount_dc, price from chain.credits_mint order by block`,
      ),
    ).toEqual([
      {
        payment_reference: `0x${"ab".repeat(32)}`,
        amount_bct: "50000000000000000000",
        amount_dc: "100000000",
        price: "200000000",
      },
      { payment_reference: null, amount_bct: "50000000000000000000", amount_dc: "100000000", price: "200000000" },
    ]);
  });

  it("adds up: minted − burned = balances + escrow; burns by GPU = pool = operator = settlement = point = network", async () => {
    const [sums] = await script.rows(`select n.minted_dc - n.burned_dc as outstanding,
      (select sum(balance_dc + escrow_dc) from chain.account) as held, n.burned_dc as network,
      (select sum(burned_dc) from chain.gpu) as gpus, (select sum(burned_dc) from chain.pool) as pools,
      (select sum(burned_dc) from chain.operator) as operators, (select sum(amount_dc) from chain.usage_settlement) as settlements,
      (select sum(amount_dc) from chain.usage_point) as points, (select sum(burned_dc) from chain.account) as payers
      from chain.network n`);
    expect(sums).toMatchObject({ outstanding: "194604308", held: "194604308" });
    const burned = "5395692";
    expect(sums).toMatchObject({
      network: burned,
      gpus: burned,
      pools: burned,
      operators: burned,
      settlements: burned,
      points: burned,
      payers: burned,
    });
  });

  it("is burned by hour of the burn", async () => {
    expect(
      await script.rows(`select gpu, (extract(epoch from timestamp) - ${HOUR})::int as hour, burned_dc, paid_seconds, settlement_count
        from chain.gpu_usage_hour order by timestamp, gpu`),
    ).toEqual([
      { gpu: "1", hour: 0, burned_dc: "1245000", paid_seconds: "1800", settlement_count: 1n },
      { gpu: "1", hour: 3_600, burned_dc: "1660000", paid_seconds: "2400", settlement_count: 1n },
      { gpu: "2", hour: 10_800, burned_dc: "2490692", paid_seconds: "3601", settlement_count: 2n },
    ]);
    expect(await script.rows("select sum(burned_dc) as sum from chain.pool_usage_hour")).toEqual([{ sum: "5395692" }]);
  });

  it("has the price that the feed gave", async () => {
    expect(await script.rows("select price from chain.network")).toEqual([{ price: "200000000" }]);
    expect(await script.rows("select distinct price from chain.price_point")).toEqual([{ price: "200000000" }]);
  });
});

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  it("writes the same rows to the last byte", async () => {
    const { theirs, ours } = await compareOn(script, "market");
    expect(ours).toEqual(theirs);
    expect(ours.rows.length).toBeGreaterThan(100);
  }, 180_000);
});
