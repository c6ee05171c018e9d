import { createPool } from "#kernel/pg.ts";
import { hasNativePostgres, startNativePostgres } from "./native-postgres.ts";

const describeWithPostgres = hasNativePostgres ? describe : describe.skip;

describeWithPostgres("npm's PostgreSQL (on Linux x64)", () => {
  it("runs whoever we are, with graph-node's modules, and is gone after the stop", async () => {
    const server = await startNativePostgres({ settings: { work_mem: "7MB" } });
    const pool = createPool(server.url, { name: "test", max: 1 });
    for (const extension of ["pg_trgm", "btree_gist", "postgres_fdw", "pg_stat_statements"]) {
      await pool.query(`create extension ${extension}`);
    }
    const { rows } = await pool.query(
      `select current_setting('server_encoding') as encoding, datcollate as collation,
         current_setting('fsync') as fsync, current_setting('work_mem') as work_mem
       from pg_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ encoding: "UTF8", collation: "C", fsync: "off", work_mem: "7MB" }]);
    await pool.end();
    await server.stop();
    expect(() => process.kill(server.pid, 0)).toThrow("ESRCH");
  });
});
