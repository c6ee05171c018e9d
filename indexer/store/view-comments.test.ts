import { openViews, type ViewsFixture } from "../testdata/views.ts";

const SCHEMA = `
  "It's a \\\\ \\"thing\\""
  type Thing @entity(immutable: true) {
    id: String!
    "$1 'quoted'; -- DC"
    amount: BigInt!
  }`;

let views: ViewsFixture;

beforeAll(async () => {
  views = await openViews();
});

afterAll(() => views.close());

beforeEach(() => views.reset());

async function commentsOn(view: string): Promise<{ view: string; columns: Record<string, string | null> }> {
  const { rows } = await views.pool.query<{ view: string; column: string; comment: string | null }>(
    `select obj_description(attrelid, 'pg_class') as view, attname::text as column, col_description(attrelid, attnum) as comment
       from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [view],
  );
  return {
    view: (rows[0]?.view ?? "").replace(/\n\nmade by the indexer \([0-9a-f]{16}\)$/, ""),
    columns: Object.fromEntries(rows.map(({ column, comment }) => [column, comment])),
  };
}

describe("comments on views", () => {
  it("are the schema's descriptions to the letter, on the view and its columns", async () => {
    await views.deploy(1, SCHEMA);
    await views.switchTo(1);
    expect(await commentsOn("chain.thing")).toEqual({
      view: `It's a \\ "thing". Rows never change.`,
      columns: { block: "Number of the block that made the row.", id: null, amount: "$1 'quoted'; -- DC." },
    });
    expect((await commentsOn("chain.head")).columns).toMatchObject({
      block_number: "The last indexed block; rows are as of its end. Null before the first.",
    });
  });

  it("follow a build that differs in its descriptions alone, also where it has none", async () => {
    await views.deploy(1, SCHEMA);
    await views.deploy(2, "type Thing @entity(immutable: true) { id: String! amount: BigInt! }");
    await views.switchTo(1);
    await views.switchTo(2);
    const { view, columns } = await commentsOn("chain.thing");
    expect(view).toBe("Rows never change.");
    expect(columns).toMatchObject({ amount: null });
  });

  it("are left out where the schema can't be read, which costs no view", async () => {
    await views.deploy(1, SCHEMA);
    await views.pool.query("update subgraphs.subgraph_manifest set schema = 'type {'");
    await views.switchTo(1);
    expect(await commentsOn("chain.thing")).toMatchObject({ columns: { block: null, id: null, amount: null } });
    expect(await views.namesIn("chain")).toEqual(["head", "thing"]);
  });
});
