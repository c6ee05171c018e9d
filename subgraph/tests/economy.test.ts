import { readFileSync } from "node:fs";
import { BCT, BEGINS_AT, DAY, GENESIS, INPUTS, OTHER_CURRENCY, playEconomy, ROOT } from "./economy.ts";
import { compareOn, describeWithGraphNode } from "./equivalence.ts";
import { addressOf, hex, openScript, PEOPLE, type Script } from "./script.ts";

/** the genesis supply of local chains, less what this script burns */
const SUPPLY = 10n ** 27n - 107n * BCT;
const { operator, investor, customer, friend, reporters } = PEOPLE;

let script: Script;

beforeAll(async () => {
  script = await openScript({ beginsAt: BEGINS_AT });
  await playEconomy(script);
  await script.index();
}, 60_000);

afterAll(() => script.close());

/** Seconds since 1970 as seconds of the script. */
const second = (column: string, as: string): string => `${column} - ${BEGINS_AT} as "${as}"`;
/** Seconds since 1970 as seconds since epoch 0 began. */
const sinceGenesis = (column: string, as: string): string => `${column} - ${GENESIS} as "${as}"`;

describe("DC", () => {
  it("go into escrow with a spender that was allowed to, and come back", async () => {
    expect(
      await script.rows(`select ${hex("holder")}, ${hex("spender")}, amount_dc, used_dc, ${second("set_at", "set")}
        from chain.spender_allowance`),
    ).toEqual([
      { holder: addressOf(customer), spender: addressOf(friend), amount_dc: "3000000", used_dc: "2000000", set: "600" },
    ]);
    const market = script.network.market.address.toLowerCase();
    expect(
      await script.rows(`select direction::text, ${hex("holder")}, ${hex("spender")}, ${hex("keeper")}, amount_dc,
        ${second("timestamp", "at")} from chain.escrow_move order by timestamp`),
    ).toEqual([
      { direction: "IN", ...ofCustomer, spender: addressOf(friend), keeper: market, amount_dc: "2000000", at: "3600" },
      { direction: "OUT", ...ofCustomer, spender: null, keeper: market, amount_dc: "1000000", at: "5400" },
    ]);
    expect(
      await script.rows(
        `select ${hex("id", "who")}, escrow_dc, deposited_dc, returned_dc, burned_dc from chain.keeper`,
      ),
    ).toEqual([{ who: market, escrow_dc: "0", deposited_dc: "2000000", returned_dc: "1000000", burned_dc: "1000000" }]);
  });
});

describe("BCT", () => {
  it("has the supply that its contract says: minted less burned, to buy DC or not", async () => {
    const fifth = BCT / 5n;
    expect(await script.network.token.read.totalSupply()).toBe(SUPPLY + fifth);
    expect(
      await script.rows(`select supply_bct as supply, minted_bct as minted, destroyed_bct as destroyed,
        burned_bct as burned, rewarded_bct as rewarded, claimed_bct as claimed,
        (select sum(balance_bct) from chain.account) as held from chain.network`),
    ).toEqual([
      {
        supply: String(SUPPLY + fifth),
        minted: String(10n ** 27n + fifth),
        destroyed: String(107n * BCT),
        burned: String(100n * BCT), // 200 DC at $2
        rewarded: String(fifth),
        claimed: String(fifth),
        held: String(SUPPLY + fifth),
      },
    ]);
  });

  it("is in the wallets in which its contract says it is", async () => {
    const rows = await script.rows(`select ${hex("id", "who")}, balance_bct from chain.account`);
    for (const { who, balance_bct } of rows) {
      expect(String(await script.network.token.read.balanceOf([who as `0x${string}`]))).toBe(balance_bct);
    }
    expect(rows.filter((row) => row["balance_bct"] !== "0").length).toBe(4); // treasury, investor, friend, operator
  });

  it("has its price by the hour: first, highest, lowest and last", async () => {
    const price = `open, high, low, close, price_count from chain.price_candle_hour order by timestamp`;
    const hour = `((extract(epoch from timestamp) - ${BEGINS_AT}) / 3600)::int as hour`;
    expect(await script.rows(`select ${hour}, ${price}`)).toEqual([
      { hour: 0, ...candle("200000000") },
      { hour: 1, ...candle("210000000") },
    ]);
    expect(
      await script.rows(`select open, high, low, close, price_count from chain.price_candle_day order by timestamp`),
    ).toEqual([{ open: "200000000", high: "210000000", low: "200000000", close: "210000000", price_count: 2n }]);
  });

  it("has its price from reports, which make rounds of the feed", async () => {
    const reports = await script.rows(`select ${hex("reporter")}, price, ${second("timestamp", "at")}
      from chain.price_report where price = 210000000 order by timestamp`);
    expect(reports).toEqual(
      reporters.map((who, place) => ({ reporter: addressOf(who), price: "210000000", at: String(5_000 + place) })),
    );
    const rounds = await script.rows("select id, price from chain.price_round order by id::int");
    // The first round is the deployment's own; three reports of $2 made the second, and those of $2.10 one each: the
    // reports of $2 were too old by then but for a quorum of three.
    expect(rounds).toEqual([
      { id: "1", price: "200000000" },
      { id: "2", price: "200000000" },
      { id: "3", price: "210000000" },
    ]);
  });

  it("is minted, burned and claimed by day", async () => {
    const day = `((extract(epoch from timestamp) - ${GENESIS}) / ${DAY})::int as day`;
    expect(
      await script.rows(`select ${day}, minted_dc, minted_bct, destroyed_bct, claimed_bct, supply_bct
        from chain.economy_day order by timestamp`),
    ).toEqual([
      {
        day: 0,
        minted_dc: "200000000",
        minted_bct: String(10n ** 27n),
        destroyed_bct: String(107n * BCT),
        claimed_bct: "0",
        supply_bct: String(SUPPLY),
      },
    ]);
  });
});

describe("use", () => {
  it("is summed by hour for the GPU, its pool, operator and customer, and for all", async () => {
    const sums = { burned_dc: "1000000", bct_equivalent: "476190476190476190", paid_seconds: "1800", count: 1n };
    for (const kind of ["gpu", "pool", "operator", "payer", "network"]) {
      expect(
        await script.rows(`select burned_dc, bct_equivalent, paid_seconds, settlement_count as count
          from chain.${kind}_usage_hour`),
      ).toEqual([sums]);
    }
    expect(await script.rows(`select ${hex("payer")} from chain.payer_usage_day`)).toEqual([
      { payer: addressOf(customer) },
    ]);
  });
});

describe("the exchange", () => {
  it("keeps every offer and what came of it", async () => {
    expect(
      await script.rows(`select gpu, price / 10::numeric ^ 18 as bct, ${second("listed_at", "listed")},
        ${second("ended_at", "ended")}, "end"::text as why from chain.offer order by listed_at`),
    ).toMatchObject([
      { gpu: "1", listed: "6003", ended: "6004", why: "REPLACED" },
      { gpu: "1", listed: "6004", ended: "6005", why: "SOLD" },
    ]);
  });

  it("credits royalties, which their receiver takes", async () => {
    // 2.5 % of 80 BCT
    const two = String(2n * BCT);
    expect(
      await script.rows(`select ${hex("seller")}, ${hex("buyer")}, royalty, ${hex("royalty_receiver", "receiver")}
        from chain.sale`),
    ).toEqual([{ seller: addressOf(investor), buyer: addressOf(friend), royalty: two, receiver: addressOf(operator) }]);
    expect(
      await script.rows(`select ${hex("receiver")}, credited, withdrawn, balance from chain.royalty_balance`),
    ).toEqual([{ receiver: addressOf(operator), credited: two, withdrawn: two, balance: "0" }]);
    expect(
      await script.rows(
        `select ${hex("receiver")}, amount, ${second("timestamp", "at")} from chain.royalty_withdrawal`,
      ),
    ).toEqual([{ receiver: addressOf(operator), amount: two, at: "6006" }]);
  });

  it("has its volume by day, and the currencies that it allows", async () => {
    expect(
      await script.rows(`select c.kind::text, volume, royalty, min_price, max_price, sale_count
        from chain.sale_volume_day v join chain.collection c on c.id = v.collection`),
    ).toEqual([
      {
        kind: "GPU",
        volume: String(80n * BCT),
        royalty: String(2n * BCT),
        min_price: String(80n * BCT),
        max_price: String(80n * BCT),
        sale_count: 1n,
      },
    ]);
    expect(
      await script.rows(`select ${hex("id", "currency")}, is_allowed from chain.currency order by is_allowed`),
    ).toEqual([
      { currency: OTHER_CURRENCY, is_allowed: false },
      { currency: script.network.token.address.toLowerCase(), is_allowed: true },
    ]);
  });
});

describe("the network's settings", () => {
  it("are known, with who may attest", async () => {
    expect(
      await script.rows(`select kappa_bps, mint_capacity_dc as capacity, mint_window as window,
        is_minting_paused as minting, is_intake_paused as intake, oracles, round from chain.network`),
    ).toEqual([
      {
        kappa_bps: "5000",
        capacity: "500000000",
        window: "3600",
        minting: true,
        intake: false,
        oracles: "2",
        round: "3",
      },
    ]);
    expect(await script.rows("select id, oracles, quorum from chain.oracle_set where id = '2'")).toEqual([
      {
        id: "2",
        oracles: [customer, friend, investor].map((who) => Buffer.from(addressOf(who).slice(2), "hex")),
        quorum: "2",
      },
    ]);
  });

  it("keep every change, those of the deployment too", async () => {
    const changes = await script.rows(`select kind::text, numbers, array(select '0x' || encode(a, 'hex')
      from unnest(accounts) a) as accounts from chain.setting_change order by block`);
    const { market, slots, token } = script.network;
    const keepers = [market.address.toLowerCase(), slots.address.toLowerCase()];
    expect(changes.map(({ kind, numbers, accounts }) => [kind, numbers, accounts])).toEqual([
      ["REPORTERS", ["3"], expect.any(Array)],
      ["MINT_LIMIT", ["1000000000000", "86400"], []],
      ["KAPPA", ["10000"], []],
      ["KEEPERS", [], keepers],
      ["METERS", [], keepers],
      ["SLOTS", [], keepers.slice(1)],
      ["MARKET", [], keepers.slice(0, 1)],
      ["CURRENCY", ["1"], [token.address.toLowerCase()]],
      ["MINT_LIMIT", ["500000000", "3600"], []],
      ["PAUSE", ["1"], []],
      ["PAUSE", ["1"], []],
      ["PAUSE", ["0"], []],
      ["REPORTERS", ["3"], reporters.map(addressOf)],
      ["CURRENCY", ["1"], [OTHER_CURRENCY]],
      ["CURRENCY", ["0"], [OTHER_CURRENCY]],
      ["KAPPA", ["5000"], []],
    ]);
  });
});

describe("an epoch", () => {
  it("is closed, committed, vetoed, committed anew and finalized; those after it lose their commits with it", async () => {
    expect(
      await script.rows(`select e.id, e.status::text, e.kappa_bps as kappa, e.budget_bct as budget, e.minted_bct as minted,
        e.vetoed_count as vetoed, ${sinceGenesis("finalized_at", "finalized")}, c.total_bct as total, c.round,
        ${sinceGenesis("c.window_ends_at", "window")} from chain.epoch e
        left join chain.epoch_commit c on c.id = e.commit order by e.number`),
    ).toEqual([
      {
        id: "0",
        status: "FINALIZED",
        kappa: "5000",
        budget: "238095238095238095", // half of what the DC were worth
        minted: "200000000000000000",
        vetoed: 1,
        finalized: String(3 * DAY + 500),
        total: "200000000000000000",
        round: "3",
        window: String(2 * DAY + 460),
      },
      {
        id: "1",
        status: "CLOSED",
        kappa: "5000",
        budget: "0",
        minted: null,
        vetoed: 1,
        finalized: null,
        total: null,
        round: null,
        window: null,
      },
    ]);
    expect(
      await script.rows(`select closed_epoch_count as closed, committed_epoch_count as committed,
        finalized_epoch_count as finalized from chain.network`),
    ).toEqual([{ closed: 2, committed: 1, finalized: 1 }]);
  });

  it("keeps what oracles said of it in each round, its void commits, and why they are void", async () => {
    expect(
      await script.rows(`select epoch, ${hex("oracle")}, round, votes, ${hex("claims_root", "root")},
        ${hex("inputs_hash", "inputs")}, methodology_version as version from chain.epoch_attestation order by timestamp`),
    ).toEqual([
      attestation("0", customer, "2", "1"),
      attestation("0", friend, "2", "2"),
      attestation("1", customer, "2", "1"),
      attestation("1", friend, "2", "2"),
      attestation("0", investor, "3", "1"),
      attestation("0", friend, "3", "2"),
    ]);
    expect(await script.rows("select epoch, round from chain.epoch_commit order by timestamp")).toEqual([
      { epoch: "0", round: "2" },
      { epoch: "1", round: "2" },
      { epoch: "0", round: "3" },
    ]);
    expect(
      await script.rows(`select epoch, round, reason, ${sinceGenesis("timestamp", "at")} from chain.epoch_veto`),
    ).toEqual([{ epoch: "0", round: "3", reason: "a line is missing", at: String(2 * DAY + 150) }]);
  });

  it("pays wallets, in all what stands under the root", async () => {
    const fifth = String(BCT / 5n);
    expect(await script.rows(`select ${hex("account")}, amount_bct, cumulative_bct from chain.reward_claim`)).toEqual([
      { account: addressOf(operator), amount_bct: fifth, cumulative_bct: fifth },
    ]);
    expect(
      await script.rows(`select ${hex("id", "who")}, claimed_bct from chain.account where claimed_bct > 0`),
    ).toEqual([{ who: addressOf(operator), claimed_bct: fifth }]);
  });
});

describe("networks.json", () => {
  it("has for devnet where a fresh local chain has its contracts", () => {
    const { AccessManager, ...contracts } = script.deployment.contracts;
    const file = readFileSync(new URL("../networks.json", import.meta.url), "utf8");
    const { devnet } = JSON.parse(file) as { devnet: Record<string, { address: string }> };
    expect(AccessManager).toBeDefined();
    expect(Object.fromEntries(Object.entries(devnet).map(([name, { address }]) => [name, address]))).toEqual(contracts);
  });
});

describeWithGraphNode("real graph-node (from npm, on Linux x64)", () => {
  it("writes the same rows to the last byte", async () => {
    const { theirs, ours } = await compareOn(script, "economy");
    expect(ours).toEqual(theirs);
    expect(ours.rows.length).toBeGreaterThan(100);
  }, 180_000);
});

const ofCustomer = { holder: addressOf(customer) };

function candle(price: string): Record<string, unknown> {
  return { open: price, high: price, low: price, close: price, price_count: 1n };
}

function attestation(epoch: string, oracle: number, round: string, votes: string): Record<string, unknown> {
  return { epoch, oracle: addressOf(oracle), round, votes, root: ROOT, inputs: INPUTS, version: "1" };
}
