import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, withTransaction, type Pool } from "#kernel/pg.ts";
import { parseSchema } from "../schema/parse.ts";
import { deploymentSql } from "../store/ddl.ts";
import { switchViews } from "../store/views.ts";

/** A database with deployments' empty tables, as much as views need of them. */
export interface ViewsFixture {
  readonly pool: Pool;
  /** makes the tables `sgd<id>` of a schema */
  readonly deploy: (id: number, schema: string) => Promise<void>;
  /** points the views in `chain` at a deployment */
  readonly switchTo: (id: number) => Promise<void>;
  /** views and tables of a schema, by name */
  readonly namesIn: (schema: string) => Promise<string[]>;
  /** drops everything but the database */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the database, with the role `bc_reader`; call `reset` before each test. */
export async function openViews(): Promise<ViewsFixture> {
  const database: TestDatabase = await openTestDatabase();
  const pool = createPool(database.url, { name: "test", max: 1 });
  await pool.query("create extension if not exists btree_gist");
  await pool.query("create role bc_reader").catch(() => undefined); // of the server, not of the database
  return {
    pool,
    deploy: (id, schema) => deploy(pool, id, schema),
    switchTo: (id) =>
      withTransaction(pool, (client) => switchViews(client, "chain", { id, namespace: `sgd${id}` }, "Qm")),
    namesIn: async (schema) => {
      const { rows } = await pool.query<{ name: string }>(
        "select relname::text as name from pg_class where relnamespace = $1::regnamespace and relkind in ('v', 'r') order by 1",
        [schema],
      );
      return rows.map(({ name }) => name);
    },
    reset: () => reset(pool),
    close: async () => {
      await pool.end();
      await database.close();
    },
  };
}

async function deploy(pool: Pool, id: number, schema: string): Promise<void> {
  await pool.query(deploymentSql(parseSchema(schema, true), `sgd${id}`, false));
  await pool.query("insert into subgraphs.subgraph_manifest values ($1, $2)", [id, schema]);
}

async function reset(pool: Pool): Promise<void> {
  await pool.query("drop schema if exists sgd1, sgd2, chain, subgraphs, mine cascade; create schema chain");
  await pool.query(`create schema subgraphs; create schema mine;
    create table subgraphs.head (id int, block_number int, block_hash bytea);
    create table subgraphs.head_time (id int, block_timestamp int8 not null);
    create table subgraphs.deployment (id int, synced_at timestamptz, health text);
    create table subgraphs.subgraph_manifest (id int, schema text)`);
}
