import fc from "fast-check";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { createPool, withTransaction, type Pool } from "#kernel/pg.ts";
import type { Modification } from "../entities/cache.ts";
import type { Row } from "../entities/row.ts";
import type { BlockOutcome } from "../runner/run-block.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { parseSchema } from "../schema/parse.ts";
import type { EntityType } from "../schema/schema.ts";
import type { Header } from "../source/types.ts";
import { Batch } from "./batch.ts";
import { deploymentSql } from "./ddl.ts";
import { writeEntities } from "./flush.ts";
import { Pruning } from "./prune.ts";
import { revertTables } from "./revert.ts";
import { StoreReader } from "./read.ts";

const SCHEMA = parseSchema(
  `type Thing @entity(immutable: false) { id: String! n: Int! }
   type Action @entity(immutable: true) { id: Int8! n: Int! }`,
  true,
);
const thing = SCHEMA.entities.get("Thing") as EntityType;
const action = SCHEMA.entities.get("Action") as EntityType;
const DEPLOYMENT = {
  id: 1,
  namespace: "sgd1",
  chainNamespace: "chain1",
  head: undefined,
  isFailed: false,
  isSynced: false,
  earliest: 0,
  hasAllIndexes: false,
};

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase();
  pool = createPool(database.url, { name: "test", max: 1 });
  await pool.query("create extension if not exists btree_gist");
  await pool.query("create schema subgraphs; create table subgraphs.deployment (id int, earliest_block_number int)");
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

/** What a block does: new values by id, `null` removes. */
type Changes = Record<string, number | null>;

/** Makes blocks of changes to a model that starts empty. */
function outcomes(blocks: readonly Changes[]): BlockOutcome[] {
  const model = new Map<string, bigint>(); // vids of current versions
  return blocks.map((changes, index) => {
    const number = index + 1;
    let save = 0;
    const rowOf = (id: string | bigint, n: number): Row => ({
      values: [id, n],
      vid: (BigInt(number) << 32n) + BigInt(save++),
    });
    const modifications: Modification[] = [
      { kind: "insert", type: action, id: String(number), row: rowOf(BigInt(number), number) },
    ];
    for (const [id, n] of Object.entries(changes)) {
      if (n === null && !model.has(id)) continue;
      const replaces = model.get(id);
      model.delete(id);
      if (n === null) {
        modifications.push({ kind: "remove", type: thing, id, replaces: replaces ?? 0n });
        continue;
      }
      const row = rowOf(id, n);
      if (replaces === undefined) modifications.push({ kind: "insert", type: thing, id, row });
      else modifications.push({ kind: "overwrite", type: thing, id, row, replaces });
      model.set(id, row.vid);
    }
    const block = { number, hash: `0x${number}`, time: number, header: {} as Header, logs: [], isRecent: false };
    return { block, modifications, created: [], failures: [], isFatal: false, triggerCount: 1, eventCount: 1 };
  });
}

async function write(batches: readonly (readonly BlockOutcome[])[], history = Infinity): Promise<number> {
  let count = 0;
  for (const blocks of batches) {
    const batch = new Batch();
    for (const block of blocks) batch.add(block);
    const earliest = (batch.last?.number ?? 0) - history;
    await withTransaction(pool, (client) => writeEntities(client, "sgd1", batch, earliest));
    count += batch.entityCountChange;
  }
  return count;
}

async function contents(): Promise<unknown[]> {
  const things = await pool.query("select vid, block_range::text, id, n from sgd1.thing order by vid");
  const actions = await pool.query("select vid, block$, id, n from sgd1.action order by vid");
  return [...(things.rows as unknown[]), ...(actions.rows as unknown[])];
}

async function reset(): Promise<void> {
  await pool.query("drop schema if exists sgd1 cascade");
  await pool.query(deploymentSql(SCHEMA, "sgd1", false));
}

/** Cuts a list into batches of these sizes. */
function batched<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const result: T[][] = [];
  for (let at = 0, turn = 0; at < items.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    result.push(items.slice(at, at + size));
    at += size;
  }
  return result;
}

const blocks = fc.array(
  fc.dictionary(fc.constantFrom("a", "b", "c"), fc.option(fc.integer({ min: 0, max: 9 }), { nil: null })),
  { minLength: 1, maxLength: 8 },
);
const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });

describe("undoing blocks", () => {
  it("leaves what was there before them, however blocks were batched", async () => {
    await fc.assert(
      fc.asyncProperty(blocks, sizes, sizes, fc.nat(8), async (changes, firstSizes, secondSizes, target) => {
        const all = outcomes(changes);
        await reset();
        const countBefore = await write(batched(all.slice(0, target), firstSizes));
        const before = await contents();
        await reset();
        const count = await write(batched(all, secondSizes));
        const change = await withTransaction(pool, (client) => revertTables(client, DEPLOYMENT, SCHEMA, target));
        expect(await contents()).toEqual(before);
        expect(count + change).toBe(countBefore);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  it("and doing them again gives the same rows", async () => {
    await fc.assert(
      fc.asyncProperty(blocks, sizes, fc.nat(8), async (changes, chosen, target) => {
        const all = outcomes(changes);
        await reset();
        await write(batched(all, chosen));
        const before = await contents();
        await withTransaction(pool, (client) => revertTables(client, DEPLOYMENT, SCHEMA, target));
        await write(batched(all.slice(target), chosen));
        expect(await contents()).toEqual(before);
      }),
      { numRuns: 15, seed: 11 },
    );
  });
});

describe("pruning", () => {
  it("keeps what was current in the last blocks, however blocks were batched", async () => {
    await fc.assert(
      fc.asyncProperty(blocks, sizes, fc.integer({ min: 1, max: 4 }), async (changes, chosen, history) => {
        const all = outcomes(changes);
        await reset();
        await write(batched(all, chosen));
        const earliest = changes.length - history;
        // independent of the code: what PostgreSQL says was visible at one of the kept blocks
        const kept = `select vid from sgd1.thing where coalesce(upper(block_range), 2147483647) > ${earliest} order by vid`;
        const expected = (await pool.query(kept)).rows as unknown[];
        await reset();
        await write(batched(all, chosen), history);
        const { rows } = await pool.query(kept);
        expect(rows).toEqual(expected);
        const manifest = { schema: SCHEMA, historyBlocks: history } as Manifest;
        const pruning = new Pruning(manifest, DEPLOYMENT);
        await withTransaction(pool, (client) =>
          pruning.prune(client, pruning.earliestAt(changes.length, changes.length)),
        );
        expect((await pool.query("select vid from sgd1.thing order by vid")).rows).toEqual(expected);
      }),
      { numRuns: 25, seed: 13 },
    );
  });
});

describe("reading", () => {
  it("gives the current version of each entity", async () => {
    await reset();
    await write([outcomes([{ a: 1, b: 2 }, { a: 3, b: null }, { c: 4 }])]);
    const reader = new StoreReader(pool, "sgd1");
    const rows = await reader.rows(thing, ["a", "b", "c", "d"]);
    expect([...rows].map(([id, { values }]) => [id, values[1]]).sort()).toEqual([
      ["a", 3],
      ["c", 4],
    ]);
    expect([...(await reader.rowsWhere(thing, 1, 4)).keys()]).toEqual(["c"]);
    expect(await reader.allRows(thing, 1)).toBeUndefined();
    expect((await reader.allRows(action, 3))?.size).toBe(3);
  });
});
