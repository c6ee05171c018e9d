import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { startPreview, type RunningPreview } from "./index.ts";

const panel = (id: number, rawSql: string) => ({
  id,
  type: "table",
  gridPos: { x: 0, y: 0, w: 24, h: 8 },
  targets: [{ refId: "A", format: "table", rawSql }],
});
const DASHBOARD = {
  uid: "bc-test",
  title: "Test",
  templating: {
    list: [
      {
        name: "owner",
        type: "query",
        multi: true,
        includeAll: true,
        query: 'select name as "__text", name as "__value" from purse order by 1',
      },
      { name: "note", type: "textbox", query: "" },
    ],
  },
  panels: [
    panel(1, "select name, dollars, seen_at, is_open from purse where name in (${owner:sqlstring}) order by name"),
    panel(2, "select ${note:sqlstring}::text as said"),
    panel(3, "select secret from hidden"),
    panel(4, "select g from generate_series(1, 100001) g"),
    panel(5, "delete from purse returning name"),
    panel(6, "select set_config('role', 'postgres', true), set_config('transaction_read_only', 'off', true)"),
  ],
};

let database: TestDatabase;
let preview: RunningPreview;
let folder: string;

beforeAll(async () => {
  database = await openTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(`
    do $$ begin if not exists (select from pg_roles where rolname = 'bc_reader') then create role bc_reader nologin; end if; end $$;
    create table purse (name text, dollars numeric, seen_at timestamptz, is_open boolean);
    insert into purse values ('o''hara', 12.5, '2026-11-23T21:08:34.036Z', true), ('zoe', null, null, false);
    create table hidden (secret text);
    grant select on purse to bc_reader`);
  await client.end();
  folder = mkdtempSync(join(tmpdir(), "bc-dashboards-"));
  writeFileSync(join(folder, "bc-test.json"), JSON.stringify(DASHBOARD));
  preview = await startPreview({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger, folder });
});

afterAll(async () => {
  await preview?.stop();
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  body: {
    tables?: { columns: { name: string; type: string; values: unknown[] }[] }[];
    choices?: { text: string; value: string }[];
    error?: { code: string; message: string; hints: string[] };
  };
}

async function post(path: string, body: object): Promise<Answer> {
  const response = await fetch(new URL(path, preview.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dashboard: "bc-test", from: 0, to: 3_600_000, maxDataPoints: 500, ...body }),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

const ask = (id: number, variables: object = {}): Promise<Answer> =>
  post("/api/query", { panel: id, variables: { owner: ["$__all"], note: "", ...variables } });
const columnsOf = ({ body }: Answer) => body.tables?.[0]?.columns.map(({ name, type, values }) => [name, type, values]);

it("gives a panel's columns with their kinds: times in milliseconds, numbers as numbers", async () => {
  expect(columnsOf(await ask(1))).toEqual([
    ["name", "string", ["o'hara", "zoe"]],
    ["dollars", "number", [12.5, null]],
    ["seen_at", "time", [Date.parse("2026-11-23T21:08:34.036Z"), null]],
    ["is_open", "boolean", [true, false]],
  ]);
});

it("gives a variable's choices", async () => {
  const { body } = await post("/api/choices", { name: "owner", variables: {} });
  expect(body.choices).toEqual([
    { text: "o'hara", value: "o'hara" },
    { text: "zoe", value: "zoe" },
  ]);
});

it.each([
  "'); delete from purse; --",
  "' union select secret from hidden --",
  "\\'; select 1; --",
  "$__timeFrom()",
  "${owner:sqlstring}",
  "$1",
  "%' or true or '",
  "’ or 1=1",
])("takes the hostile %p as the text that it is", async (note) => {
  expect(columnsOf(await ask(2, { note }))).toEqual([["said", "string", [note]]]);
  const none = await ask(1, { owner: [note] });
  expect([none.status, none.body.tables?.[0]?.columns[0]?.values]).toEqual([200, []]);
});

it("runs no SQL that is sent to it, and no panel that isn't there", async () => {
  const sent = await ask(1, { owner: ["zoe"], rawSql: "select 1" });
  expect(columnsOf(sent)?.[0]).toEqual(["name", "string", ["zoe"]]);
  expect(
    (await post("/api/query", { panel: 1, variables: { owner: ["zoe"], note: "" }, rawSql: "drop table purse" }))
      .status,
  ).toBe(200);
  expect((await ask(99)).body.error?.message).toBe("dashboard bc-test has no panel 99");
  expect((await post("/api/query", { dashboard: "../secret", panel: 1, variables: {} })).status).toBe(404);
});

it("reads as bc_reader, and only reads", async () => {
  expect((await ask(3)).body.error?.message).toMatch(/permission denied for table hidden/);
  expect((await ask(5)).status).toBe(502);
  expect((await ask(6)).status).toBe(502);
  expect(columnsOf(await ask(1))?.[0]?.[2]).toHaveLength(2);
});

it("says so when a query gives more rows than can be shown", async () => {
  const { status, body } = await ask(4);
  expect([status, body.error?.message]).toEqual([422, "the query gives more than 100,000 rows"]);
});

it.each([
  ["no range", { from: 5, to: 5 }],
  ["a range beyond all time", { to: 1e300 }],
  ["a value that PostgreSQL can't have", { variables: { owner: ["a\0b"], note: "" } }],
  ["an object for a value", { variables: { owner: { a: 1 }, note: "" } }],
  ["more values than anybody chooses", { variables: { owner: new Array(2_001).fill("a"), note: "" } }],
  ["a variable that isn't chosen", { variables: { note: "" } }],
])("refuses %s", async (_name, part) => {
  const { status, body } = await post("/api/query", { panel: 1, variables: { owner: ["zoe"], note: "" }, ...part });
  expect([status, body.error?.code]).toEqual([400, "BAD_REQUEST"]);
});

it("lets its pages load nothing but its own, and nobody frame them", async () => {
  const response = await fetch(new URL("/d/bc-test", preview.url));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-security-policy")).toContain("script-src 'self'; style-src 'self'");
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(await response.text()).toContain("/page.js");
});

it("does not start with a dashboard that takes a reader's text unquoted", async () => {
  const unsafe = mkdtempSync(join(tmpdir(), "bc-dashboards-"));
  const panels = [panel(1, "select * from purse where name = '$note'")];
  writeFileSync(join(unsafe, "bc-test.json"), JSON.stringify({ ...DASHBOARD, panels }));
  const options = { databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger, folder: unsafe };
  await expect(startPreview(options)).rejects.toThrow("panel 1 has $note, which doesn't quote it");
  rmSync(unsafe, { recursive: true });
});
