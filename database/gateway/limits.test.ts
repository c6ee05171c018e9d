import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { sleep, waitFor } from "#kernel/time.ts";
import { isEmbedded, openTestDatabase, type TestDatabase } from "../testing.ts";
import { message, query, SYNC } from "../wire/messages.ts";
import { bind, execute, parse, summary, WireClient } from "../wire/client.ts";
import { DEFAULT_LIMITS, readLimits } from "./limits.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;

const LIMITS = {
  maxConnections: 8,
  maxCopyBytes: 1_000_000,
  maxCopyTotalBytes: 1_500_000,
  maxPendingBytes: 200_000,
  maxUnreadBytes: 100_000,
  maxUnreadNotificationBytes: 300_000,
  lockTimeoutMs: 300,
  idleInTransactionMs: 2_000,
  startupTimeoutMs: 1_500,
};

let database: TestDatabase;

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

describeEmbedded("a breach of a limit costs the client that breaks it (embedded only)", () => {
  beforeAll(async () => {
    database = await openTestDatabase({ limits: LIMITS });
  });
  afterAll(() => database.close());

  it("a client idle in a transaction is cut off, and the others go on", async () => {
    const stuck = await connect();
    await stuck.query("begin; create table stuck (a int)");
    const ended = new Promise<Error>((resolve) => stuck.once("error", resolve));
    const other = await connect();
    await expect(other.query("select 1")).rejects.toMatchObject({ code: "55P03" });
    expect(await ended).toMatchObject({ code: "25P03" });
    expect((await other.query("select to_regclass('stuck') as found")).rows).toEqual([{ found: null }]);
    await other.end();
  });

  it("a client that works in its transaction isn't cut off", async () => {
    const busy = await connect();
    await busy.query("begin");
    for (let round = 0; round < 4; round++) {
      await sleep(LIMITS.idleInTransactionMs / 3);
      await busy.query("select 1");
    }
    expect((await busy.query("commit")).command).toBe("COMMIT");
    await busy.end();
  });

  it("a client that waits too long is told once per batch and stays in step", async () => {
    const holder = await connect();
    await holder.query("begin");
    const waiting = await WireClient.start(database.url);
    waiting.send(
      parse("", "select 1"),
      bind("", ""),
      execute(""),
      message("H"),
      parse("", "select 2"),
      SYNC,
      query("select 3"),
    );
    expect(summary(await waiting.until("Z"))).toBe("E(55P03) Z(I)");
    await holder.query("rollback");
    expect(summary(await waiting.until("Z"))).toBe("T D(3) C(SELECT 1) Z(I)");
    await waiting.end();
    await holder.end();
  });

  it("a COPY over its bound fails at its end, and the connection goes on", async () => {
    const client = await connect();
    await client.query("create table bounded (a text)");
    const rows = (count: number): Readable => Readable.from(Array.from({ length: count }, () => `${"x".repeat(99)}\n`));
    const copy = (count: number): Promise<void> =>
      pipeline(rows(count), client.query(copyFrom("copy bounded from stdin")));
    await expect(copy(20_000)).rejects.toThrow("more than 1000000 bytes in one COPY: send it in parts");
    await copy(5_000);
    expect((await client.query("select count(*)::int as count from bounded")).rows).toEqual([{ count: 5_000 }]);
    await client.end();
  });

  it("COPYs that are given up don't count for ever", async () => {
    const client = await connect();
    await client.query("create table given_up (a text)");
    for (let round = 0; round < 3; round++) {
      const quitter = await WireClient.start(database.url);
      quitter.send(query("copy given_up from stdin"), message("d", Buffer.alloc(900_000, "x")));
      await quitter.until("G");
      await quitter.end();
    }
    await pipeline(Readable.from([`${"x".repeat(900_000)}\n`]), client.query(copyFrom("copy given_up from stdin")));
    expect((await client.query("select count(*)::int as count from given_up")).rows).toEqual([{ count: 1 }]);
    await client.end();
  });

  it("a connection that says nothing is closed", async () => {
    const client = await WireClient.dial(database.url);
    expect(await client.until("Z")).toEqual([]);
    expect(client.isEnded).toBe(true);
  });

  it("a connection too many is refused, and a later one isn't", async () => {
    const clients: pg.Client[] = [];
    const open = async (): Promise<void> => void clients.push(await connect());
    await expect(
      (async () => {
        for (let index = 0; index <= LIMITS.maxConnections; index++) await open();
      })(),
    ).rejects.toMatchObject({ code: "53300" });
    await Promise.all(clients.map((client) => client.end()));
    const later = await waitFor(() => connect().catch(() => undefined), {
      timeoutMs: 5_000,
      onTimeout: () => new Error("no connection"),
    });
    await later.end();
  });

  it("a client that doesn't read its results waits, and the others don't", async () => {
    const other = await connect();
    await other.query("create sequence answered");
    const slow = await WireClient.start(database.url);
    slow.socket.pause();
    for (let index = 0; index < 200; index++) slow.send(query("select nextval('answered'), repeat('x', 100000)"));
    for (let index = 0; index < 50; index++) await other.query("select 1");
    const { rows } = await other.query<{ last_value: string }>("select last_value from answered");
    expect(Number(rows[0]?.last_value)).toBeLessThan(150); // what the sockets' own buffers take, not all of it
    slow.socket.resume();
    const got: string[] = [];
    for (let index = 0; index < 200; index++) got.push(summary(await slow.until("Z")).slice(0, 7));
    expect([got[0], got[199]]).toEqual(["T D(1,x", "T D(200"]);
    await Promise.all([slow.end(), other.end()]);
  });

  it("a client that doesn't read its notifications is cut off", async () => {
    const deaf = await WireClient.start(database.url);
    await deaf.ask("listen noise");
    deaf.socket.pause();
    const other = await connect();
    for (let index = 0; index < 2_000; index++) await other.query("select pg_notify('noise', repeat('x', 7000))");
    deaf.socket.resume();
    await deaf.until("nothing");
    expect(deaf.isEnded).toBe(true);
    await other.end();
  });
});

describe("readLimits", () => {
  it("takes some limits by name", () => {
    expect(readLimits('{"lockTimeoutMs": 5, "maxConnections": 2}')).toEqual({ lockTimeoutMs: 5, maxConnections: 2 });
  });

  it.each(["", "[]", "null", "7", '{"lockTimeoutMs": 0}', '{"lockTimeoutMs": "5"}', '{"lockTimeout": 5}'])(
    "refuses %j and names those that exist",
    (json) => {
      expect(() => readLimits(json)).toThrow(
        expect.objectContaining({
          code: "BAD_FLAGS",
          hints: [expect.stringContaining(Object.keys(DEFAULT_LIMITS)[0] ?? "")] as string[],
        }) as Error,
      );
    },
  );
});
