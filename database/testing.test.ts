import pg from "pg";
import { openTestDatabase } from "./testing.ts";

describe("openTestDatabase", () => {
  it("gives each caller an empty database of its own with TimescaleDB", async () => {
    const [one, other] = await Promise.all([openTestDatabase(), openTestDatabase()]);
    const client = new pg.Client(one.url);
    const stranger = new pg.Client(other.url);
    await Promise.all([client.connect(), stranger.connect()]);
    await client.query("create table own (time timestamptz not null)");
    await client.query("select create_hypertable('own', by_range('time'))");

    const { rows } = await stranger.query("select to_regclass('public.own') as found");
    expect(rows).toEqual([{ found: null }]);
    const tables = await stranger.query("select count(*)::int as count from pg_tables where schemaname = 'public'");
    expect(tables.rows).toEqual([{ count: 0 }]);

    await Promise.all([client.end(), stranger.end()]);
    await Promise.all([one.close(), other.close()]);
  });
});
