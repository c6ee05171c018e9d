import { fileURLToPath } from "node:url";
import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { startApi, type Api } from "../main.ts";
import { wallet } from "../src/domain/rewards/testing.ts";
import { ask } from "./fixture.ts";
import { STATEMENT_TABLES } from "./statement-tables.ts";

const [ANN, BOB, BCT] = [wallet(0xa1), wallet(0xb0), wallet(0xb1)];
/** 2026-01-01T00:00Z: start of epoch 0; an epoch is a day, and 40 of them are final. */
const GENESIS = 1_767_225_600;
const DAY = 86_400;
const EPOCHS = 40;
/** Of the answer's block: an hour into day 40, 2026-02-10T01:00Z. */
const NOW = GENESIS + EPOCHS * DAY + 3_600;
const bytes = (hex: string): string => `'\\x${hex.slice(2)}'::bytea`;

/** GPU and the second since when Ann holds it: from the beginning, 30 days to the second, a second less, and idle. */
const HELD = [
  ["1", 0],
  ["2", 10 * DAY],
  ["3", 10 * DAY + 1],
  ["4", 0],
] as const;
/** Account, GPU, BCT of each epoch from `from` to `to`. Before Ann, GPU 2 is Bob's. */
const INCOME = [
  [ANN, 1, 2, 0, 39],
  [BOB, 2, 7, 0, 9],
  [ANN, 2, 1, 10, 39],
  [ANN, 3, 1, 10, 39],
] as const;

/** BCT is $0.50 in epochs 0 to 19, and $1 from epoch 20 on. GPU 1 is offered for 150 BCT; GPU 2 was bought for 20. */
const ROWS = [
  STATEMENT_TABLES,
  `insert into ledger.network values (true, 1, ${bytes(BOB)}, sha256('genesis'), ${GENESIS}, ${DAY});
   insert into chain.head values (99, '0x${"ab".repeat(32)}', ${NOW});
   insert into chain.account (id) values (${bytes(ANN)}), (${bytes(BOB)});
   insert into chain.operator (id, owner, name, mode, created_at, burned_dc) values ('1', ${bytes(BOB)}, 'O', 'SINGLE_SOURCE', ${GENESIS}, 0);
   insert into chain.pool (id, operator, model, created_at) values ('1', '1', 'H100', ${GENESIS});
   insert into chain.price_tick values (1, to_timestamp(${GENESIS + 600}), 50000000), (2, to_timestamp(${GENESIS + 20 * DAY + 600}), 100000000);
   insert into ledger.token values (${bytes(BCT)}, 'BCT', 18, true);
   insert into chain.currency values (${bytes(BCT)}, true);
   insert into chain.listing values ('1', null, ${bytes(ANN)}, ${bytes(BCT)}, 150e18, true);
   insert into chain.sale values (sha256('sale'), '2', null, ${bytes(BOB)}, ${bytes(ANN)}, ${bytes(BCT)}, 20e18, 0, null, 10, ${GENESIS + 10 * DAY}, sha256('tx'));
   insert into chain.epoch select e, 'FINALIZED', 1e20, 1e20, sha256(e::text::bytea), sha256(e::text::bytea) from generate_series(0, ${EPOCHS - 1}) e;
   insert into chain.epoch_commit select sha256(e::text::bytea), sha256(('root' || e)::bytea) from generate_series(0, ${EPOCHS - 1}) e;
   insert into ledger.epoch (epoch, start_at, end_at, state, round, budget, burned_dc, total, unallocated, lines_root, claims_root, inputs_hash,
     methodology_version, line_count, claim_count, as_of_block, as_of_hash, inputs, settled_at)
     select e, ${GENESIS} + e * ${DAY}, ${GENESIS} + (e + 1) * ${DAY}, 'FINAL', 1, 100e18, 8e6, 100e18, 0, sha256(('root' || e)::bytea),
       sha256('c'), sha256('i'), 1, 1, 1, 1, sha256('b'), '{}', now() from generate_series(0, ${EPOCHS - 1}) e`,
  ...HELD.map(
    ([gpu, since]) => `
   insert into chain.gpu (id, owner, ownership, operator, pool, contributor, model, uuid_hash, status, burned_dc, paid_seconds, created_at)
     values ('${gpu}', ${bytes(ANN)}, 'o${gpu}', '1', '1', ${bytes(ANN)}, 'H100', sha256('${gpu}'), 'ACTIVE', 0, 0, ${GENESIS});
   insert into chain.gpu_ownership values ('o${gpu}', '${gpu}', ${bytes(ANN)}, ${GENESIS + since}, null, 10, null)`,
  ),
  ...INCOME.map(
    ([account, gpu, amount, from, to]) => `
   insert into ledger.line (epoch, place, kind, pool, gpu, account, amount, whole, part, parts)
     select e, ${gpu}, 1, 1, ${gpu}, ${bytes(account)}, ${amount}e18, ${amount}e18, 1, 1 from generate_series(${from}, ${to}) e`,
  ),
];

let database: TestDatabase;
let pool: Pool;
let api: Api;

beforeAll(async () => {
  const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../../${name}/sql`, import.meta.url)) });
  database = await openTestDatabase({ content: migrated(room("collector"), room("api")) });
  pool = createPool(database.url, { name: "test", max: 1 });
  for (const rows of ROWS) await pool.query(rows);
  api = await startApi({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
}, 120_000);

afterAll(async () => {
  await api.stop();
  await pool.end();
  await database.close();
});

interface Held {
  gpuId: string;
  [figure: string]: string | { value: string | number | null; reason: string | null };
}

/** Ann's portfolio, at a yearly rate, with a residual of $100 at a time. */
async function portfolio(rate: number, residualAt: string): Promise<Record<string, unknown[]>> {
  const figures = ["costUsd", "trailingIncomeUsd", "netAssetValueUsd", "premium"];
  const { data, errors } = await ask(
    api.url,
    `query ($rate: DiscountRateInput, $residual: ResidualInput) { account(address: "${ANN}") {
      portfolio(discountRate: $rate, residual: $residual) { nodes { gpuId ${figures.map((name) => `${name} { value reason }`).join(" ")} } } } }`,
    {
      rate: { rate, at: "2026-02-01", source: "a note" },
      residual: { usd: "100", at: residualAt, source: "an index" },
    },
  );
  expect(errors).toBeUndefined();
  const { nodes } = (data?.["account"] as { portfolio: { nodes: Held[] } }).portfolio;
  const told = (held: Held): unknown[] =>
    figures.map((name) => {
      const figure = held[name];
      return typeof figure === "object" ? (figure.value ?? figure.reason) : figure;
    });
  return Object.fromEntries(nodes.map((held) => [held.gpuId, told(held)]));
}

describe("what is held for 30 days and more", () => {
  it("has the income of the last 30 final days, at each epoch's price, and is worth that kept flat and the residual", async () => {
    expect(await portfolio(0, "2026-02-20T01:00:00Z")).toEqual({
      // 10 epochs · 2 BCT · $0.50 + 20 · 2 · $1 = $50; a day $1.666666; ten days of it and 100; asked $150
      "1": ["COST_UNKNOWN", "50", "116.66666", 150 / 116.66666 - 1],
      // to the second 30 days: 10 · 1 · $0.50 + 20 · 1 · $1 = $25, nothing of what was Bob's; cost 20 BCT at $0.50
      "2": ["10", "25", "108.33333", "NO_LISTING"],
      "3": ["COST_UNKNOWN", "LESS_THAN_30_DAYS", "LESS_THAN_30_DAYS", "LESS_THAN_30_DAYS"],
      "4": ["COST_UNKNOWN", "0", "100", "NO_LISTING"],
    });
  });

  it("is discounted as an annuity of days", async () => {
    const { "2": held } = await portfolio(0.1, "2027-02-10T01:00:00Z");
    // $0.833333 at the end of each of 365 days: c · (1 − 1.1^−1) / (1.1^(1/365) − 1); the residual 100 / 1.1
    const annuity = (0.833333 * (1 - 1 / 1.1)) / (1.1 ** (1 / 365) - 1);
    expect(Number(held?.[2])).toBeCloseTo(annuity + 100 / 1.1, 3);
    expect(Number(held?.[2])).toBeCloseTo(380.98, 1);
  });

  it("has no figure where the lines of an epoch among these days aren't those that the chain pays", async () => {
    const without = async (epoch: number) => {
      await pool.query("update ledger.epoch set lines_root = sha256('others') where epoch = $1", [epoch]);
      const held = await portfolio(0, "2026-02-20T01:00:00Z");
      await pool.query("update ledger.epoch set lines_root = sha256(('root' || epoch)::bytea) where epoch = $1", [
        epoch,
      ]);
      return held;
    };
    for (const epoch of [10, 25]) {
      const held = await without(epoch);
      expect(held["1"]).toEqual(["COST_UNKNOWN", "MISSING_EPOCHS", "MISSING_EPOCHS", "MISSING_EPOCHS"]);
      expect(held["3"]?.[1]).toBe("LESS_THAN_30_DAYS");
    }
    expect((await without(9))["1"]?.[1]).toBe("50"); // before these days
  });

  it("is the same for one GPU by itself", async () => {
    const { data } = await ask(api.url, `{ gpu(id: "2") { valuation { trailingIncomeUsd { value } } } }`);
    expect(data).toEqual({ gpu: { valuation: { trailingIncomeUsd: { value: "25" } } } });
  });
});
