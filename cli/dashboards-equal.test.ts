import { startApi, type Api } from "#api/main.ts";
import { claimsTree } from "#api/src/domain/rewards/leaves.ts";
import { ask } from "#api/test/fixture.ts";
import { INVESTOR_DASHBOARD } from "#dashboards/src/investor/dashboard.ts";
import { askPanel } from "#dashboards/src/testing/ask.ts";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool, type PoolClient } from "#kernel/pg.ts";
import { MIGRATIONS } from "./migrations.ts";
import { tellFigure, type Figure, type Told } from "./test/dashboard-figures.ts";
import { INVESTOR_FIGURES } from "./test/dashboard-figures-money.ts";
import { ANN, BOB, CARL, GENESIS, marketRows, NOW, OLGA } from "./test/statement-market.ts";

const BCT = 10n ** 18n;
const USD = 10n ** 6n;
/** What each has earned by the end of epoch 2, the last that is final, in the order of their addresses. */
const CLAIMS = [
  { account: ANN, cumulative: (1_175n * BCT) / 10n },
  { account: BOB, cumulative: 60n * BCT },
  { account: CARL, cumulative: (425n * BCT) / 10n },
  { account: OLGA, cumulative: 60n * BCT },
].sort((one, other) => (one.account < other.account ? -1 : 1));
const RANGE = { from: new Date(GENESIS * 1_000), to: new Date((NOW + 3_600) * 1_000) };

/** What the panels read beyond what statements do, of the same story: the price now is that of epoch 2 and later. */
const MORE = `
alter table chain.epoch add scheduled_bct numeric default 0, add re_emission_bct numeric default 0, add ceiling_bct numeric default 0,
  add budget_bct numeric default 0, add burned_bct numeric default 0, add burned_dc numeric default 0;
alter table chain.operator add payee bytea;
update chain.operator set payee = owner;
create table chain.network (price numeric);
insert into chain.network values (125000000);
create table chain.reward_claim (account bytea, amount_bct numeric);
insert into chain.reward_claim select id, claimed_bct from chain.account where claimed_bct > 0;
grant usage on schema chain to bc_reader;
grant select on all tables in schema chain to bc_reader;`;

let database: TestDatabase;
let pool: Pool;
let client: PoolClient;
let api: Api;

beforeAll(async () => {
  database = await openTestDatabase({ content: migrated(...MIGRATIONS) });
  pool = createPool(database.url, { name: "test", max: 1 });
  for (const rows of [...marketRows(), MORE]) await pool.query(rows);
  const root = Buffer.from(claimsTree(CLAIMS).root.slice(2), "hex");
  await pool.query("update ledger.epoch set claims_root = $1 where epoch = 2", [root]);
  client = await pool.connect();
  api = await startApi({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
}, 120_000);

afterAll(async () => {
  await api.stop();
  client.release();
  await pool.end();
  await database.close();
});

async function told<T>(query: string): Promise<T> {
  const { data, errors } = await ask(api.url, query);
  expect(errors).toBeUndefined();
  return data as T;
}

/** Variables as the dashboard offers them once a wallet is chosen: all of its pools and GPUs. */
async function both(name: string, wallet: string): Promise<Told> {
  const figure = INVESTOR_FIGURES.find((one) => one.name === name) as Figure<unknown> | undefined;
  if (!figure) throw new Error(`no figure ${name}`);
  return tellFigure({ client: client, ask: told }, figure, { ...RANGE, variables: { wallet } });
}

describe("the investor's dashboard and the API", () => {
  it.each(INVESTOR_FIGURES.map(({ name }) => name))("tell every wallet the same: %s", async (name) => {
    for (const wallet of [ANN, BOB, CARL, OLGA]) {
      const { panel, api } = await both(name, wallet);
      expect([wallet, panel]).toEqual([wallet, api]);
    }
  });

  it("tell what was worked by hand, not nothing", async () => {
    // Ann's lines of epochs 0 to 2: 40 at 2.00, 30 at 2.50, 47.5 at 1.25; she was paid 70, and GPU 2 cost her 900 at 1.25.
    expect(await both("rewards earned", ANN)).toMatchObject({ panel: (1_175n * BCT) / 10n });
    expect(await both("rewards in dollars", ANN)).toMatchObject({ panel: 214_375_000n });
    expect(await both("rewards by share rule", ANN)).toMatchObject({ panel: [(975n * BCT) / 10n, 20n * BCT, null] });
    expect(await both("what can be claimed", ANN)).toMatchObject({ panel: (475n * BCT) / 10n });
    expect(await both("the portfolio", ANN)).toMatchObject({
      panel: [
        ["1", "2026-01-01T00:00:00.000Z", null, 1_875n * USD],
        ["2", "2026-01-03T18:00:00.000Z", 1_125n * USD, null],
      ],
    });
    // Olga: 20 BCT of each of three epochs, and the royalties of GPU 2's sales: 25 USDC, which have no price.
    expect(await both("net cash flow", OLGA)).toMatchObject({ panel: null });
  });
});

describe("the investor's dashboard", () => {
  const show = (title: string, wallet: string) =>
    askPanel(client, INVESTOR_DASHBOARD, title, { ...RANGE, variables: { wallet } });

  it("shows how much of its price a GPU has earned since it was bought", async () => {
    // GPU 2 is Ann's from the evening of day 2, whose epoch gave her 7.5 BCT for it at 1.25: 9.375 of 1,125 dollars.
    expect(await show("Payback so far", ANN)).toEqual([
      { GPU: "GPU 2", "Paid back": expect.stringMatching(/^0\.0083333/) as string },
    ]);
  });

  it("ends the sum of trades where one was in a token without a price, and goes on with the rewards", async () => {
    const rows = await show("Cumulative cash flow", ANN);
    expect(
      rows.map(({ Rewards, Trades, Net }) => [Rewards, Trades, Net].map((x) => (x === null ? null : Number(x)))),
    ).toEqual([
      [80, 0, 80],
      [155, 0, 155],
      [155, -1_125, -970],
      [155, null, null], // she sold a slot for a token that nobody knows
      [214.375, null, null],
    ]);
  });

  it("finds pay that doesn't add up", async () => {
    const differences = async (): Promise<unknown[]> =>
      (await show("Does my pay add up?", CARL)).map(({ Difference }) => Number(Difference));
    expect(await differences()).toEqual([0, 0, 0]);
    await client.query("begin");
    await client.query("update ledger.line_sum set amount = amount + 1 where account = $1 and epoch = 1 and kind = 1", [
      Buffer.from(CARL.slice(2), "hex"),
    ]);
    expect(await differences()).toEqual([0, 1e-18, 0]);
    await client.query("rollback");
  });
});
