import type { Scope } from "#api/src/domain/cashflow/statement.ts";
import { wallet } from "#api/src/domain/rewards/testing.ts";
import { STATEMENT_TABLES } from "#api/test/statement-tables.ts";

export const [ANN, BOB, CARL, OLGA] = [wallet(0xa1), wallet(0xb0), wallet(0xc1), wallet(0xe1)];
const PAYERS = [wallet(0xf1), wallet(0xf2)] as const;
const [BCT, USDC, ODD] = [wallet(0xb1), wallet(0xdc), wallet(0x0d)];
/** 2026-01-01T00:00Z: start of epoch 0; an epoch is a day. */
export const GENESIS = 1_767_225_600;
export const DAY = 86_400;
/** Of the answer's block: the evening of day 4. */
export const NOW = GENESIS + 4 * DAY + 72_000;
const bytes = (hex: string): string => `'\\x${hex.slice(2)}'::bytea`;
const hash = (text: string): string => `sha256('${text}')`;
const bct = (amount: number): string => `(${amount} * 1e18)::numeric(78)`;

/** Epoch, kind, pool, GPU, account and BCT of each line. Epoch 3's aren't final. */
const LINES = [
  [0, 0, 1, 0, OLGA, 20],
  [0, 1, 1, 1, ANN, 30],
  [0, 1, 1, 2, BOB, 40],
  [0, 2, 1, 1, ANN, 10],
  [1, 0, 1, 0, OLGA, 20],
  [1, 1, 1, 1, ANN, 30],
  [1, 1, 1, 2, BOB, 15],
  [1, 1, 1, 2, CARL, 15],
  [1, 2, 1, 2, BOB, 5],
  [1, 2, 1, 2, CARL, 5],
  [2, 0, 1, 0, OLGA, 20],
  [2, 1, 1, 1, ANN, 30],
  [2, 1, 1, 2, ANN, 7.5],
  [2, 1, 1, 2, CARL, 22.5],
  [2, 2, 1, 1, ANN, 10],
  [3, 0, 1, 0, OLGA, 20],
  [3, 1, 1, 1, ANN, 80],
] as const;

/** BCT that wallets were paid: Ann for two epochs, Carl in the middle of one of his lines, Olga for all, Bob nothing. */
const PAID = [
  [ANN, 70],
  [CARL, 17],
  [OLGA, 60],
  [BOB, 0],
] as const;

/** GPU, seller, buyer, currency, price, royalty, second, block. */
const SALES = [
  ["2", BOB, CARL, USDC, "1000000000", "25000000", DAY + 43_200, 20],
  ["2", CARL, ANN, BCT, "900000000000000000000", "22500000000000000000", 2 * DAY + 64_800, 30],
  [null, ANN, CARL, ODD, "12345", "0", 2 * DAY + 64_801, 31],
] as const;

/** Second of each price and USD per BCT: 2.00 in epoch 0, 2.50 in epoch 1, 1.25 from epoch 2 on. */
const PRICES = [
  [600, "200000000"],
  [DAY + 600, "250000000"],
  [2 * DAY + 600, "125000000"],
] as const;

const periods = `
insert into chain.gpu_ownership values ('o1', '1', ${bytes(ANN)}, ${GENESIS}, null, 1, null),
  ('o2', '2', ${bytes(BOB)}, ${GENESIS}, ${GENESIS + DAY + 43_200}, 1, 20),
  ('o3', '2', ${bytes(CARL)}, ${GENESIS + DAY + 43_200}, ${GENESIS + 2 * DAY + 64_800}, 20, 30),
  ('o4', '2', ${bytes(ANN)}, ${GENESIS + 2 * DAY + 64_800}, null, 30, null);
insert into chain.gpu_membership values ('1', '1', '1', ${GENESIS}, null), ('2', '1', '1', ${GENESIS}, null);`;

/**
 * Pool 1 of Olga's with GPU 1 of Ann's and GPU 2, which Bob sells to Carl at noon of day 1 for 1,000 USDC, and Carl to Ann on
 * the evening of day 2 for 900 BCT. Ann sells Carl a slot in a token that nobody knows. GPU 1 is offered for 1,500 BCT. Three
 * epochs are final, the fourth is committed, the fifth runs.
 */
export function marketRows(): string[] {
  const rows = (values: readonly (readonly (string | number)[])[]): string =>
    values.map((row) => `(${row.join(", ")})`).join(", ");
  const epochs = [0, 1, 2, 3];
  return [
    STATEMENT_TABLES,
    `insert into ledger.network values (true, 1, ${bytes(OLGA)}, ${hash("genesis")}, ${GENESIS}, ${DAY});
     insert into chain.head values (99, '0x${"ab".repeat(32)}', ${NOW});
     insert into chain.account (id, claimed_bct) values ${rows(PAID.map(([account, paid]) => [bytes(account), bct(paid)]))};
     insert into chain.operator (id, owner, name, mode, created_at, burned_dc) values ('1', ${bytes(OLGA)}, 'Olga', 'SINGLE_SOURCE', ${GENESIS}, 0);
     insert into chain.pool (id, operator, model, created_at) values ('1', '1', 'H100', ${GENESIS});
     insert into chain.gpu (id, owner, ownership, operator, pool, contributor, model, uuid_hash, status, burned_dc, paid_seconds, created_at) values
       ('1', ${bytes(ANN)}, 'o1', '1', '1', ${bytes(ANN)}, 'H100', ${hash("1")}, 'ACTIVE', 0, 0, ${GENESIS}),
       ('2', ${bytes(ANN)}, 'o4', '1', '1', ${bytes(BOB)}, 'H100', ${hash("2")}, 'ACTIVE', 0, 0, ${GENESIS});
     insert into chain.slot values ('7', '1', '1');
     ${periods}
     insert into chain.price_tick values ${rows(PRICES.map(([at, price], id) => [id, `to_timestamp(${GENESIS + at})`, price]))};
     insert into ledger.token values (${bytes(BCT)}, 'BCT', 18, true), (${bytes(USDC)}, 'USDC', 6, false);
     insert into chain.currency values (${bytes(BCT)}, true), (${bytes(USDC)}, true), (${bytes(ODD)}, false);
     insert into chain.listing values ('1', null, ${bytes(ANN)}, ${bytes(BCT)}, ${bct(1_500)}, true), ('2', null, ${bytes(ANN)}, ${bytes(ODD)}, 1, true)`,
    `insert into chain.sale values ${rows(
      SALES.map(([gpu, seller, buyer, currency, price, royalty, at, block]) => [
        ...[hash(`sale ${at}`), gpu === null ? "null" : `'${gpu}'`, gpu === null ? "'7'" : "null"],
        ...[bytes(seller), bytes(buyer), bytes(currency), price, royalty, royalty === "0" ? "null" : bytes(OLGA)],
        ...[block, GENESIS + at, hash(`tx ${at}`)],
      ]),
    )}`,
    `insert into chain.epoch select e, case when e < 3 then 'FINALIZED' else 'COMMITTED' end, ${bct(80)}, ${bct(100)}, sha256(('close ' || e)::bytea), sha256(e::text::bytea)
       from generate_series(0, 3) e;
     insert into chain.epoch_commit select sha256(e::text::bytea), sha256(('root' || e)::bytea) from generate_series(0, 3) e;
     insert into ledger.epoch (epoch, start_at, end_at, state, round, budget, burned_dc, total, unallocated, lines_root, claims_root, inputs_hash,
       methodology_version, line_count, claim_count, as_of_block, as_of_hash, inputs, settled_at)
       select e, ${GENESIS} + e * ${DAY}, ${GENESIS} + (e + 1) * ${DAY}, 'FINAL', 1, 100e18, 8e6, 100e18, 0, sha256(('root' || e)::bytea), sha256('c'), sha256('i'),
         1, 1, 1, 1, sha256('b'), '{}', now() from generate_series(0, 3) e;
     insert into ledger.pool_amount select e, 1, 1, ${bytes(OLGA)}, 2000, 6750, 1250, 8e6, 1e20, 2e19, 1e19, 7e19, 86400, true from generate_series(0, 3) e;
     insert into ledger.gpu_amount select e, 1, g, case when g = e % 2 + 1 then 8e6 else 0 end, 86400, 86400, 86400, 0, 0 from generate_series(0, 3) e, generate_series(1, 2) g;
     insert into chain.usage_settlement select (e % 2 + 1)::text, '1', case when e = 0 then ${bytes(PAYERS[0])} else ${bytes(PAYERS[1])} end, 8000000, e,
       ${GENESIS} + e * ${DAY} + 60, sha256(('burn ' || e)::bytea) from generate_series(0, 3) e`,
    `insert into ledger.line (epoch, place, kind, pool, gpu, account, amount, whole, part, parts) values ${rows(
      LINES.map(([epoch, kind, pool, gpu, account, amount], place) => [
        ...[epoch, place, kind, pool, gpu, bytes(account), bct(amount), bct(amount), 1, 1],
      ]),
    )};
     insert into ledger.line_sum select account, epoch, kind, pool, sum(amount), count(*) from ledger.line group by 1, 2, 3, 4;
     insert into ledger.claim select e, row_number() over (partition by e order by account) - 1, account, sum(amount), coalesce(sum(amount) filter (where epoch = e), 0)
       from ledger.line, unnest(array[${epochs.join(", ")}]) e where epoch <= e group by e, account`,
    ...USE,
  ];
}

/** Ann's GPU 1 is rented for half of epochs 0 and 2; GPU 2, for half of epoch 1, is in parts Bob's, Carl's and Ann's. */
const USE = [
  `insert into ledger.use_epoch select generate_series(0, 2);
   insert into ledger.gpu_use select g, e, case when g = e % 2 + 1 then 43200 else 0 end, 86400, 1400, 40, 21600, 84000, case when g = e % 2 + 1 then 8000000 else 0 end
     from generate_series(0, 2) e, generate_series(1, 2) g;
   insert into ledger.use_sum values (${bytes(ANN)}, 0, 1, 43200, 86400, 1400, 40, 21600, 84000, 8000000), (${bytes(ANN)}, 1, 1, 0, 86400, 1400, 40, 21600, 84000, 0),
     (${bytes(ANN)}, 2, 1, 43200, 108000, 1750, 50, 27000, 105000, 8000000);
   insert into ledger.payer_sum values (${bytes(ANN)}, 0, 1, ${bytes(PAYERS[0])}, 8000000), (${bytes(ANN)}, 2, 1, ${bytes(PAYERS[1])}, 8000000)`,
];

/** Whose plans are looked at, among the crowd. */
export const CROWD = {
  account: `0x${"0".repeat(36)}1388`,
  gpuId: "150",
  poolId: "105",
  poolIds: ["105", "106"],
  epoch: 120,
};

/** A hundred epochs of 100 GPUs of five others, in ten pools: 20,000 lines and 1,000 of operators. */
export function crowdRows(): string[] {
  const holder = "decode(lpad(to_hex(g % 5 + 5000), 40, '0'), 'hex')";
  const all = "generate_series(100, 199) e";
  return [
    `insert into ledger.epoch (epoch, start_at, end_at, state) select e, ${GENESIS} + e * ${DAY}, ${GENESIS} + (e + 1) * ${DAY}, 'RUNNING' from ${all}`,
    `insert into ledger.line select e, g * 2 + k, k, g % 10 + 100, g + 100, ${holder}, 1e18, 1e18, 1, 1
       from ${all}, generate_series(1, 100) g, generate_series(1, 2) k
     union all select e, 1000 + g, 0, g + 100, 0, ${holder}, 1e18, 1e18, 1, 1 from ${all}, generate_series(0, 9) g`,
    `insert into ledger.line_sum select account, epoch, kind, pool, sum(amount), count(*) from ledger.line where epoch >= 100 group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    `insert into ledger.claim select e, g, decode(lpad(to_hex(g + 5000), 40, '0'), 'hex'), 1e18, 1e18 from ${all}, generate_series(0, 199) g`,
    `insert into chain.account (id) select decode(lpad(to_hex(a + 5000), 40, '0'), 'hex') from generate_series(0, 4999) a`,
    "analyze",
  ];
}

/** Fields of a number that may not be known. */
export const MEASURE = "{ value reason }";
const REALISED =
  `grossUsd netUsd occupancy uptime utilization dcPerAvailableHour aprOnCost aprOnLastPrice paybackAt npvUsd
  incomeVolatility maxDrawdownUsd payerConcentration backedShare`.replaceAll(/(\w+)/g, `$1 ${MEASURE}`);
/** All that is asked of a statement. */
export const STATEMENT = `kind scopeId from to methodologyVersion missingEpochs earnedBct claimedBct unclaimedBct
  totals { kind lineCount amount amountUsd ${MEASURE} claimed unclaimed token { address symbol decimals } }
  lines { nodes { at kind gpuId slotId amount amountUsd ${MEASURE} claimed unclaimed token { symbol } terms { burnedDc upMinutes transactions } } }
  metrics(discountRate: { rate: 0.1, at: "2026-01-01", source: "a note" }, residual: { usd: "500", at: "2027-01-01", source: "an index" }) {
    floorPriceUsd ${MEASURE} realised { ${REALISED} xirr { value reason roots } }
    projected { paybackAt ${MEASURE} netAssetValueUsd ${MEASURE} premium ${MEASURE} xirr { value reason roots } npvUsd ${MEASURE} residual { usd at source } } }`;

/** The scope of a wallet. */
export const walletScope = (account: string): Scope => ({ kind: "WALLET", account });
/** Everybody, and everything that can have a statement. */
export const SCOPES: readonly Scope[] = [
  ...[ANN, BOB, CARL, OLGA].map(walletScope),
  { kind: "GPU", gpuId: "2" },
  { kind: "POOL", poolId: "1" },
  { kind: "OPERATOR", operatorId: "1" },
];
