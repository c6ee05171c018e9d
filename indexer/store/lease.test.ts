import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { processStartedAt } from "#kernel/lock.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { Lease } from "./lease.ts";

let database: TestDatabase;
let pool: Pool;
const { signal } = new AbortController();

beforeAll(async () => {
  database = await openTestDatabase();
  pool = createPool(database.url, { name: "test", max: 1 });
});

afterAll(async () => {
  await pool.end();
  await database.close();
});

beforeEach(async () => {
  await pool.query(`drop schema if exists subgraphs cascade; create schema subgraphs;
    create table subgraphs.writer_lease (id int primary key, holder text not null, expires_at timestamptz not null)`);
});

describe("a lease", () => {
  it("of a process from before the machine's last start is taken over, though pid and ticks are the same", async () => {
    const [bootId = ""] = processStartedAt(process.pid).split("/");
    await Lease.take(pool, 1, signal);
    await pool.query("update subgraphs.writer_lease set holder = replace(holder, $1, 'another boot')", [bootId]);
    const lease = await Lease.take(pool, 1, signal);
    await expect(lease.renew(pool)).resolves.toBeUndefined();
  });

  it("of a process that lives is refused", async () => {
    await Lease.take(pool, 1, signal);
    await expect(Lease.take(pool, 1, signal)).rejects.toMatchObject({ code: "INDEXER_RUNNING" });
  });

  it("of a process that was killed is taken over at once", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await pool.query("insert into subgraphs.writer_lease values (1, $1, now() + interval '1 hour')", [
      `${hostname()}/${child.pid ?? 0}/${processStartedAt(child.pid ?? 0)}/1`,
    ]);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect(Lease.take(pool, 1, signal)).resolves.toBeInstanceOf(Lease);
  });

  it("isn't taken to be ours when the answer shows neither ours nor another's", async () => {
    // swallows the first insert, as when another's is committed between the query's snapshot and its insert
    await pool.query(`create sequence subgraphs.tries;
      create function subgraphs.swallow() returns trigger language plpgsql as
        $$ begin if nextval('subgraphs.tries') = 1 then return null; end if; return new; end $$;
      create trigger swallow before insert on subgraphs.writer_lease for each row execute function subgraphs.swallow()`);
    const lease = await Lease.take(pool, 1, signal);
    await expect(lease.renew(pool)).resolves.toBeUndefined();
  });
});
