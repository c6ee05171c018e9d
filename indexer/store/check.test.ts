import { BaseError } from "#kernel/errors.ts";
import { silentLogger, type Logger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { hasServer, startTestServer, type TestServer } from "../testdata/server.ts";
import { checkStore } from "./check.ts";

/** Rights, encodings and collations differ between databases of a real server only. */
const onServer = hasServer ? describe : describe.skip;
const NAME = `bc_check_${process.pid}`;
const ROLE = `bc_check_role_${process.pid}`;

let testServer: TestServer;
let server: Pool;

/** The server's URL with another database, and another role when one is named. */
function urlOf(database: string, role?: string): string {
  const url = new URL(testServer.url as string);
  url.pathname = `/${database}`;
  if (role !== undefined) Object.assign(url, { username: role, password: "secret" });
  return url.href;
}

async function create(options: string): Promise<void> {
  await server.query(`create database ${NAME} ${options} template template0`);
}

/** What a check says: the error, or what was logged. */
async function check(role?: string): Promise<{ fault?: BaseError; warnings: unknown[] }> {
  const warnings: unknown[] = [];
  const logger = Object.assign(Object.create(silentLogger) as Logger, {
    warn: (fields: unknown) => warnings.push(fields),
  });
  const pool = createPool(urlOf(NAME, role), { name: "test", max: 1 });
  try {
    await checkStore(pool, logger);
    return { warnings };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { fault: error, warnings };
  } finally {
    await pool.end();
  }
}

onServer("a database (of a real server: npm's on Linux x64, or the one in DATABASE_URL)", () => {
  beforeAll(async () => {
    testServer = await startTestServer();
    server = createPool(testServer.url as string, { name: "test", max: 1 });
    await server.query(`create role ${ROLE} login password 'secret'`);
  });

  afterEach(async () => {
    await server.query(`drop database if exists ${NAME} with (force)`);
  });

  afterAll(async () => {
    await server.query(`drop role ${ROLE}`);
    await server.end();
    await testServer.stop();
  });

  it("sorted by bytes is taken without a word", async () => {
    await create("encoding 'UTF8' locale 'C'");
    expect(await check()).toEqual({ warnings: [] });
    expect(await check(ROLE)).toMatchObject({ fault: { code: "DATABASE_RIGHTS" } });
  });

  it("sorted by a locale is taken with a warning", async () => {
    await create("encoding 'UTF8' lc_collate 'C' lc_ctype 'C' locale_provider icu icu_locale 'en'");
    expect(await check()).toMatchObject({ warnings: [{ database: NAME, collation: "ICU" }] });
  });

  it("that isn't in UTF-8 is refused", async () => {
    await create("encoding 'LATIN1' locale 'C'");
    expect(await check()).toMatchObject({
      fault: { code: "DATABASE_ENCODING", message: expect.stringContaining("LATIN1") as string },
    });
  });

  it("in which the role may create nothing is refused with the grants it takes, and taken with those", async () => {
    await create("encoding 'UTF8' locale 'C'");
    const { fault } = await check(ROLE);
    expect(fault?.message).toBe(`role ${ROLE} may not create schemas and tables in database ${NAME}`);
    const [, grants = ""] = /owner: (.*)/.exec(fault?.hints[0] ?? "") ?? [];
    const pool = createPool(urlOf(NAME), { name: "test", max: 1 });
    for (const grant of grants.split("; ")) await pool.query(grant);
    await pool.end();
    expect(grants.split("; ")).toHaveLength(2);
    expect(await check(ROLE)).toEqual({ warnings: [] });
  });

  it("that can only be read is refused", async () => {
    await create("encoding 'UTF8' locale 'C'");
    await server.query(`alter database ${NAME} set default_transaction_read_only = on`);
    expect(await check()).toMatchObject({ fault: { code: "DATABASE_READ_ONLY" } });
  });

  it("of graph-node is refused", async () => {
    await create("encoding 'UTF8' locale 'C'");
    const pool = createPool(urlOf(NAME), { name: "test", max: 1 });
    await pool.query("create table public.__diesel_schema_migrations (version text)");
    await pool.end();
    expect(await check()).toMatchObject({ fault: { code: "DATABASE_OF_GRAPH_NODE" } });
  });
});
