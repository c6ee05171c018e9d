import { int32, message, query, SYNC } from "../wire/messages.ts";
import { bind, describe_, execute, FLUSH, parse, startup, summary, WireClient } from "../wire/client.ts";
import { isEmbedded, openTestDatabase, type TestDatabase } from "../testing.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;

let database: TestDatabase;
let client: WireClient;

beforeAll(async () => {
  if (isEmbedded) database = await openTestDatabase();
});
afterAll(() => database?.close());

async function answer(...messages: Buffer[]): Promise<string> {
  client.send(...messages);
  return summary(await client.until("Z"));
}

/** The server still serves others. */
async function expectHealthy(): Promise<void> {
  const other = await WireClient.start(database.url);
  expect(await other.ask("select 1")).toBe("T D(1) C(SELECT 1) Z(I)");
  await other.end();
}

describeEmbedded("the extended protocol (embedded only: speaks without authentication)", () => {
  beforeEach(async () => {
    client = await WireClient.start(database.url);
  });
  afterEach(() => client.end());

  it("answers a batch up to its Sync", async () => {
    const all = [parse("", "select $1::int + 1"), bind("", "", "41"), describe_("P", ""), execute(""), SYNC];
    expect(await answer(...all)).toBe("1 2 T D(42) C(SELECT 1) Z(I)");
  });

  it("skips to Sync after an error", async () => {
    expect(await answer(parse("", "selec 1"), bind("", ""), execute(""), SYNC)).toBe("E(42601) Z(I)");
    client.send(parse("", "select 1/0"), bind("", ""), execute(""), FLUSH);
    await client.until("E");
    expect(await answer(parse("", "select 1"), bind("", ""), execute(""), SYNC)).toBe("Z(I)");
    expect(await client.ask("select 2")).toBe("T D(2) C(SELECT 1) Z(I)");
  });

  it("runs a batch of several statements as one transaction", async () => {
    await client.ask("create table batch (a int)");
    const insert = [parse("", "insert into batch values (1)"), bind("", ""), execute("")];
    expect(await answer(...insert, parse("", "select 1/0"), bind("", ""), execute(""), SYNC)).toBe(
      "1 2 C(INSERT 0 1) 1 E(22012) Z(I)",
    );
    expect(await client.ask("select count(*) from batch")).toBe("T D(0) C(SELECT 1) Z(I)");
  });

  it("gives rows in parts, suspended between Flushes and in a transaction between Syncs", async () => {
    const rows = "select g from generate_series(1, 5) g";
    client.send(parse("", rows), bind("", ""), execute("", 2), FLUSH);
    expect(summary(await client.until("s"))).toBe("1 2 D(1) D(2) s");
    const other = await WireClient.start(database.url);
    const waiting = other.ask("select 'other'");
    client.send(execute("", 2), FLUSH);
    expect(summary(await client.until("s"))).toBe("D(3) D(4) s");
    expect(await answer(execute("", 2), SYNC)).toBe("D(5) C(SELECT 1) Z(I)");
    expect(await waiting).toBe("T D(other) C(SELECT 1) Z(I)");

    await client.ask("begin");
    expect(await answer(parse("s", rows), bind("p", "s"), execute("p", 3), SYNC)).toBe("1 2 D(1) D(2) D(3) s Z(T)");
    expect(await answer(execute("p", 3), SYNC)).toBe("D(4) D(5) C(SELECT 2) Z(T)");
    await client.ask("commit");
    await other.end();
  });

  it("keeps the unnamed statement of each client across batches", async () => {
    const other = await WireClient.start(database.url);
    expect(await answer(parse("", "select 'mine' || $1"), SYNC)).toBe("1 Z(I)");
    other.send(parse("", "select 'theirs'"), SYNC);
    await other.until("Z");
    expect(await answer(bind("", "", "!"), execute(""), SYNC)).toBe("2 D(mine!) C(SELECT 1) Z(I)");
    other.send(bind("", ""), execute(""), SYNC);
    expect(summary(await other.until("Z"))).toBe("2 D(theirs) C(SELECT 1) Z(I)");
    await other.end();
  });

  it("never runs another client's unnamed statement", async () => {
    const other = await WireClient.start(database.url);
    other.send(parse("", "select 'theirs'"), SYNC);
    await other.until("Z");
    expect(await answer(bind("", ""), execute(""), SYNC)).toBe("E(26000) Z(I)");
    // too long to be kept for a later batch: lost as soon as anybody else has had a turn
    expect(await answer(parse("", `select 'long' --${"x".repeat(5_000_000)}`), SYNC)).toBe("1 Z(I)");
    await other.ask("select 1");
    expect(await answer(bind("", ""), execute(""), SYNC)).toBe("E(26000) Z(I)");
    await other.end();
  });

  it("tells long names of statements apart", async () => {
    const [one, two] = ["1", "2"].map((end) => "n".repeat(80) + end) as [string, string];
    expect(await answer(parse(one, "select 1"), parse(two, "select 2"), SYNC)).toBe("1 1 Z(I)");
    expect(await answer(bind("", one), execute(""), bind("", two), execute(""), SYNC)).toBe(
      "2 D(1) C(SELECT 1) 2 D(2) C(SELECT 1) Z(I)",
    );
    expect(await answer(message("C", Buffer.from("S"), one), bind("", one), SYNC)).toBe("3 E(26000) Z(I)");
  });

  it("answers every batch whose messages end where the backend's 8 KB buffer does", async () => {
    const rest = [bind("", ""), describe_("P", ""), execute(""), SYNC];
    const restLength = Buffer.concat(rest).length;
    const base = parse("", "select 1 --").length;
    for (const end of [8192, 16_384]) {
      for (let length = end - restLength - 2; length <= end + 2; length++) {
        const padded = parse("", `select 1 --${"x".repeat(length - base)}`);
        expect(`${length} ${await answer(padded, ...rest)}`).toBe(`${length} 1 2 T D(1) C(SELECT 1) Z(I)`);
      }
    }
  });

  it("takes COPY data after an Execute", async () => {
    await client.ask("create table extended_copy (a int)");
    client.send(parse("c", "copy extended_copy from stdin"), bind("", "c"), describe_("P", ""), execute(""));
    expect(summary(await client.until("G"))).toBe("1 2 n G");
    expect(await answer(message("d", Buffer.from("1\n2\n")), message("c"), SYNC)).toBe("C(COPY 2) Z(I)");
    client.send(bind("", "c"), execute(""), SYNC);
    expect(summary(await client.until("G"))).toBe("2 G");
    expect(await answer(message("d", Buffer.from("x\n")), message("c"), SYNC)).toBe("E(22P02) Z(I)");
    expect(await client.ask("select count(*) from extended_copy")).toBe("T D(2) C(SELECT 1) Z(I)");
  });
});

describeEmbedded("what the backend mustn't get (embedded only)", () => {
  beforeEach(async () => {
    client = await WireClient.start(database.url);
  });
  afterEach(async () => {
    await client.end();
    await expectHealthy();
  });

  it("is refused in a simple query: COPY PROGRAM", async () => {
    expect(await client.ask("copy (select 1) to program 'cat'")).toBe("E(0A000) Z(I)");
    await client.ask("begin");
    expect(await client.ask("copy pg_class to /* x */ program 'cat'")).toBe("E(0A000) Z(E)");
    expect(await client.ask("rollback")).toBe("C(ROLLBACK) Z(I)");
  });

  it("is refused with a hint: an index CONCURRENTLY", async () => {
    client.send(query("create index concurrently on pg_class (relname)"));
    const [error] = await client.until("Z");
    expect(error?.body.toString()).toContain("the embedded database doesn't support CONCURRENTLY\0Hdo without it");
  });

  it("is refused in a batch, which then fails as a whole", async () => {
    await client.ask("create table refused (a int)");
    const insert = [parse("", "insert into refused values (1)"), bind("", ""), execute("")];
    const program = [parse("", "copy (select 1) to program 'cat'"), bind("", ""), execute("")];
    expect(await answer(...insert, ...program, SYNC)).toBe("1 2 C(INSERT 0 1) E(0A000) Z(I)");
    expect(await client.ask("select count(*) from refused")).toBe("T D(0) C(SELECT 1) Z(I)");
    expect(await answer(parse("", "discard all"), SYNC)).toBe("E(0A000) Z(I)");
  });

  it("is refused among other statements: COPY FROM STDIN", async () => {
    expect(await client.ask("select 1; copy pg_class from stdin")).toBe("E(0A000) Z(I)");
  });

  it("is ended cleanly where COPY data is missing", async () => {
    await client.ask("create table missing (a int)");
    client.send(query("copy missing from stdin"));
    expect(summary(await client.until("G"))).toBe("G");
    expect(await answer(query("select 1"))).toBe("E(57014) Z(I)");
    expect(await answer(message("d", Buffer.from("1\n")), message("c"), query("select 1"))).toBe(
      "T D(1) C(SELECT 1) Z(I)",
    );
  });
});

describeEmbedded("garbage costs the client that sends it (embedded only)", () => {
  afterEach(expectHealthy);

  const fatal = async (...bytes: Buffer[]): Promise<string> => {
    client.send(...bytes);
    return summary(await client.until("nothing"));
  };

  it.each([
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["an old protocol", startup({ user: "postgres" }, 2 << 16)],
    ["a start-up packet without a body", int32(4)],
    ["a wish for replication", startup({ user: "postgres", replication: "database" })],
  ])("at the start: %s", async (_what, bytes) => {
    client = await WireClient.dial(database.url);
    expect(await fatal(bytes)).toBe("E(08P01)");
  });

  it.each([
    ["an unknown message type", message("y")],
    ["a password nobody asked for", message("p", "secret")],
    ["a query without its end", message("Q", Buffer.from("select 1"))],
    ["a Bind without its end", message("B", Buffer.from("x"))],
    ["a Sync of 20 KB", message("S", Buffer.alloc(20_000))],
    ["a message of 2 GB", Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff])],
  ])("later: %s", async (_what, bytes) => {
    client = await WireClient.start(database.url);
    await client.ask("begin");
    expect(await fatal(bytes)).toBe("E(08P01)");
  });

  it("that is well framed is PostgreSQL's to refuse", async () => {
    client = await WireClient.start(database.url);
    expect(await answer(parse("", "select 1"), message("B", "", "", Buffer.from([0xff])), SYNC)).toBe(
      "1 E(08P01) Z(I)",
    );
    expect(await answer(message("P", "", "select 1", Buffer.from([0, 9])), SYNC)).toBe("E(08P01) Z(I)");
    expect(await answer(message("Q", Buffer.from([0xff, 0xfe, 0]), Buffer.alloc(0)))).toBe("E(22021) Z(I)");
    expect(await answer(message("F", Buffer.alloc(10)))).toBe("E(42883) Z(I)");
    expect(await answer(execute("none"), SYNC)).toBe("E(34000) Z(I)");
    await client.end();
  });
});

describeEmbedded("the start-up (embedded only)", () => {
  it("answers N to wishes for encryption and then goes on", async () => {
    client = await WireClient.dial(database.url);
    const said = new Promise<string>((resolve) => client.socket.once("data", (data) => resolve(data.toString())));
    client.send(int32(8, 80877103));
    expect(await said).toBe("N");
    client.socket.destroy();
  });

  it("ends the connection of a cancel request and leaves the statement alone", async () => {
    const other = await WireClient.start(database.url);
    client = await WireClient.dial(database.url);
    client.send(int32(16, 80877102, 1, 0));
    expect(await client.until("Z")).toEqual([]);
    expect(await other.ask("select 1")).toBe("T D(1) C(SELECT 1) Z(I)");
    await other.end();
  });

  it("offers protocol 3.0 to a client that wants a newer one", async () => {
    client = await WireClient.dial(database.url);
    client.send(startup({ user: "postgres", "_pq_.wish": "1" }, (3 << 16) + 2));
    const [first, ...rest] = await client.until("Z");
    expect(first?.type).toBe("v");
    expect(first?.body).toEqual(Buffer.concat([int32(3 << 16, 1), Buffer.from("_pq_.wish\0")]));
    expect(rest.at(-1)?.type).toBe("Z");
    await client.end();
  });
});
