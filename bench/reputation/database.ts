import { fileURLToPath } from "node:url";
import { CHAIN_TABLES } from "#api/test/reputation-rows.ts";
import { migrate } from "#database/migrate.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { openDatabase, type DatabaseKind, type MeasuredDatabase } from "../databases.ts";

/** How large a network is. */
export interface NetworkSize {
  readonly operators: number;
  readonly gpus: number;
  /** customers that an operator has in a day */
  readonly payers: number;
  readonly days: number;
}

/** Midnight of the last day; its last hour is what is measured. */
export const DAY_START = 1_767_225_600;
export const DAY = 86_400;
const HOUR = 3_600;
/** Hours of the day whose facts are kept already. */
const KEPT = 23;
const [FROM, END] = [DAY_START + KEPT * HOUR, DAY_START + DAY];

/**
 * A database as indexer, collector and job would leave it when the last hour of a day is over: GPUs spread evenly over operators,
 * a fifth of which have five members; six in ten rented at a time, for eight hours; one in fifty with a gap in its samples, one in
 * a hundred DOWN in it; the hours before kept. Roll-ups are written where the refresh would write them.
 */
export async function openNetwork(kind: DatabaseKind, size: NetworkSize): Promise<MeasuredDatabase> {
  const database = await openDatabase(kind);
  const dir = fileURLToPath(new URL("../../api/sql", import.meta.url));
  await migrate(database.url, [{ room: "api", dir }], silentLogger);
  const pool = createPool(database.url, { name: "bench", max: 1 });
  try {
    for (const statement of [...chain(size), ...telemetry(size), ...kept(size)]) await pool.query(statement);
    await pool.query("analyze");
  } finally {
    await pool.end();
  }
  return database;
}

/** Of a GPU `g`. */
const operatorOf = ({ operators }: NetworkSize): string => `(g % ${operators} + 1)`;
const placeOf = ({ operators }: NetworkSize): string => `(g / ${operators})`;
const wallet = (number: string): string => `decode(lpad(to_hex(${number}), 8, '0') || repeat('5a17', 8), 'hex')`;
const contributor = (size: NetworkSize): string =>
  wallet(
    `1000000 + case when ${operatorOf(size)} % 5 = 0 then ${operatorOf(size)} * 10 + ${placeOf(size)} % 5 else ${operatorOf(size)} end`,
  );
/** Rental number n of a GPU is of eight hours that begin at one of them. */
const startOf = `(${DAY_START} + (n * 8 - 8 + g % 8) * ${HOUR})`;
const isRented = "(g * 7 + n * 3) % 10 < 6";
const payer = (size: NetworkSize): string =>
  wallet(`${operatorOf(size)} * 100 + (${placeOf(size)} + n) % ${size.payers}`);

function chain(size: NetworkSize): string[] {
  const { operators, gpus } = size;
  const since = `${DAY_START - size.days * DAY}, null`;
  const each = `from generate_series(1, ${gpus}) g`;
  return [
    CHAIN_TABLES,
    `insert into chain.head values (99, '0x${"ab".repeat(32)}', ${END + 30})`,
    `insert into chain.operator (id, name, metadata_uri, created_at) select o::text, 'o' || o, '', ${DAY_START - size.days * DAY} from generate_series(1, ${operators}) o`,
    `insert into chain.operator_ownership select o::text, ${wallet("1000000 + o")}, ${since} from generate_series(1, ${operators}) o`,
    `insert into chain.operator_payee select operator, owner, from_at, to_at from chain.operator_ownership`,
    `insert into chain.gpu select g::text, sha256(g::text::bytea), 'NVIDIA H100 80GB HBM3' ${each}`,
    `insert into chain.gpu_membership select g::text, ${operatorOf(size)}::text, ${contributor(size)}, ${since} ${each}`,
    `insert into chain.gpu_status_period select g::text, 'ACTIVE', ${since} ${each}`,
    `insert into chain.gpu_ownership select g::text, ${wallet("2000000 + g % 20000")}, ${since} ${each}`,
    `insert into chain.member (id, operator, account, is_active, added_at)
       select distinct operator || '-0x' || encode(contributor, 'hex'), operator, contributor, true, ${DAY_START - DAY}
       from chain.gpu_membership where operator::int % 5 = 0`,
    `insert into chain.member_period select sha256(id::bytea), id, operator, account, ${since} from chain.member`,
    `insert into chain.rental (id, gpu, operator, customer, tier, start_at, paid_until, end_at, end_reason)
       select (g * 4 + n)::text, g::text, ${operatorOf(size)}::text, ${payer(size)}, 'ON_DEMAND', ${startOf}, ${startOf} + 8 * ${HOUR},
         case when ${startOf} + 8 * ${HOUR} <= ${END} then ${startOf} + 8 * ${HOUR} end,
         case when ${startOf} + 8 * ${HOUR} <= ${END} then 'FUNDS' end
       ${each}, generate_series(0, 3) n where ${isRented}`,
    "create unique index on chain.gpu (id); create index on chain.gpu (uuid_hash); create index on chain.gpu_membership (gpu)",
    "create index on chain.gpu_status_period (gpu); create index on chain.gpu_ownership (owner); create index on chain.member (operator)",
    "create index on chain.rental (end_at); create index on chain.rental (start_at); create index on chain.preemption_notice (rental)",
  ];
}

/** GPUs that need their minutes read, and those of them that were DOWN. */
const GAPPED = "g % 50 = 0";
const HAS_FAILED = "g % 100 = 0";

function telemetry({ gpus }: NetworkSize): string[] {
  const each = `from generate_series(1, ${gpus}) g`;
  const minute = (m: string): string => `to_timestamp(${FROM} + 60 * ${m})`;
  return [
    "select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000",
    `insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c1', now(), now(), to_timestamp(${END}))`,
    `insert into telemetry.target (url) select 'http://host-' || t || ':9400/metrics' from generate_series(1, ${Math.ceil(gpus / 8)}) t`,
    `insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at)
       select 'GPU-' || g, sha256(g::text::bytea), 'NVIDIA H100 80GB HBM3', now(), now() ${each}`,
    `insert into telemetry.gpu_target select g, to_timestamp(${DAY_START}), (g + 7) / 8 ${each}`,
    `insert into telemetry.heartbeat select 1, ${minute("m")}, 1, 0 from generate_series(0, 59) m`,
    materialized(
      "gpu_1h",
      "gpu_key, bucket, sample_count, first_at, last_at, covers_until, covered_seconds, busy_seconds, throttled_seconds, throttle_known_seconds, busy_sm_clock_sum, busy_sm_clock_seconds, gpu_temp_max",
      `select g, to_timestamp(${FROM}), case when ${GAPPED} then 300 else 360 end, to_timestamp(${FROM} + 3), to_timestamp(${END} - 7), to_timestamp(${END} + 3),
         case when ${GAPPED} then 3000 else 3600 end, 2400, 0, 3600, 2400 * 1.9e9 * (1 - (g % 7) / 100.0), 2400, 65 ${each}`,
    ),
    materialized(
      "gpu_1m",
      "gpu_key, bucket, sample_count, first_at, last_at, covers_until, covered_seconds",
      `select g, ${minute("m")}, 6, ${minute("m")}, ${minute("m")} + interval '50 seconds', ${minute("m")} + interval '60 seconds', 60
       ${each}, generate_series(0, 59) m where ${GAPPED} and m not between 20 and 29`,
    ),
    materialized(
      "target_1m",
      "target_key, collector_key, bucket, scrape_count, good_count, due_until",
      `select t, 1, ${minute("m")}, 6, 6, ${minute("m")} + interval '60 seconds'
       from generate_series(1, ${Math.ceil(gpus / 8)}) t, generate_series(0, 59) m where t % 2 = 1 or m not between 20 and 29`,
    ),
  ];
}

/** Rows of a continuous aggregate as its refresh would leave them, and its watermark behind them. */
function materialized(name: string, columns: string, select: string): string {
  return `do $do$
    declare
      target record;
    begin
      select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) as name, h.id into target
      from timescaledb_information.continuous_aggregates a
      join _timescaledb_catalog.hypertable h on h.schema_name = a.materialization_hypertable_schema and h.table_name = a.materialization_hypertable_name
      where a.view_schema = 'telemetry' and a.view_name = '${name}';
      execute 'insert into ' || target.name || $sql$ (${columns}) ${select}$sql$;
      update _timescaledb_catalog.continuous_aggs_watermark set watermark = _timescaledb_functions.to_unix_microseconds(to_timestamp(${END}))
      where mat_hypertable_id = target.id;
    end $do$`;
}

/** What the hours before have kept. */
function kept(size: NetworkSize): string[] {
  const hours = `generate_series(0, ${KEPT - 1}) h`;
  const member = `case when ${operatorOf(size)} % 5 = 0 then ${operatorOf(size)} || '-0x' || encode(${contributor(size)}, 'hex') end`;
  return [
    `insert into reputation.day_so_far values (to_timestamp(${FROM}))`,
    `insert into reputation.gpu_day
       select to_timestamp(${FROM}), g, ${operatorOf(size)}::text, ${member}, ${KEPT} * 60 - case when ${HAS_FAILED} then 10 else 0 end,
         case when ${HAS_FAILED} then 10 else 0 end, ${KEPT} * 60 - case when ${HAS_FAILED} then 10 else 0 end, 0, false, false, false
       from generate_series(1, ${size.gpus}) g`,
    `insert into reputation.use_day
       select to_timestamp(${FROM}), g, ${operatorOf(size)}::text, ${member}, ${payer(size)}, 60 * count(*), 2400000 * count(*),
         (2400000 - (g % 7) * 24000) * count(*)
       from generate_series(1, ${size.gpus}) g, ${hours}, lateral (select (h + 8 - g % 8) / 8 as n) x where ${isRented} group by g, n`,
    `insert into reputation.rental_end
       select to_timestamp(${startOf} + 8 * ${HOUR}), g * 4 + n, g, ${operatorOf(size)}::text, ${member}, ${payer(size)}, ${startOf}, ${startOf} + 8 * ${HOUR},
         'FUNDS', true, case when ${HAS_FAILED} and n = 1 then 10 else 0 end
       from generate_series(1, ${size.gpus}) g, generate_series(0, 2) n where ${isRented} and ${startOf} + 8 * ${HOUR} < ${FROM}`,
  ];
}

/** Gives the days before the last run's what it has: a day of a network is much like another. */
export async function repeatDays(pool: Pool, { days }: NetworkSize): Promise<void> {
  await pool.query(
    `insert into reputation.run (at, methodology_version, block_number, block_hash, sampled_through, facts_hash, prior_means, operator_count, took_ms)
     select at - n * interval '1 day', methodology_version, block_number, block_hash, sampled_through, facts_hash, prior_means, operator_count, took_ms
     from reputation.run, generate_series(1, $1::int4 - 1) n`,
    [days],
  );
  for (let day = 1; day < days; day++) {
    await pool.query(
      `insert into reputation.facts select at - $1::int4 * interval '1 day', operator, facts from reputation.facts where at = to_timestamp($2)`,
      [day, END],
    );
  }
  await pool.query("analyze reputation.facts");
}
