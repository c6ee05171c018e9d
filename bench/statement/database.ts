import { fileURLToPath } from "node:url";
import { STATEMENT_TABLES } from "#api/test/statement-tables.ts";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";

const DAY = 86_400;
/** Start of epoch 0, and how many are final. */
export const START = 1_767_225_600;
export const EPOCHS = 365;
/** Whose statement it is: it holds all GPUs but those of the crowd. */
export const OWNER = `0x${"5a17".repeat(10)}`;

/** How large a fleet is. */
export interface FleetSize {
  readonly gpus: number;
  /** GPUs of others, an eighth of the wallets' each */
  readonly crowd: number;
  readonly pools: number;
  readonly payers: number;
}

/**
 * A database as settlement and indexer leave it after a year of a fleet: each GPU with both of its lines every day, half of them
 * used every day, three in four epochs paid; two prices a day; a tenth of the owner's GPUs bought on the exchange.
 */
export async function openYear({ gpus, crowd, pools, payers }: FleetSize): Promise<TestDatabase> {
  const database = await openTestDatabase();
  const rooms = ["collector", "api"].map((room) => ({
    room,
    dir: fileURLToPath(new URL(`../../${room}/sql`, import.meta.url)),
  }));
  await migrate(database.url, rooms, silentLogger);
  const pool = createPool(database.url, { name: "bench", max: 1 });
  const owner = `'\\x${OWNER.slice(2)}'::bytea`;
  const account = (number: string): string => `decode(lpad(to_hex(${number} + 1), 40, '0'), 'hex')`;
  const [all, end] = [gpus + crowd, START + EPOCHS * DAY];
  const holder = `case when g <= ${gpus} then ${owner} else ${account("g % 8 + 1000")} end`;
  const gpuDays = `generate_series(0, ${EPOCHS - 1}) e, generate_series(1, ${all}) g`;
  const statements = [
    STATEMENT_TABLES,
    `insert into ledger.network values (true, 1, ${account("0")}, sha256('genesis'), ${START}, ${DAY})`,
    `insert into chain.head values (99, '0x${"ab".repeat(32)}', ${end + 100})`,
    `insert into chain.pool (id, operator, model) select k::text, '1', 'H100' from generate_series(1, ${pools}) k`,
    `insert into chain.gpu (id, owner, ownership, operator, pool, model, status)
       select g::text, ${holder}, sha256(g::text::bytea), '1', (g % ${pools} + 1)::text, 'H100', 'ACTIVE' from generate_series(1, ${all}) g`,
    `insert into chain.gpu_ownership select sha256(g::text::bytea), g::text, ${holder}, ${START} + g, null, g, null from generate_series(1, ${all}) g`,
    `insert into chain.gpu_membership select g::text, (g % ${pools} + 1)::text, '1', ${START}, null from generate_series(1, ${all}) g`,
    `insert into ledger.token values (${account("7")}, 'BCT', 18, true)`,
    `insert into chain.currency values (${account("7")}, true)`,
    `insert into chain.sale select sha256(('sale' || g)::bytea), g::text, null, ${account("999")}, ${owner}, ${account("7")}, 3000e18 + g, 75e18, ${account("5")},
       g, ${START} + g, sha256(g::text::bytea) from generate_series(10, ${gpus}, 10) g`,
    `insert into chain.price_tick select t, to_timestamp(${START} + t * 43200), 200000000 + t * 1000 from generate_series(0, ${2 * EPOCHS}) t`,
    `insert into chain.epoch select e, 'FINALIZED', 1000e18, 1000e18, sha256(e::text::bytea), sha256(e::text::bytea) from generate_series(0, ${EPOCHS - 1}) e`,
    `insert into chain.epoch_commit select sha256(e::text::bytea), sha256(('root' || e)::bytea) from generate_series(0, ${EPOCHS - 1}) e`,
    `insert into ledger.epoch (epoch, start_at, end_at, state, round, budget, burned_dc, total, unallocated, lines_root, claims_root, inputs_hash,
       methodology_version, line_count, claim_count, as_of_block, as_of_hash, inputs, settled_at)
       select e, ${START} + e * ${DAY}, ${START} + (e + 1) * ${DAY}, 'PAID', 1, 1000e18, 1e9, 1000e18, 0, sha256(('root' || e)::bytea), sha256('c'), sha256('i'),
       1, 1, 1, 1, sha256('b'), '{}', now() from generate_series(0, ${EPOCHS - 1}) e`,
    `insert into ledger.pool_amount select e, k, 1, ${account("5")}, 2000, 6750, 1250, 1e8, 1e20, 2e19, 1e19, 7e19, 86400, true
       from generate_series(0, ${EPOCHS - 1}) e, generate_series(1, ${pools}) k`,
    `insert into ledger.gpu_amount select e, g % ${pools} + 1, g, (g % 2) * 12000000, 86400, 86400, 86400, 1e18, 1e17 from ${gpuDays}`,
    `insert into ledger.line select e, (g - 1) * 2 + k, k + 1, g % ${pools} + 1, g, ${holder}, 1e18 + g * 7 + k, 1e18 + g * 7 + k, 1, 1
       from ${gpuDays}, generate_series(0, 1) k`,
    `insert into ledger.line_sum select account, epoch, kind, pool, sum(amount), count(*) from ledger.line group by 1, 2, 3, 4`,
    `insert into ledger.claim select epoch, row_number() over (partition by epoch) - 1, account, sum(sum(amount)) over (partition by account order by epoch), sum(amount)
       from ledger.line_sum group by epoch, account`,
    `insert into chain.account (id, claimed_bct) select account, cumulative from ledger.claim where epoch = ${Math.floor((EPOCHS * 3) / 4)}`,
    `insert into ledger.use_epoch select e from generate_series(0, ${EPOCHS - 1}) e`,
    `insert into ledger.gpu_use select g, e, (g % 2) * 50000, 86400, 1430, 10, 20000, 85800, (g % 2) * 12000000 from ${gpuDays}`,
    `insert into ledger.use_sum select ${holder}, e, g % ${pools} + 1, sum((g % 2) * 50000), count(*) * 86400, count(*) * 1430, count(*) * 10, count(*) * 20000,
       count(*) * 85800, sum((g % 2) * 12000000) from ${gpuDays} group by 1, 2, 3`,
    `insert into ledger.payer_sum select ${holder}, e, g % ${pools} + 1, ${account(`g % ${payers} + 5000`)}, sum(12000000) from ${gpuDays} where g % 2 = 1 group by 1, 2, 3, 4`,
    `insert into chain.usage_settlement select g::text, (g % ${pools} + 1)::text, ${account(`g % ${payers} + 5000`)}, 12000000, e, ${START} + e * ${DAY}, sha256((g || ' ' || e)::bytea)
       from ${gpuDays} where g % 2 = 1`,
    "analyze",
  ];
  for (const statement of statements) await pool.query(statement);
  await pool.end();
  return database;
}
