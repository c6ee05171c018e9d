import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openViews, type ViewsFixture } from "#indexer/testdata/views.ts";

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8");

let views: ViewsFixture;

beforeAll(async () => {
  views = await openViews();
  await views.reset();
  await views.deploy(1, read("schema.graphql"));
  await views.switchTo(1);
});

afterAll(() => views.close());

/** Columns as VIEWS.md tells of them: `view.column`, type, text. */
function documented(): { column: string; type: string; text: string }[] {
  const sections = read("VIEWS.md").split("\n## ").slice(1);
  return sections.flatMap((section) =>
    [...section.matchAll(/^\| `(\w+)` \| (\S+) \| (.*) \|$/gm)].map(([, column = "", type = "", text = ""]) => ({
      column: `${section.slice(0, section.indexOf("\n"))}.${column}`,
      type,
      text,
    })),
  );
}

describe("VIEWS.md", () => {
  it("has every column of every view that the database has, with its type and comment", async () => {
    const { rows } = await views.pool.query<{ column: string; type: string; text: string }>(
      `select c.relname || '.' || a.attname as column, a.atttypid::regtype::text as type,
              coalesce(col_description(c.oid, a.attnum), '') as text
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'chain'::regnamespace and c.relkind = 'v'`,
    );
    const document = documented();
    const { rows: types } = await views.pool.query<{ type: string }>(
      "select t.name::regtype::text as type from unnest($1::text[]) with ordinality t(name, place) order by place",
      [document.map(({ type }) => type)],
    );
    const byColumn = (a: { column: string }, b: { column: string }): number => (a.column < b.column ? -1 : 1);
    const told = document.map((row, index) => ({ ...row, type: types[index]?.type }));
    expect(rows.length).toBeGreaterThan(200);
    expect(told.toSorted(byColumn)).toEqual(rows.toSorted(byColumn));
  });

  it("tells something of every view and column", async () => {
    expect(documented().filter(({ text }) => text === "")).toEqual([]);
    const { rows } = await views.pool.query<{ name: string }>(
      `select relname::text as name from pg_class where relnamespace = 'chain'::regnamespace and relkind = 'v'
          and obj_description(oid, 'pg_class') !~ '^[A-Z].*\\n\\nmade by the indexer'`,
    );
    expect(rows).toEqual([]);
  });
});
