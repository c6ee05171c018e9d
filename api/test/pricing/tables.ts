import type { Pool } from "#kernel/pg.ts";

/** The views of schema `chain` that prices are told from, as tables with defaults that a test needn't know. */
const TABLES = `
create schema chain;
create table chain.head (block_number int4, block_hash text, block_timestamp int8);
create table chain.network (price numeric default 200000000, is_intake_paused boolean default false);
create table chain.operator (id text, owner bytea default '\\x01', payout bytea, mode text default 'SELF_POOLED', name text,
  metadata_uri text default '', pool_count int default 1, gpu_count int default 1, member_count int default 0,
  burned_dc numeric default 0, created_at numeric default 0);
create table chain.pool (id text, operator text default '1', model text, region text default 'eu',
  spot_rate_dc_per_hour numeric default 1000000, on_demand_rate_dc_per_hour numeric default 2000000,
  reserved_rate_dc_per_hour numeric default 2000000, discount_min_hours int4[] default '{10}', discount_bps int4[] default '{2000}',
  operator_bps int default 2000, pool_bps int default 6000, gpu_bps int default 2000, gpu_count int default 1,
  burned_dc numeric default 0, created_at numeric, pricer bytea);
create table chain.gpu (id text, owner bytea default '\\x01', operator text default '1', pool text, contributor bytea default '\\x01',
  uuid_hash bytea default '\\x01', status text default 'ACTIVE', rental text, rental_count int default 0,
  paid_seconds numeric default 0, burned_dc numeric default 0, created_at numeric default 0, exit_at numeric);
create table chain.gpu_membership (gpu text, pool text, from_at numeric, to_at numeric);
create table chain.gpu_status_period (gpu text, status text default 'ACTIVE', from_at numeric, to_at numeric);
create table chain.rental (id text, gpu text, tier text, start_at numeric, paid_until numeric, ends_by numeric, end_at numeric);
create table chain.slot (id text, gpu text, start_hour int4, end_hour int4, first_hour int4, created_at numeric,
  merged_into text, is_gone boolean default false, gone_at numeric);
create table chain.slot_move (slot text, from_gpu text, to_gpu text, from_hour int4, block_number numeric);
create table chain.rate_change (pool text, timestamp numeric, block_number numeric default 1, spot_rate_dc_per_hour numeric,
  on_demand_rate_dc_per_hour numeric, reserved_rate_dc_per_hour numeric);
create table chain.pricer_period (pool text, delegation bytea, from_at numeric, to_at numeric);
create table chain.pricer_delegation (id bytea, spot_floor_dc_per_hour numeric, spot_cap_dc_per_hour numeric,
  on_demand_floor_dc_per_hour numeric, on_demand_cap_dc_per_hour numeric);
create table chain.usage_settlement (pool text, timestamp numeric, amount_dc numeric, from_time numeric, to_time numeric);`;

/** A row as a test gives it; what is left out has its default. */
export type Row = Record<string, string | number | boolean | null>;

/** A chain's views, as tables that a test fills. */
export class ChainTables {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Makes the tables. */
  async create(): Promise<void> {
    await this.#pool.query(TABLES);
  }

  /** Empties them, and schema `market`. */
  async clear(): Promise<void> {
    const { rows } = await this.#pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('chain', 'market')`,
    );
    await this.#pool.query(`truncate ${rows.map(({ name }) => name).join(", ")}`);
  }

  /** Adds rows to `chain.<table>`. */
  async add(table: string, ...rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const columns = Object.keys(row);
      const places = columns.map((_, place) => `$${place + 1}`);
      await this.#pool.query(
        `insert into chain.${table} (${columns.join(", ")}) values (${places.join(", ")})`,
        Object.values(row),
      );
    }
  }

  /** Lets the index stand at a block of this time, seconds since 1970. */
  async comeTo(at: number): Promise<void> {
    await this.#pool.query("delete from chain.head");
    await this.add("head", { block_number: 7, block_hash: BLOCK.hash, block_timestamp: at });
  }

  /** A pool with its first rates and GPUs that are ACTIVE from a time on. */
  async open(id: string, at: number, gpus: { ids: readonly string[]; from: number }, over: Row = {}): Promise<void> {
    await this.add("pool", { id, model: "H100", created_at: at, ...over });
    const rates = { spot_rate_dc_per_hour: 1_000_000, on_demand_rate_dc_per_hour: 2_000_000 };
    await this.add("rate_change", { pool: id, timestamp: at, ...rates, reserved_rate_dc_per_hour: 2_000_000 });
    for (const gpu of gpus.ids) {
      await this.add("gpu", { id: gpu, pool: id });
      await this.add("gpu_membership", { gpu, pool: id, from_at: gpus.from });
      await this.add("gpu_status_period", { gpu, from_at: gpus.from });
    }
  }
}

/** The block that hours are made on. */
export const BLOCK = { number: 7n, hash: `0x${"ab".repeat(32)}` as const };
