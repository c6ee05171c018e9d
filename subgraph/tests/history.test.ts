import { zeroAddress } from "viem";
import { startFleet } from "#devnet/fleet/index.ts";
import { bootstrapMarket } from "#devnet/market/bootstrap.ts";
import { playHistory } from "#devnet/market/history/index.ts";
import { MARKET_PLAN } from "#devnet/market/plan.ts";
import type { Network } from "#devnet/market/wallets.ts";
import { silentLogger } from "#kernel/log.ts";
import { describeBurns, describeDues, describeHoldings } from "./conservation.ts";
import { compareOn, describeWithGraphNode } from "./equivalence.ts";
import { describePeriods } from "./periods.ts";
import { hex, openScript, type Script } from "./script.ts";

/** 2026-11-20T05:00:00Z */
const BEGINS_AT = 1_795_150_800;
const STATUSES = ["ACTIVE", "OFFLINE", "RETIRED"];

let script: Script;
let network: Network;

beforeAll(async () => {
  script = await openScript({ beginsAt: BEGINS_AT });
  network = script.network;
  const fleet = await startFleet({ hosts: MARKET_PLAN.hosts, seed: 1, port: 0 });
  await bootstrapMarket(network, MARKET_PLAN, fleet.gpus, silentLogger);
  await fleet.stop();
  await playHistory(network, MARKET_PLAN, 1, silentLogger);
  await script.index();
}, 180_000);

afterAll(() => script.close());

/** Rows of a query and, for each, what the contracts say in its place. */
async function expectChain<Row extends Record<string, unknown>>(
  sql: string,
  ask: (row: Row) => Promise<Record<string, unknown>>,
): Promise<void> {
  const rows = (await script.rows(sql)) as Row[];
  expect(rows.length).toBeGreaterThan(0);
  expect(rows).toEqual(await Promise.all(rows.map(async (row) => ({ ...row, ...(await ask(row)) }))));
}

describe("after three days of everything, the subgraph says what the contracts say", () => {
  it("of each GPU: owner, status, pool, operator, contributor, and DC burned", async () => {
    await expectChain<{ id: string }>(
      `select id, ${hex("owner")}, status::text, coalesce(pool, '0') as pool, coalesce(operator, '0') as operator,
       ${hex("contributor")}, burned_dc, transfer_count as moves from chain.gpu`,
      async ({ id }) => {
        const gpu = [BigInt(id)] as const;
        const [owner, [status, pool, operator], contributor, tally, moves] = await Promise.all([
          network.gpus.read.ownerOf(gpu),
          network.gpus.read.stateOf(gpu),
          network.gpus.read.contributorOf(gpu),
          network.rewards.read.tallyOfGpu(gpu),
          network.gpus.read.transferCount(gpu),
        ]);
        return {
          owner: owner.toLowerCase(),
          status: STATUSES[status],
          pool: String(pool),
          operator: String(operator),
          contributor: contributor.toLowerCase(),
          burned_dc: String(tally.lifetimeDc),
          moves: String(moves),
        };
      },
    );
  });

  it("of each pool: rates, shares and DC burned; and how many GPUs are in it", async () => {
    await expectChain<{ id: string }>(
      `select id, spot_rate_dc_per_hour as spot, on_demand_rate_dc_per_hour as "onDemand",
       reserved_rate_dc_per_hour as reserved, operator_bps, gpu_bps, burned_dc, discount_min_hours as hours,
       discount_bps as bps, coalesce('0x' || encode(pricer, 'hex'), '${zeroAddress}') as pricer from chain.pool`,
      async ({ id }) => {
        const pool = [BigInt(id)] as const;
        const [rates, shares, tally, discounts, { pricer }] = await Promise.all([
          network.pools.read.ratesOf(pool),
          network.pools.read.sharesOf(pool),
          network.rewards.read.tallyOfPool(pool),
          network.pools.read.termDiscountsOf(pool),
          network.pools.read.pricingOf(pool),
        ]);
        return {
          spot: String(rates.spot),
          onDemand: String(rates.onDemand),
          reserved: String(rates.reserved),
          operator_bps: shares.operatorBps,
          gpu_bps: shares.gpuBps,
          burned_dc: String(tally.lifetimeDc),
          hours: discounts.map(({ minHours }) => minHours),
          bps: discounts.map(({ bps }) => bps),
          pricer: pricer.toLowerCase(),
        };
      },
    );
    expect(
      await script.rows(`select p.id from chain.pool p where p.gpu_count <> (select count(*) from chain.gpu g where g.pool = p.id)
        union all select o.id from chain.operator o where o.gpu_count <> (select count(*) from chain.gpu g where g.operator = o.id)`),
    ).toEqual([]);
  });

  it("of each account: DC free and GPUs held; and DC in escrow for its rentals and slots", async () => {
    await expectChain<{ address: `0x${string}` }>(
      `select ${hex("id", "address")}, balance_dc, gpu_count, slot_count from chain.account`,
      async ({ address }) => ({
        balance_dc: String(await network.credits.read.balanceOf([address])),
        gpu_count: Number(await network.gpus.read.balanceOf([address])),
        slot_count: Number(await network.slots.read.balanceOf([address])),
      }),
    );
    const differences = await script.rows(`select ${hex("a.id", "id")}, a.escrow_dc,
      (select coalesce(sum(r.deposited_dc - r.burned_dc), 0) from chain.rental r where r.customer = a.id and not r.is_ended) as rentals,
      (select coalesce(sum(s.hourly_dc * (s.end_hour - s.settled_hour)), 0) from chain.slot s where s.holder = a.id and not s.is_gone) as slots
      from chain.account a`);
    for (const { escrow_dc, rentals, slots } of differences) {
      expect(BigInt(escrow_dc as string)).toBe(BigInt(rentals as string) + BigInt(slots as string));
    }
  });

  it("of all: DC minted, burned and in escrow, each by every way of counting", async () => {
    const { credits } = network;
    const [sums] = await script.rows(`select n.minted_dc - n.burned_dc as supply, n.burned_dc,
      (select sum(escrow_dc) from chain.account) as escrow, (select sum(burned_dc) from chain.account) as payers,
      (select sum(burned_dc) from chain.operator) as operators, (select sum(amount_dc) from chain.usage_settlement) as settlements,
      (select sum(amount_dc) from chain.usage_point) as points,
      (select sum(burned_dc) from chain.rental) + (select sum(burned_dc) from chain.slot) as sources from chain.network n`);
    const burned = sums?.["burned_dc"];
    expect(sums).toEqual({
      supply: String(await credits.read.totalSupply()),
      escrow: String(await credits.read.escrowed()),
      burned_dc: burned,
      payers: burned,
      operators: burned,
      settlements: burned,
      points: burned,
      sources: burned,
    });
  });

  it("of each rental: how far it is paid, when it is over, and what was burned", async () => {
    await expectChain<{ id: string }>(
      `select id, paid_until::text as paid, coalesce(ends_by, 0)::text as ends, burned_dc, is_ended from chain.rental`,
      async ({ id }) => {
        const [rental, paid] = await Promise.all([
          network.market.read.rentalOf([BigInt(id)]),
          network.market.read.paidUntil([BigInt(id)]),
        ]);
        const { endsBy, burnedDc, isEnded } = rental;
        return { paid: String(paid), ends: String(endsBy), burned_dc: String(burnedDc), is_ended: isEnded };
      },
    );
  });

  it("of each slot: GPU, holder, hours, price and escrow; those gone are gone", async () => {
    const { slots } = network;
    await expectChain<{ id: string }>(
      `select id, gpu, ${hex("holder")}, start_hour, end_hour, settled_hour, hourly_dc, transfer_count::int as moves
       from chain.slot where not is_gone`,
      async ({ id }) => {
        const [slot, holder] = await Promise.all([slots.read.slotOf([BigInt(id)]), slots.read.ownerOf([BigInt(id)])]);
        return {
          gpu: String(slot.gpuId),
          holder: holder.toLowerCase(),
          start_hour: slot.startHour,
          end_hour: slot.endHour,
          settled_hour: slot.settledHour,
          hourly_dc: String(slot.hourlyDc),
          moves: slot.transferCount,
        };
      },
    );
    for (const { id } of await script.rows("select id from chain.slot where is_gone")) {
      await expect(slots.read.ownerOf([BigInt(id as string)])).rejects.toThrow("ERC721NonexistentToken");
    }
  });

  it("of each listing whether it can be bought, and of each closed epoch its budget", async () => {
    await expectChain<{ collection: `0x${string}`; token: string }>(
      `select split_part(id, '-', 1) as collection, split_part(id, '-', 2) as token, is_open, price from chain.listing`,
      async ({ collection, token }) => {
        const item = [collection, BigInt(token)] as const;
        const { price } = await network.exchange.read.listingOf(item);
        const is_open = await network.exchange.read.isLive(item);
        return { is_open, ...(is_open ? { price: String(price) } : {}) };
      },
    );
    await expectChain<{ id: string }>(
      "select id, burned_dc, bct_equivalent, kappa_bps, budget_bct from chain.epoch",
      async ({ id }) => {
        const epoch = [BigInt(id)] as const;
        return {
          burned_dc: String(await network.rewards.read.burnedIn(epoch)),
          bct_equivalent: String(await network.rewards.read.bctEquivalentIn(epoch)),
          kappa_bps: String(await network.rewards.read.kappaOf(epoch)),
          budget_bct: String(await network.rewards.read.budgetOf(epoch)),
        };
      },
    );
  });
});

describeBurns(() => script);
describeHoldings(() => script);
describeDues(() => script);
describePeriods(() => script);

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  it("writes the same rows to the last byte", async () => {
    const { theirs, ours } = await compareOn(script, "past");
    expect(ours).toEqual(theirs);
    expect(ours.rows.length).toBeGreaterThan(2000);
  }, 180_000);
});
