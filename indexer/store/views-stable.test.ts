import { withTransaction } from "#kernel/pg.ts";
import { openViews, type ViewsFixture } from "../testdata/views.ts";

const OLD = "type Thing @entity(immutable: false) { id: String! n: Int! m: Int! }";
/** Fields more, in the midst, and a type. */
const MORE = `type Thing @entity(immutable: false) { id: String! first: Int n: Int! mid: Int m: Int! }
  type Fresh @entity(immutable: true) { id: String! }`;
const LESS = "type Thing @entity(immutable: false) { id: String! m: Int! more: Int }";
const OTHER_TYPE = "type Thing @entity(immutable: false) { id: String! n: BigInt! m: Int! }";

let views: ViewsFixture;
let { pool, switchTo } = {} as ViewsFixture;

beforeAll(async () => {
  views = await openViews();
  ({ pool, switchTo } = views);
});

afterAll(() => views.close());

beforeEach(async () => {
  await views.reset();
  await views.deploy(1, OLD);
  await pool.query(`insert into sgd1.thing (vid, block_range, id, n, m) values (1, '[1,)', 'old', 1, 2)`);
  await switchTo(1);
});

async function columnsOf(view: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum",
    [view],
  );
  return rows.map(({ name }) => name);
}

/** What the reader gets for a statement: rows, or the error's code. */
async function asReader(sql: string): Promise<unknown> {
  return withTransaction(pool, async (client) => {
    await client.query("set local role bc_reader");
    return (await client.query<Record<string, unknown>>(sql)).rows;
  }).catch((error: { code?: string }) => error.code);
}

describe("a build with more fields", () => {
  beforeEach(async () => {
    await views.deploy(2, MORE);
    await pool.query(
      `insert into sgd2.thing (vid, block_range, id, first, n, mid, m) values (1, '[1,)', 'new', 7, 3, 8, 4)`,
    );
  });

  it("leaves columns where they were, adds its own behind them, and goes back with none lost", async () => {
    expect(await columnsOf("chain.thing")).toEqual(["id", "n", "m"]);
    await switchTo(2);
    expect(await columnsOf("chain.thing")).toEqual(["id", "n", "m", "first", "mid"]);
    await switchTo(1);
    expect(await columnsOf("chain.thing")).toEqual(["id", "n", "m"]);
  });

  it("keeps what others have built on a view, which shows its rows from then on", async () => {
    await pool.query("create view mine.report as select id, n + m as sum from chain.thing");
    expect((await pool.query("select * from mine.report")).rows).toEqual([{ id: "old", sum: 3 }]);
    await switchTo(2);
    expect((await pool.query("select * from mine.report")).rows).toEqual([{ id: "new", sum: 7 }]);
  });

  it("serves statements that are prepared on named columns on; those on * once fail, and are made anew", async () => {
    const client = await pool.connect();
    try {
      const [named, all] = ["select id, n from chain.thing", "select * from chain.thing"];
      const read = (name: string, text: string): Promise<unknown> =>
        client.query<Record<string, unknown>>({ name, text }).then(
          ({ rows }) => rows,
          ({ message }: Error) => message,
        );
      expect(await read("named", named)).toEqual([{ id: "old", n: 1 }]);
      expect(await read("all", all)).toEqual([{ id: "old", n: 1, m: 2 }]);
      client.release();
      await switchTo(2);
      const same = await pool.connect(); // the pool has one client
      expect(same).toBe(client);
      expect(await read("named", named)).toEqual([{ id: "new", n: 3 }]);
      expect(await read("all", all)).toBe("cached plan must not change result type");
      expect(await read("again", all)).toEqual([{ id: "new", n: 3, m: 4, first: 7, mid: 8 }]);
    } finally {
      client.release();
    }
  });

  it("opens its views to the reader, new ones too, and neither their tables nor the metadata", async () => {
    await switchTo(2);
    expect(await asReader("select id from chain.thing")).toEqual([{ id: "new" }]);
    expect(await asReader("select * from chain.fresh")).toEqual([]);
    expect(await asReader("select * from chain.head")).toEqual([]);
    for (const closed of ["sgd2.thing", "sgd1.thing", "subgraphs.deployment"])
      expect(await asReader(`select * from ${closed}`)).toBe("42501");
    expect(await asReader("create view chain.mine as select 1")).toBe("42501");
  });
});

describe("a build with a column less", () => {
  beforeEach(() => views.deploy(2, LESS));

  it("makes the view anew, and whoever might read it still may", async () => {
    await pool.query("drop role if exists analyst; create role analyst");
    await pool.query(
      "grant usage on schema chain to analyst; grant select on chain.thing to analyst with grant option",
    );
    await switchTo(2);
    expect(await columnsOf("chain.thing")).toEqual(["id", "m", "more"]);
    const { rows } = await pool.query(
      "select has_table_privilege('analyst', 'chain.thing', 'select with grant option') as may",
    );
    expect(rows).toEqual([{ may: true }]);
    expect(await asReader("select id from chain.thing")).toEqual([]);
    await pool.query("drop owned by analyst; drop role analyst");
  });
});

describe("a view that others are built on", () => {
  it.each([
    ["loses a column", LESS, 'changes (cannot change name of view column "n" to "m"'],
    [
      "has one of another type",
      OTHER_TYPE,
      'changes (cannot change data type of view column "n" from integer to numeric',
    ],
  ])("shows what it did when it %s, and the error tells what is in the way", async (_, schema, why) => {
    await views.deploy(2, schema);
    await pool.query("create view mine.report as select id from chain.thing");
    await expect(switchTo(2)).rejects.toMatchObject({
      code: "VIEW_NEEDED",
      message: expect.stringContaining(`"chain"."thing" ${why}`) as string,
    });
    expect((await pool.query("select * from mine.report")).rows).toEqual([{ id: "old" }]);
    await pool.query("drop view mine.report");
    await switchTo(2);
    expect((await pool.query("select * from chain.thing")).rows).toEqual([]);
  });
});

describe("views that are there already", () => {
  it("are opened to the reader when that role is made later", async () => {
    await pool.query("revoke all on chain.thing, chain.head from bc_reader; revoke all on schema chain from bc_reader");
    expect(await asReader("select id from chain.thing")).toBe("42501");
    await switchTo(1);
    expect(await asReader("select id from chain.thing")).toEqual([{ id: "old" }]);
  });

  it("are known by the mark alone, which was the whole comment once", async () => {
    await pool.query("comment on view chain.thing is 'made by the indexer (0123456789abcdef)'");
    await switchTo(1);
    expect((await pool.query("select obj_description('chain.thing'::regclass) as is")).rows).toEqual([
      {
        is: expect.stringMatching(
          /^Current, as of the block in `head`\.\n\nmade by the indexer \([0-9a-f]{16}\)$/,
        ) as string,
      },
    ]);
  });
});
