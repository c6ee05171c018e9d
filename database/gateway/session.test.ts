import pg from "pg";
import { openTestDatabase, type TestDatabase } from "../testing.ts";

// One backend serves all clients, yet each has a session of its own. Runs on DATABASE_URL too.
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
  const { hostname: host, port, pathname, username, password } = new URL(database.url);
  const own = { host, port: Number(port), database: pathname.slice(1), user: username, password };
  const client = new pg.Client({ ...own, ...options });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function show(client: pg.Client, name: string): Promise<string | undefined> {
  return (await client.query<{ value: string }>("select current_setting($1, true) as value", [name])).rows[0]?.value;
}

const endAll = (...clients: pg.Client[]): Promise<unknown> => Promise.all(clients.map((client) => client.end()));

describe("settings", () => {
  it("that one client changes are its own, before and after other clients' turns", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await one.query("set timezone = 'Asia/Tokyo'");
    await other.query("set timezone = 'America/Lima'; set work_mem = '7MB'");
    await one.query("select set_config('bc.mark', 'it''s \\ mine', false)");
    expect([await show(one, "timezone"), await show(other, "timezone")]).toEqual(["Asia/Tokyo", "America/Lima"]);
    expect([await show(one, "bc.mark"), (await show(other, "bc.mark")) ?? ""]).toEqual(["it's \\ mine", ""]);
    expect(await show(other, "work_mem")).toBe("7MB");
    expect(await show(one, "work_mem")).not.toBe("7MB");
    await endAll(one, other);
  });

  it("are gone with the client that changed them", async () => {
    const one = await connect();
    await one.query("set search_path = pg_catalog; set datestyle = 'German'");
    await one.end();
    const next = await connect();
    expect([await show(next, "search_path"), await show(next, "datestyle")]).toEqual(['"$user", public', "ISO, MDY"]);
    await next.end();
  });

  it("go back to what the connection began with on RESET", async () => {
    const client = await connect({ application_name: "mine" });
    await client.query("set search_path = pg_catalog; set enable_seqscan = off; set application_name = 'x'");
    await client.query("reset all");
    expect([await show(client, "search_path"), await show(client, "enable_seqscan")]).toEqual([
      '"$user", public',
      "on",
    ]);
    await client.end();
  });

  it("changed in a transaction that is rolled back are as before", async () => {
    const client = await connect();
    await client.query("set timezone = 'Asia/Tokyo'");
    await client.query("begin; set timezone = 'America/Lima'");
    expect(await show(client, "timezone")).toBe("America/Lima");
    await client.query("rollback");
    expect(await show(client, "timezone")).toBe("Asia/Tokyo");
    await client.end();
  });

  it("may come with the connection", async () => {
    const [one, other] = await Promise.all([
      connect({ application_name: "first", options: "-c timezone=Asia/Tokyo -c bc.word=a\\ b" }),
      connect({ application_name: "second" }),
    ]);
    expect([await show(one, "application_name"), await show(other, "application_name")]).toEqual(["first", "second"]);
    expect([await show(one, "timezone"), await show(one, "bc.word")]).toEqual(["Asia/Tokyo", "a b"]);
    expect(await show(other, "timezone")).not.toBe("Asia/Tokyo");
    await endAll(one, other);
  });

  it("that don't exist are refused with the connection", async () => {
    await expect(connect({ options: "-c no_such_setting=1" })).rejects.toMatchObject({ code: "42704" });
  });

  it("of a prepared SET hold whenever it is executed", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await one.query({ name: "tokyo", text: "set timezone = 'Asia/Tokyo'" });
    await one.query("set timezone = 'UTC'");
    await one.query({ name: "tokyo", text: "set timezone = 'Asia/Tokyo'" });
    expect([await show(other, "timezone"), await show(one, "timezone")]).not.toContain("America/Lima");
    expect(await show(other, "timezone")).not.toBe("Asia/Tokyo");
    expect(await show(one, "timezone")).toBe("Asia/Tokyo");
    await endAll(one, other);
  });
});

describe("users", () => {
  const reader = `bc_reader_${process.pid}`;

  beforeAll(async () => {
    const client = await connect();
    await client.query(`create role ${reader} login password 'x'`);
    await client.query(
      `create table visible (a int); grant select on visible to ${reader}; create table hidden (a int)`,
    );
    await client.end();
  });

  afterAll(async () => {
    const client = await connect();
    await client.query(`drop owned by ${reader}; drop role ${reader}`);
    await client.end();
  });

  it("have their own rights, turn by turn", async () => {
    const [owner, other] = await Promise.all([connect(), connect({ user: reader, password: "x" })]);
    for (let round = 0; round < 3; round++) {
      expect((await other.query("select session_user as s, current_user as c")).rows).toEqual([
        { s: reader, c: reader },
      ]);
      await expect(other.query("select * from hidden")).rejects.toMatchObject({ code: "42501" });
      await expect(other.query("insert into visible values (1)")).rejects.toMatchObject({ code: "42501" });
      expect((await other.query("select * from visible")).rows).toEqual([]);
      await owner.query("select * from hidden");
    }
    await endAll(owner, other);
  });

  it("that don't exist are refused", async () => {
    await expect(connect({ user: "nobody_here", password: "x" })).rejects.toMatchObject({
      code: expect.stringMatching(/^(22023|28000|28P01)$/) as string,
    });
  });

  it("may give up what they made before they became another", async () => {
    const [one, witness] = await Promise.all([connect(), connect()]);
    await witness.query("create temp table witness_too (a int)");
    await one.query("create temp table mine (a int); prepare mine as select 1");
    await one.query(`set role ${reader}`);
    await one.query("deallocate all");
    await one.query("prepare mine as select 2");
    await one.query("discard all");
    await one.query("create temp table mine (b int)");
    expect((await witness.query("select * from witness_too")).rows).toEqual([]);
    await endAll(one, witness);
  });

  it("may change their role for themselves only", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await one.query(`set role ${reader}`);
    expect((await other.query("select current_user <> $1 as same", [reader])).rows).toEqual([{ same: true }]);
    await expect(one.query("select * from hidden")).rejects.toMatchObject({ code: "42501" });
    await one.query("reset role");
    await one.query("select * from hidden");
    await endAll(one, other);
  });
});

describe("what a client leaves behind", () => {
  it("is gone when it has gone: temporary tables, prepared statements, held cursors", async () => {
    const one = await connect();
    await one.query("create temp table scratch (id serial primary key); create temp view seen as select 1 as a");
    await one.query("prepare plan as select 1");
    await one.query("begin");
    await one.query("declare held cursor with hold for select 1");
    await one.query("commit");
    await one.end();
    const next = await connect();
    await next.query("create temp table scratch (other int); create temp view seen as select 2 as a");
    await next.query("prepare plan as select 2");
    await next.query("begin; declare held cursor with hold for select 2; commit");
    expect((await next.query("execute plan")).rows).toEqual([{ "?column?": 2 }]);
    expect((await next.query("select * from seen")).rows).toEqual([{ a: 2 }]);
    await next.end();
  });

  it("may have been removed by the client itself", async () => {
    const [one, witness] = await Promise.all([connect(), connect()]);
    await witness.query("create temp table witness_only (a int)");
    await one.query("prepare plan as select 1; deallocate plan");
    await one.query("begin; declare held cursor with hold for select 1; commit; close held");
    await one.query("create temp table scratch (a int); drop table scratch");
    await one.query("do 'begin create temp table hidden (a int); end'");
    await one.query("do 'begin execute ''dr'' || ''op table pg_temp.hidden''; end'");
    await one.end();
    expect((await witness.query("select * from witness_only")).rows).toEqual([]);
    await witness.end();
  });

  it("may have the name of what another client has removed", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await one.query("create temp table passed_on (a int); drop table passed_on");
    await one.query("prepare passed_on as select 1; deallocate passed_on");
    await other.query("create temp table passed_on (a int)");
    await other.query("prepare passed_on as select 2 as v");
    await one.end();
    expect((await other.query("select * from passed_on")).rows).toEqual([]);
    expect((await other.query("execute passed_on")).rows).toEqual([{ v: 2 }]);
    await other.end();
  });

  it("of another client stays when one goes", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await one.query("create temp table kept (a int)");
    await other.query("create temp table gone (a int)");
    await other.query({ name: "other", text: "select 1" });
    await one.query({ name: "mine", text: "select 2 as v" });
    await other.end();
    expect((await one.query("select count(*)::int as count from kept")).rows).toEqual([{ count: 0 }]);
    expect((await one.query({ name: "mine", text: "select 2 as v" })).rows).toEqual([{ v: 2 }]);
    await one.end();
  });

  it("is given up by DISCARD ALL for this client alone", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    await other.query({ name: "kept", text: "select 3 as v" });
    await other.query("set timezone = 'Asia/Tokyo'");
    await one.query("set timezone = 'America/Lima'; create temp table discarded (a int)");
    await one.query("discard all");
    expect(await show(one, "timezone")).not.toBe("America/Lima");
    await one.query("create temp table discarded (b int)");
    expect((await other.query({ name: "kept", text: "select 3 as v" })).rows).toEqual([{ v: 3 }]);
    expect(await show(other, "timezone")).toBe("Asia/Tokyo");
    await endAll(one, other);
  });
});
