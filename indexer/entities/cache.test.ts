import { MappingError, Miss } from "../host/errors.ts";
import { parseSchema } from "../schema/parse.ts";
import type { EntityType } from "../schema/schema.ts";
import { EntityCache } from "./cache.ts";
import type { EntityReader } from "./current.ts";
import type { Row, Value } from "./row.ts";

const SCHEMA = parseSchema(
  `type Thing @entity(immutable: false) { id: Bytes! name: String! size: Int owner: Owner parts: [Part!]! @derivedFrom(field: "thing") owners: [Owner!]! @derivedFrom(field: "things") }
   type Owner @entity(immutable: false) { id: String! things: [Thing!] }
   type Part @entity(immutable: false) { id: Int8! thing: Thing! }
   type Action @entity(immutable: true) { id: Bytes! }
   type Point @entity(timeseries: true) { id: Int8! timestamp: Timestamp! n: Int! }`,
  true,
);
const type = (name: string): EntityType => SCHEMA.entities.get(name) as EntityType;
const thing = type("Thing");

/** A row of a type from the fields given. */
function row(of: EntityType, fields: Record<string, Value | null>): Row {
  return { values: of.columns.map(({ name }) => fields[name]), vid: 0n };
}

/** A store that holds these things. */
function storeOf(stored: Record<string, Record<string, Value>>): EntityReader {
  const rows = new Map(Object.entries(stored).map(([id, fields]) => [id, row(thing, { id, ...fields })]));
  return {
    rows: async (of, ids) => new Map([...rows].filter(([id]) => of === thing && ids.includes(id))),
    rowsWhere: async () => new Map(),
    allRows: async (of) => (of === thing ? rows : new Map()),
  };
}

async function cacheWith(stored: Record<string, Record<string, Value>> = {}): Promise<EntityCache> {
  const cache = new EntityCache(SCHEMA, storeOf(stored));
  for (const of of SCHEMA.entities.values()) await cache.current.load(of, []);
  cache.beginBlock(5, 1_700_000_000);
  cache.beginHandler();
  return cache;
}

const fieldsOf = (found: Row | undefined): unknown => found && { name: found.values[1], size: found.values[2] };
const kindsOf = (cache: EntityCache): string[] => {
  cache.commitHandler();
  return cache.endBlock().map(({ kind, id }) => `${kind} ${id}`);
};

describe("an entity", () => {
  it("is seen as this handler, then this block, then the store has it", async () => {
    const cache = await cacheWith({ "0xaa": { name: "stored", size: 1 } });
    expect(fieldsOf(cache.get(thing, "0xaa"))).toEqual({ name: "stored", size: 1 });
    cache.set(thing, "0xaa", row(thing, { name: "changed" }));
    expect(fieldsOf(cache.get(thing, "0xaa"))).toEqual({ name: "changed", size: 1 });
    cache.commitHandler();
    cache.beginHandler();
    cache.set(thing, "0xAA", row(thing, { size: null }));
    expect(fieldsOf(cache.get(thing, "AA"))).toEqual({ name: "changed", size: undefined });
    cache.discardHandler(false);
    expect(fieldsOf(cache.get(thing, "0xaa"))).toEqual({ name: "changed", size: 1 });
  });

  it("must be fetched when it isn't known", () => {
    const cache = new EntityCache(SCHEMA, storeOf({}));
    cache.beginBlock(1, 0);
    cache.beginHandler();
    expect(() => cache.get(thing, "0xaa")).toThrow(Miss);
  });

  it("is one modification per block, none when nothing changed", async () => {
    const stored = { "0xaa": { name: "a" }, "0xbb": { name: "b" }, "0xcc": { name: "c" } };
    const cache = await cacheWith(stored);
    cache.set(thing, "0xaa", row(thing, { name: "x" }));
    cache.set(thing, "0xaa", row(thing, { name: "a" }));
    cache.set(thing, "0xbb", row(thing, { name: "y" }));
    cache.remove(thing, "0xcc");
    cache.set(thing, "0xdd", row(thing, { name: "d" }));
    cache.remove(thing, "0xee");
    expect(kindsOf(cache)).toEqual(["overwrite 0xbb", "remove 0xcc", "insert 0xdd"]);
  });

  it("removed and saved in one block loses the fields that were not given", async () => {
    const cache = await cacheWith({ "0xaa": { name: "a", size: 9 } });
    cache.remove(thing, "0xaa");
    cache.set(thing, "0xaa", row(thing, { name: "a" }));
    cache.commitHandler();
    const [modification] = cache.endBlock();
    expect(modification).toMatchObject({ kind: "overwrite", row: { values: ["0xaa", "a", undefined, undefined] } });
  });

  it("has the vid of its last save, counted over all saves of the block", async () => {
    const cache = await cacheWith();
    cache.set(thing, "0xaa", row(thing, { name: "a" }));
    cache.set(thing, "0xbb", row(thing, { name: "b" }));
    cache.set(thing, "0xaa", row(thing, { name: "c" }));
    cache.commitHandler();
    // block 5, saves from 100 on
    expect(cache.endBlock().map((modification) => "row" in modification && modification.row.vid)).toEqual([
      (5n << 32n) + 102n,
      (5n << 32n) + 101n,
    ]);
  });

  it("takes the same vids when its handler runs again, new ones when the handler failed", async () => {
    const cache = await cacheWith();
    const saveOne = (): bigint => {
      const saved = row(thing, { name: "a" });
      cache.set(thing, "0xaa", saved);
      return saved.vid & 0xffff_ffffn;
    };
    expect(saveOne()).toBe(100n);
    cache.discardHandler(true);
    cache.beginHandler();
    expect(saveOne()).toBe(100n);
    cache.discardHandler(false);
    cache.beginHandler();
    expect(saveOne()).toBe(101n);
  });

  it.each([
    ["lacks a field that can't be null", { size: 1 }, "missing value for non-nullable field `name`"],
    ["has another id", { id: "0xbb", name: "a" }, "conflicts with ID passed"],
    ["has a value of another kind", { name: 5 }, "field `name` must have type String"],
  ])("is refused when it %s", async (_, fields, message) => {
    const cache = await cacheWith();
    expect(() => cache.set(thing, "0xaa", row(thing, fields))).toThrow(MappingError);
    expect(() => cache.set(thing, "0xaa", row(thing, fields))).toThrow(message);
  });

  it("must be of an entity type", async () => {
    const cache = await cacheWith();
    expect(() => cache.entityType("Nothing")).toThrow(MappingError);
  });
});

describe("generated ids", () => {
  it("count over all types of a block", async () => {
    const cache = await cacheWith();
    const point = type("Point");
    cache.set(point, "0", row(point, { n: 1 }));
    cache.set(type("Action"), "auto", row(type("Action"), {}));
    cache.set(point, "0", row(point, { n: 2 }));
    cache.commitHandler();
    const ids = cache.endBlock().map(({ id }) => id);
    expect(ids).toEqual([(5n << 32n).toString(), ((5n << 32n) + 2n).toString(), "0x0000000500000001"]);
  });

  it("come with the block's time in a timeseries", async () => {
    const cache = await cacheWith();
    const point = type("Point");
    const saved = row(point, { n: 1, timestamp: 7n });
    cache.set(point, "0", saved);
    expect(saved.values[point.timestampColumn]).toBe(1_700_000_000_000_000n);
  });

  it("are refused for text", async () => {
    const cache = await cacheWith();
    expect(() => cache.set(type("Owner"), "auto", row(type("Owner"), {}))).toThrow("String ids can't be generated");
  });
});

describe("a derived field", () => {
  it("follows what the block's handlers moved in and out, in the order of ids", async () => {
    const cache = await cacheWith();
    const part = type("Part");
    for (const id of ["10", "9", "8"]) cache.set(part, id, row(part, { thing: "0xaa" }));
    cache.commitHandler();
    cache.endBlock();
    cache.beginBlock(6, 0);
    cache.beginHandler();
    cache.set(part, "9", row(part, { thing: "0xbb" }));
    cache.set(part, "11", row(part, { thing: "0xaa" }));
    cache.remove(part, "8");
    const { rows } = cache.loadRelated(thing, "0xAA", "parts");
    expect(rows.map(({ values }) => values[0])).toEqual([10n, 11n]);
    expect(() => cache.loadRelated(thing, "0xaa", "name")).toThrow("is not derived");
  });

  it("of a list-valued field is empty, without asking the store", async () => {
    const owner = type("Owner");
    const unknown = new EntityCache(SCHEMA, storeOf({}));
    for (const cache of [unknown, await cacheWith()]) {
      cache.beginBlock(5, 0);
      cache.beginHandler();
      cache.set(owner, "o", row(owner, { things: ["0xaa"] }));
      expect(cache.loadRelated(thing, "0xaa", "owners")).toEqual({ type: owner, rows: [] });
    }
  });
});
