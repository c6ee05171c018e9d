import { migrated, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger, type Logger } from "#kernel/log.ts";
import { createPool, type Pool, type QueryResultRow } from "#kernel/pg.ts";
import { graphql, type GraphQLSchema } from "graphql";
import { fileURLToPath } from "node:url";
import { startApi, type Api, type Policy } from "../main.ts";
import { createContext } from "../src/graphql/context.ts";
import { createSchema } from "../src/graphql/schema.ts";
import { Snapshot } from "../src/sources/snapshot.ts";

/** A GraphQL answer over HTTP. */
export interface Answer {
  status: number;
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

/** An API on a database of its own. */
export interface ApiFixture {
  database: TestDatabase;
  pool: Pool;
  api: Api;
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts an API on an empty database with the telemetry schema and, unless `withoutChain`, the chain's relations. */
export async function openApi(
  options: { withoutChain?: boolean; policy?: Partial<Policy>; logger?: Logger } = {},
): Promise<ApiFixture> {
  const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../../${name}/sql`, import.meta.url)) });
  const database = await openTestDatabase({ content: migrated(room("collector"), room("api")) });
  const pool = createPool(database.url, { name: "test", max: 2 });
  await pool.query(WITHOUT_JOBS);
  if (!options.withoutChain) await pool.query(CHAIN);
  const { policy = {}, logger = silentLogger } = options;
  const api = await startApi({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger, policy });
  return {
    database,
    pool,
    api,
    ask: (query, variables) => ask(api.url, query, variables),
    close: async () => {
      await api.stop();
      await pool.end();
      await database.close();
    },
  };
}

/** One GraphQL request over HTTP. */
export async function ask(url: string, query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** Runs an operation without HTTP and tells which statements it made, by name. */
export async function execute(
  pool: Pool,
  source: string,
): Promise<{ data: Record<string, unknown>; statements: string[] }> {
  const snapshot = new ListeningSnapshot(pool);
  const { data, errors } = await graphql({
    schema: await (schema ??= createSchema()),
    source,
    contextValue: createContext(snapshot),
  });
  await snapshot.close();
  if (errors || !data) throw new AggregateError(errors ?? []);
  return { data: JSON.parse(JSON.stringify(data)) as Record<string, unknown>, statements: snapshot.names.sort() };
}

let schema: Promise<GraphQLSchema> | undefined;

class ListeningSnapshot extends Snapshot {
  readonly names: string[] = [];

  override rows<Row extends QueryResultRow>(name: string, text: string, values: unknown[] = []): Promise<Row[]> {
    this.names.push(name.split("/")[0] ?? "");
    return super.rows<Row>(name, text, values);
  }
}

/** Retention would drop what a test dates long ago, and a refresh between two inserts would hide the second. */
const WITHOUT_JOBS = `select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where job_id >= 1000`;

/** The columns of schema `chain` that the API reads, as tables that a test can fill. */
const CHAIN = `
create schema chain;
create table chain.head (block_number int4, block_hash text, block_timestamp int8);
create table chain.network (id text, operator_count int, pool_count int, gpu_count int, active_gpu_count int,
  rental_count int, minted_dc numeric, burned_dc numeric, burned_bct numeric, price numeric);
create table chain.account (id bytea, balance_dc numeric, escrow_dc numeric, minted_dc numeric, burned_dc numeric, gpu_count int);
create table chain.operator (id text, owner bytea, payout bytea, mode text, name text, metadata_uri text, pool_count int,
  gpu_count int, member_count int, burned_dc numeric, created_at numeric);
create table chain.pool (id text, operator text, model text, region text, spot_rate_dc_per_hour numeric,
  on_demand_rate_dc_per_hour numeric, reserved_rate_dc_per_hour numeric, operator_bps int, pool_bps int, gpu_bps int,
  gpu_count int, burned_dc numeric, created_at numeric);
create table chain.gpu (id text, owner bytea, operator text, pool text, contributor bytea, uuid_hash bytea, status text,
  rental text, rental_count int, paid_seconds numeric, burned_dc numeric, created_at numeric);
create table chain.rental (id text, gpu text, pool text, operator text, customer bytea, tier text,
  rate_dc_per_hour numeric, deposited_dc numeric, burned_dc numeric, refunded_dc numeric, start_at numeric,
  paid_until numeric, ends_by numeric, settled_until numeric, end_at numeric, end_reason text);
create table chain.usage_point (id int8, timestamp timestamptz, gpu text, pool text, operator text, amount_dc numeric, seconds numeric);
create table chain.gpu_usage_hour (id int8, timestamp timestamptz, gpu text, burned_dc numeric, paid_seconds numeric, settlement_count int8);
`;
