import { openViews, type ViewsFixture } from "../testdata/views.ts";

const OLD = `type Thing @entity(immutable: false) { id: String! n: Int! m: Int! }
  type Gone @entity(immutable: true) { id: String! }`;
/** A build that has one type less, and a column less where another was. */
const NEW = "type Thing @entity(immutable: false) { id: String! m: Int! }";

let views: ViewsFixture;
let { pool, switchTo, namesIn } = {} as ViewsFixture;

beforeAll(async () => {
  views = await openViews();
  ({ pool, switchTo, namesIn } = views);
});

afterAll(() => views.close());

beforeEach(async () => {
  await views.reset();
  await views.deploy(1, OLD);
  await views.deploy(2, NEW);
});

describe("the views' schema", () => {
  it("keeps the views and tables in it that others made", async () => {
    await pool.query("create table chain.notes (n int); create view chain.report as select n from chain.notes");
    await switchTo(1);
    expect(await namesIn("chain")).toEqual(["gone", "head", "notes", "report", "thing"]);
    await switchTo(2);
    expect(await namesIn("chain")).toEqual(["head", "notes", "report", "thing"]);
  });

  it("opens only our own views to the reader", async () => {
    await pool.query("create table chain.notes (n int)");
    await switchTo(1);
    const { rows } = await pool.query(
      `select has_table_privilege('bc_reader', 'chain.notes', 'select') as notes,
              has_table_privilege('bc_reader', 'chain.thing', 'select') as thing`,
    );
    expect(rows).toEqual([{ notes: false, thing: true }]);
  });

  it.each(["table chain.thing (n int)", "view chain.thing as select 1 as n", "sequence chain.thing"])(
    "refuses a name that others have taken, and leaves it as it is: %s",
    async (what) => {
      await pool.query(`create ${what}`);
      await expect(switchTo(1)).rejects.toMatchObject({
        code: "VIEW_TAKEN",
        message: '"chain"."thing" is not a view of the indexer, which needs that name',
      });
      await expect(pool.query(`create ${what}`)).rejects.toThrow("already exists");
    },
  );
});

describe("a view that others are built on", () => {
  it.each([
    ["changes its columns", "thing"],
    ["goes", "gone"],
  ])("isn't dropped along with them when it %s", async (_, name) => {
    await switchTo(1);
    await pool.query(`create view mine.report as select id from chain.${name}`);
    await expect(switchTo(2)).rejects.toMatchObject({
      code: "VIEW_NEEDED",
      message: expect.stringMatching(/view mine\.report depends on view/) as string,
    });
    expect(await namesIn("mine")).toEqual(["report"]);
    await pool.query("drop view mine.report");
    await switchTo(2);
    expect(await namesIn("chain")).toEqual(["head", "thing"]);
  });
});
