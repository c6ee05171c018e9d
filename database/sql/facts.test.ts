import { factsOf } from "./facts.ts";

describe("factsOf", () => {
  it.each([
    "copy t from stdin",
    "COPY public.t (a, b) FROM STDIN WITH (FORMAT csv)",
    "copy/* x */t -- from program\n from\tstdin",
    "copy t from stdout", // PostgreSQL's grammar takes either word
    'copy "from" from stdin',
  ])("finds the data that must come with: %s", (sql) => {
    expect(factsOf(sql)).toMatchObject({ copy: { isBinary: false }, unsupported: undefined, count: 1 });
  });

  it.each([
    "copy t to stdout",
    "copy (select a from stdin) to stdout",
    "select 'copy t from stdin'",
    "copy t from '/x'",
  ])("needs no data for: %s", (sql) => {
    expect(factsOf(sql).copy).toBeUndefined();
  });

  it("knows a binary COPY", () => {
    expect(factsOf("copy t from stdin with (format binary)").copy).toEqual({ isBinary: true });
    expect(factsOf("copy binary t from stdin").copy).toEqual({ isBinary: true });
  });

  it.each(["copy t from program 'x'", "copy t to program 'x'", "select 1; copy (select 1) to program 'x'"])(
    "finds the program in: %s",
    (sql) => {
      expect(factsOf(sql).unsupported).toBe("COPY ... PROGRAM");
    },
  );

  it("finds CONCURRENTLY where it makes or drops an index", () => {
    expect(factsOf("create unique index concurrently i on t (a)").unsupported).toBe("CONCURRENTLY");
    expect(factsOf("reindex table concurrently t").unsupported).toBe("CONCURRENTLY");
    expect(factsOf("refresh materialized view concurrently v").unsupported).toBeUndefined();
    expect(factsOf("select 'index concurrently'").unsupported).toBeUndefined();
  });

  it.each([
    "set timezone = 'UTC'",
    "/* c */ SET SESSION x = 1",
    "select 1; reset all",
    "select set_config('a.b', 'c', false)",
    "do $$ begin execute 'set x = 1'; end $$",
    "discard all",
  ])("expects other settings after: %s", (sql) => {
    expect(factsOf(sql).mayChangeSettings).toBe(true);
  });

  it.each([
    "set local timezone = 'UTC'",
    "update t set a = 1",
    "set constraints all deferred",
    "select 'set x = 1'",
    "select set_config('a.b', $1, true)",
  ])("expects the same settings after: %s", (sql) => {
    expect(factsOf(sql).mayChangeSettings).toBe(false);
  });

  it.each([
    ["listen a", [{ isListen: true, channel: "a" }]],
    ['LISTEN "A b"', [{ isListen: true, channel: "A b" }]],
    [
      "listen A; unlisten *",
      [
        { isListen: true, channel: "a" },
        { isListen: false, channel: undefined },
      ],
    ],
  ])("reads who listens from: %s", (sql, listenings) => {
    expect(factsOf(sql).listenings).toEqual(listenings);
  });

  it.each([
    "create temp table t (a int)",
    "select 1 into temporary t",
    "prepare p as select 1",
    "declare c cursor with hold for select 1",
  ])("expects something left behind by: %s", (sql) => {
    expect(factsOf(sql).mayLeaveObjects).toBe(true);
  });

  it("knows what would clear the session of everybody", () => {
    expect(factsOf("discard all").clearsAll).toBe("DISCARD ALL");
    expect(factsOf("deallocate prepare all").clearsAll).toBe("DEALLOCATE ALL");
    expect(factsOf("deallocate x").clearsAll).toBeUndefined();
  });
});
