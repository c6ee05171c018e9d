import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { parseSchema } from "#indexer/schema/parse.ts";
import type { Schema } from "#indexer/schema/schema.ts";
import { deploymentSql } from "#indexer/store/ddl.ts";
import type { Deployment } from "#indexer/store/deployment.ts";
import { chainTablesSql, createMetadata } from "#indexer/store/metadata.ts";
import { revertHead, revertTables } from "#indexer/store/revert.ts";
import { switchViews } from "#indexer/store/views.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, withTransaction, type Pool, type PoolClient } from "#kernel/pg.ts";

/** Fields of an entity, by column; numbers and text as PostgreSQL reads them, bytes as `\x…`. */
export type Fields = Record<string, string | number | boolean | null>;

/** What a block does. */
export interface BlockWork {
  /** writes a new version of a mutable entity, the first or a later one */
  set: (table: string, id: string | number, fields: Fields) => void;
  /** adds an immutable entity; its id is that of a log */
  add: (table: string, fields: Fields) => void;
}

/** 2026-11-23 12:00:00 UTC: the time of block 0. */
export const GENESIS_AT = 1_795_435_200;
const NAMESPACE = "sgd1";
const DEPLOYMENT = { id: 1, namespace: NAMESPACE, chainNamespace: "chain1" } as Deployment;

const SCHEMA_TEXT = readFileSync(fileURLToPath(new URL("../../../subgraph/schema.graphql", import.meta.url)), "utf8");
let schema: Schema | undefined;
const ourSchema = (): Schema => (schema ??= parseSchema(SCHEMA_TEXT, true));

/** The hash of a block of a branch. */
export const hashOf = (number: number, branch: string): string =>
  `0x${createHash("sha256").update(`${branch} ${number}`).digest("hex")}`;

/** An address, or another column of bytes, that is easy to tell. */
export const bytesOf = (digit: string, length = 20): string => `\\x${digit.repeat(length * 2)}`;

/** A database as the engine leaves it, with a writer that does what the engine does, block by block. */
export class World {
  /** time of the head */
  at = GENESIS_AT;
  number = 0;
  branch = "a";
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly #defaults = new Map<string, Fields>();
  readonly #blocks: { number: number; at: number; hash: string }[];

  private constructor(database: TestDatabase) {
    this.database = database;
    this.pool = createPool(database.url, { name: "world", max: 1 });
    this.#blocks = [{ number: 0, at: GENESIS_AT, hash: hashOf(0, "a") }];
  }

  /** A database with the engine's tables and views, and block 0. */
  static async open(): Promise<World> {
    const key = createHash("sha256").update(SCHEMA_TEXT).update(String(makeTables)).digest("hex");
    const database = await openTestDatabase({ content: { key: `live ${key}`, make: makeTables } });
    return new World(database);
  }

  /** The head's hash. */
  get hash(): string {
    return this.#blocks.at(-1)?.hash ?? "";
  }

  /** Writes a block on top of the head, in one transaction. */
  async mine(work: (block: BlockWork) => void = () => undefined, seconds = 12): Promise<void> {
    await this.mineAll([{ work, seconds }]);
  }

  /** Writes several blocks in one transaction. */
  async mineAll(blocks: readonly { work?: (block: BlockWork) => void; seconds?: number }[]): Promise<void> {
    await withTransaction(this.pool, async (client) => {
      for (const { work, seconds = 12 } of blocks) {
        const parent = this.hash;
        const block = { number: this.number + 1, at: this.at + seconds, hash: hashOf(this.number + 1, this.branch) };
        this.#blocks.push(block);
        [this.number, this.at] = [block.number, block.at];
        await this.#write(client, work ?? (() => undefined));
        await client.query(
          `insert into chain1.blocks values (decode($1, 'hex'), $2, decode($3, 'hex'), jsonb_build_object('timestamp', $4::int8))
           on conflict do nothing`,
          [block.hash.slice(2), block.number, parent.slice(2), block.at],
        );
      }
      await this.#moveHead(client);
    });
  }

  /** Undoes every block above this one; the next are of another branch. */
  async revertTo(number: number, branch: string): Promise<void> {
    const target = this.#blocks.find((block) => block.number === number);
    if (!target) throw new Error(`there is no block ${number}`);
    this.#blocks.splice(this.#blocks.indexOf(target) + 1);
    [this.number, this.at, this.branch] = [number, target.at, branch];
    await withTransaction(this.pool, async (client) => {
      const change = await revertTables(client, DEPLOYMENT, ourSchema(), number);
      await revertHead(client, DEPLOYMENT, target, change);
    });
  }

  /** Forgets the hashes of blocks below this one. */
  async finalize(number: number): Promise<void> {
    await this.pool.query("delete from chain1.blocks where number < $1", [number]);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.database.close();
  }

  async #write(client: PoolClient, work: (block: BlockWork) => void): Promise<void> {
    const versions = new Map<string, Map<string, Fields>>();
    const actions = new Map<string, Fields[]>();
    let logIndex = 0;
    work({
      set: (table, id, fields) => {
        const rows = versions.get(table) ?? new Map<string, Fields>();
        versions.set(table, rows.set(String(id), { ...rows.get(String(id)), ...fields, id: String(id) }));
      },
      add: (table, fields) => {
        const index = Buffer.alloc(4);
        index.writeInt32LE(logIndex++);
        const id = `\\x${this.hash.slice(2)}${index.toString("hex")}`;
        const row = { id, block$: this.number, timestamp: this.at, block_number: this.number, ...fields };
        actions.set(table, [...(actions.get(table) ?? []), row]);
      },
    });
    for (const [table, rows] of versions) await this.#setVersions(client, table, [...rows.values()]);
    for (const [table, rows] of actions) {
      await client.query(
        `insert into ${NAMESPACE}.${table} select r.* from jsonb_array_elements($1) f(fields),
           jsonb_populate_record(null::${NAMESPACE}.${table}, $2::jsonb || f.fields) r`,
        [JSON.stringify(rows.map(withVid)), await this.#defaultsOf(client, table)],
      );
    }
  }

  async #setVersions(client: PoolClient, table: string, rows: readonly Fields[]): Promise<void> {
    await client.query(
      `with f as (select fields->>'id' as id, fields from jsonb_array_elements($1) t(fields)),
       old as (update ${NAMESPACE}.${table} t set block_range = int4range(lower(block_range), $2::int4)
               from f where t.id::text = f.id and t.block_range @> 2147483647 returning t.id, to_jsonb(t) as fields)
       insert into ${NAMESPACE}.${table} select r.* from f left join old on old.id::text = f.id,
         jsonb_populate_record(null::${NAMESPACE}.${table}, $3::jsonb || coalesce(old.fields, '{}') || f.fields
           || jsonb_build_object('block_range', int4range($2, null))) r`,
      [JSON.stringify(rows.map(withVid)), this.number, await this.#defaultsOf(client, table)],
    );
  }

  /** Something for every column that must hold something. */
  async #defaultsOf(client: PoolClient, table: string): Promise<Fields> {
    const known = this.#defaults.get(table);
    if (known) return known;
    const { rows } = await client.query<{ name: string; type: string; label: string | null }>(
      `select a.attname::text as name, t.typname::text as type,
         (select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder limit 1) as label
       from pg_attribute a join pg_type t on t.oid = a.atttypid
       where a.attrelid = $1::regclass and a.attnum > 0 and a.attnotnull and not a.attisdropped`,
      [`${NAMESPACE}.${table}`],
    );
    const defaults = Object.fromEntries(rows.map(({ name, type, label }) => [name, label ?? defaultOf(type)]));
    this.#defaults.set(table, defaults);
    return defaults;
  }

  async #moveHead(client: PoolClient): Promise<void> {
    await client.query("update subgraphs.head set block_number = $1, block_hash = decode($2, 'hex')", [
      this.number,
      this.hash.slice(2),
    ]);
    await client.query("update subgraphs.head_time set block_timestamp = $1", [this.at]);
  }
}

let vid = 0;
const withVid = (fields: Fields): Fields => ({ ...fields, vid: ++vid });

function defaultOf(type: string): string | number | boolean {
  if (type.startsWith("_")) return "{}";
  if (type === "bytea") return "\\x00";
  if (type === "bool") return false;
  return /^(int|numeric)/.test(type) ? 0 : "";
}

async function makeTables(databaseUrl: string): Promise<void> {
  const room = (name: string) => ({ room: name, dir: fileURLToPath(new URL(`../../../${name}/sql`, import.meta.url)) });
  await migrate(databaseUrl, [room("collector"), room("api")], silentLogger);
  const pool = createPool(databaseUrl, { name: "world", max: 1 });
  await withTransaction(pool, async (client) => {
    await createMetadata(client);
    await client.query(chainTablesSql("chain1"));
    await client.query(deploymentSql(ourSchema(), NAMESPACE, false));
    await client.query(`
      insert into public.chains (name, net_version, genesis_block_hash, shard) values ('devnet', '31337', '00', 'primary');
      insert into public.deployment_schemas (subgraph, version, shard, network, active) values ('QmTest', 1, 'primary', 'devnet', true);
      insert into subgraphs.head (id, entity_count, block_number, block_hash) values (1, 0, 0, '${hashOf(0, "a").replace("0x", "\\x")}');
      insert into subgraphs.deployment (id, subgraph, health, failed) values (1, 'QmTest', 'healthy', false);
      insert into subgraphs.subgraph_manifest (id, spec_version, schema) values (1, '1.3.0', '${SCHEMA_TEXT.replaceAll("'", "''")}');
      insert into subgraphs.head_time values (1, ${GENESIS_AT}, now());
      insert into chain1.blocks values ('${hashOf(0, "a").replace("0x", "\\x")}', 0, '\\x00', '{"timestamp": ${GENESIS_AT}}')`);
    await switchViews(client, "chain", DEPLOYMENT, "QmTest");
  });
  await pool.end();
}
