import { fileURLToPath } from "node:url";
import { EPOCH_TABLES } from "#api/test/chain-tables.ts";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import type { EpochSize } from "./facts.ts";

const DAY = 86_400;
/** Start of the epoch, and its number. */
export const EPOCH = 400;
export const START = 1_767_225_600;
/** What the network is said to have burned: the sum of what `use` puts down. */
const BUDGET = "100000000000000000000007";

/**
 * A database as the indexer and the collector would leave it at the end of a day of a large fleet, chain views as tables:
 * GPUs spread evenly over pools, three in four used, three times each, one in eight sold within the day, one in twenty down
 * for some of its hours, which are kept by hour; all wallets have earned before.
 */
export async function openFacts({ gpus, pools, wallets }: EpochSize): Promise<TestDatabase> {
  const database = await openTestDatabase();
  const rooms = ["collector", "api"].map((room) => ({
    room,
    dir: fileURLToPath(new URL(`../../${room}/sql`, import.meta.url)),
  }));
  await migrate(database.url, rooms, silentLogger);
  const pool = createPool(database.url, { name: "bench", max: 1 });
  const walletOf = (number: string): string =>
    `decode(lpad(to_hex(${number} + 1), 8, '0') || repeat('5a17', 8), 'hex')`;
  const [end, day] = [START + DAY, `${START - DAY}, null`];
  const statements = [
    EPOCH_TABLES,
    `insert into chain.head values (99, '0x${"ab".repeat(32)}', ${end + 30})`,
    `insert into chain.pool select k::text, (k % 200 + 1)::text from generate_series(1, ${pools}) k`,
    `insert into chain.share_rule select k::text, 0, 2000, 6750, 1250 from generate_series(1, ${pools}) k`,
    `insert into chain.operator_payee select o::text, ${walletOf("o")}, ${day} from generate_series(1, 200) o`,
    `insert into chain.gpu (id, uuid_hash) select g::text, sha256(g::text::bytea) from generate_series(1, ${gpus}) g`,
    `insert into chain.gpu_membership select g::text, (g % ${pools} + 1)::text, ${day} from generate_series(1, ${gpus}) g`,
    `insert into chain.gpu_status_period select g::text, 'ACTIVE', ${day} from generate_series(1, ${gpus}) g`,
    `insert into chain.gpu_ownership select g::text, ${walletOf(`g % ${wallets - 1}`)}, ${START - DAY},
       case when g % 8 = 0 then ${START} + 1 + g % 86000 end from generate_series(1, ${gpus}) g`,
    `insert into chain.gpu_ownership select g::text, ${walletOf(`g % ${wallets - 1} + 1`)}, ${START} + 1 + g % 86000, null
       from generate_series(8, ${gpus}, 8) g`,
    `insert into chain.usage_settlement select g::text, (g % ${pools} + 1)::text, 1000000 + g * 7 % 9999, 0, ${EPOCH}, ${START}
       from generate_series(1, ${gpus}) g, generate_series(1, 3) where g % 4 <> 0`,
    `insert into chain.epoch (id, number, status, budget_bct, burned_dc)
       select '${EPOCH}', ${EPOCH}, 'CLOSED', ${BUDGET}, sum(amount_dc) from chain.usage_settlement`,
    "create unique index on chain.gpu (id); create index on chain.gpu_status_period (gpu); create index on chain.usage_settlement (epoch)",
    `insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c1', now(), now(), to_timestamp(${end}))`,
    `insert into telemetry.gpu (uuid, uuid_hash, first_seen_at, last_seen_at)
       select 'GPU-' || g, sha256(g::text::bytea), now(), now() from generate_series(1, ${gpus}) g`,
    `insert into telemetry.down_hour select to_timestamp(${START} + 3600 * h) from generate_series(0, 23) h`,
    `insert into telemetry.gpu_down_hour select to_timestamp(${START} + 3600 * h), g.gpu_key, (1::int8 << (g.gpu_key % 59 + 1)) - 1
       from telemetry.gpu g, generate_series(0, 23) h where g.gpu_key % 20 = 0 and h % 6 = g.gpu_key % 3`,
    `insert into ledger.epoch (epoch, start_at, end_at, state) values (${EPOCH - 1}, ${START - DAY}, ${START}, 'ENDED')`,
    `insert into ledger.claim select ${EPOCH - 1}, w, ${walletOf("w")}, 1000000000000000000 * (w + 1::numeric), 0
       from generate_series(0, ${wallets - 1}) w`,
    "analyze",
  ];
  for (const statement of statements) await pool.query(statement);
  await pool.end();
  return database;
}
