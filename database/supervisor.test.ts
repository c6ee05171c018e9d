import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jest } from "@jest/globals";
import pg from "pg";
import { isProcessAlive } from "#kernel/lock.ts";
import { silentLogger } from "#kernel/log.ts";
import { waitFor } from "#kernel/time.ts";
import { startEmbeddedDatabase, type EmbeddedOptions, type RunningDatabase } from "./supervisor.ts";
import { isEmbedded, makeDatabaseFolder, SHORT_LIVED } from "./testing.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;

jest.setTimeout(120_000);

let parent: string;
let running: RunningDatabase[] = [];

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "bc-supervisor-"));
});
afterEach(async () => {
  await Promise.all(running.map((database) => database.stop()));
  running = [];
  rmSync(parent, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<RunningDatabase> {
  const dir = options.dir ?? join(parent, "database");
  if (!existsSync(dir) && dir.startsWith(parent)) await makeDatabaseFolder(dir);
  const usual = { host: "127.0.0.1", port: 0, logger: silentLogger, nodeFlags: SHORT_LIVED };
  const database = await startEmbeddedDatabase({ ...usual, ...options, dir });
  running.push(database);
  return database;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const eventually = (url: string, sql: string): Promise<unknown[]> =>
  waitFor(() => ask(url, sql).catch(() => undefined), {
    timeoutMs: 60_000,
    everyMs: 50,
    onTimeout: () => new Error("the database didn't come back"),
  });

describeEmbedded("startEmbeddedDatabase (embedded only)", () => {
  it("keeps what was written over a stop and a start, from any working directory", async () => {
    const first = await start();
    await ask(first.url, "create table kept as select 7 as value");
    await first.stop();
    await first.stop();
    const second = await start();
    expect(await ask(second.url, "select value from kept")).toEqual([{ value: 7 }]);
  });

  it("comes back on the same port after kill -9, with every committed row", async () => {
    const database = await start();
    await ask(database.url, "create table kept as select 7 as value");
    const before = database.pid;
    process.kill(before, "SIGKILL");
    expect(await eventually(database.url, "select value from kept")).toEqual([{ value: 7 }]);
    expect(database.pid).not.toBe(before);
  });

  it("comes back after a trap of the backend, which takes nothing else down", async () => {
    const database = await start({ nodeFlags: [] }); // how deep it goes depends on them
    await ask(database.url, "create table kept as select 7 as value");
    // max_stack_depth isn't enforced by the build: endless recursion uses up Node's stack
    await ask(
      database.url,
      "create function deep(n int) returns int language plpgsql as 'begin return deep(n + 1); end'",
    );
    await expect(ask(database.url, "select deep(1)")).rejects.toThrow(/terminated|ECONNRESET/);
    expect(await eventually(database.url, "select value from kept")).toEqual([{ value: 7 }]);
  });

  it("carries out recursion a thousand levels deep", async () => {
    const database = await start({ nodeFlags: [] }); // how deep it goes depends on them
    const deep = "begin if n = 0 then return 0; end if; return 1 + deep(n - 1); end";
    await ask(database.url, `create function deep(n int) returns int language plpgsql as '${deep}'`);
    expect(await ask(database.url, "select deep(1000) as levels")).toEqual([{ levels: 1000 }]);
    const sum = `1${" + 1".repeat(4_000)}`;
    expect(await ask(database.url, `select ${sum} as sum`)).toEqual([{ sum: 4_001 }]);
  });

  it("ends with its parent, however that went", async () => {
    await makeDatabaseFolder(join(parent, "database"));
    const script = `
      import { startEmbeddedDatabase } from ${JSON.stringify(new URL("supervisor.ts", import.meta.url).href)};
      import { silentLogger } from ${JSON.stringify(new URL("../kernel/log.ts", import.meta.url).href)};
      const dir = ${JSON.stringify(join(parent, "database"))};
      const { pid } = await startEmbeddedDatabase({ dir, host: "127.0.0.1", port: 0, logger: silentLogger });
      console.log(pid);`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const child = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: "" } });
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    child.kill("SIGKILL");
    const isGone = await waitFor(async () => (isProcessAlive(Number(said.toString())) ? undefined : true), {
      timeoutMs: 30_000,
      onTimeout: () => new Error("the database has outlived its parent"),
    });
    expect(isGone).toBe(true);
  });

  it("gives up with one error when the database can't be started again", async () => {
    const dir = join(parent, "database");
    const database = await start({ dir });
    rmSync(join(dir, "postgres", "PG_VERSION"));
    process.kill(database.pid, "SIGKILL");
    expect(await database.gaveUp).toMatchObject({
      code: "DATABASE_LOST",
      cause: { code: "DATABASE_FOLDER_FOREIGN" },
      hints: expect.arrayContaining([expect.stringContaining("restore")]) as string[],
    });
  });
});

describeEmbedded("a first start that fails says why and what to do (embedded only)", () => {
  it("for a folder that is in use, by another supervisor or any process", async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining(`is in use by process ${first.pid}`) as string,
      hints: expect.arrayContaining([expect.stringContaining("use another folder")]) as string[],
    });
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const other = spawn(process.execPath, ["--import", "tsx", main, `--dir=${join(parent, "database")}`]);
    const [code] = (await once(other, "exit")) as [number];
    expect(code).toBe(1);
    expect(await ask(first.url, "select 1 as value")).toEqual([{ value: 1 }]);
  });

  it("for a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: `port ${port} on 127.0.0.1 is in use`,
      hints: [expect.stringContaining("DATABASE_PORT") as string],
    });
    server.close();
  });

  it("for an address that others could reach", async () => {
    await expect(start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "HOST_NOT_LOOPBACK" });
  });

  it("for a folder with other files, which stay as they are", async () => {
    const dir = join(parent, "photos");
    mkdirSync(dir);
    writeFileSync(join(dir, "cat.jpg"), "meow");
    await expect(start({ dir })).rejects.toMatchObject({ code: "DATABASE_FOLDER_FOREIGN" });
  });

  it("for a folder of another PostgreSQL version", async () => {
    const dir = join(parent, "old");
    mkdirSync(join(dir, "postgres"), { recursive: true });
    writeFileSync(join(dir, "postgres", "PG_VERSION"), "15\n");
    await expect(start({ dir })).rejects.toMatchObject({
      code: "DATABASE_FOLDER_VERSION",
      message: expect.stringContaining(
        "was written by PostgreSQL 15; the embedded database is PostgreSQL 17",
      ) as string,
    });
  });

  it("for a path that can't be a folder", async () => {
    writeFileSync(join(parent, "file"), "");
    await expect(start({ dir: join(parent, "file") })).rejects.toMatchObject({ code: "DATABASE_FOLDER_UNUSABLE" });
    // /sys takes no folders, not even from root
    await expect(start({ dir: "/sys/berkeley" })).rejects.toMatchObject({
      code: "DATABASE_FOLDER_UNUSABLE",
      hints: [expect.stringContaining("give this user the right to write there") as string],
    });
  });

  it("for a database that is damaged", async () => {
    const dir = join(parent, "damaged");
    await (await start({ dir })).stop();
    rmSync(join(dir, "postgres", "global"), { recursive: true });
    await expect(start({ dir })).rejects.toMatchObject({
      code: "DATABASE_BROKEN",
      hints: expect.arrayContaining([expect.stringContaining("set DATABASE_URL")]) as string[],
    });
  });

  it("makes the database anew where a first start was cut off half-way", async () => {
    const dir = join(parent, "half");
    mkdirSync(join(dir, "postgres.new", "base"), { recursive: true });
    writeFileSync(join(dir, "postgres.new", "PG_VERSION"), "17\n");
    const database = await start({ dir });
    expect(
      await ask(database.url, "select count(*)::int as count from pg_extension where extname = 'timescaledb'"),
    ).toEqual([{ count: 1 }]);
  });
});
