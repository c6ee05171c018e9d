import fc from "fast-check";
import { isEmbedded, openTestDatabase, type TestDatabase } from "../testing.ts";
import { message, query, SYNC } from "../wire/messages.ts";
import { bind, execute, parse, WireClient } from "../wire/client.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;

/** Texts that go near the edges of what the gateway and the backend tell apart. */
const text = fc.oneof(
  fc.constantFrom(
    "",
    "s",
    "p",
    "select 1",
    "begin",
    "rollback",
    "select 1/0",
    "copy t from stdin",
    "listen x; notify x",
  ),
  fc.constantFrom(
    "copy t to stdout",
    "select $1::int",
    "set work_mem = 100",
    "discard all",
    ";",
    "select g from generate_series(1,9) g",
    "create temp table if not exists u (a int)",
    "drop table if exists u",
    "prepare q as select 1",
    "deallocate q",
    "deallocate all",
    "declare h cursor with hold for select 1",
    "close h",
    "set role pg_monitor",
  ),
  fc.string({ maxLength: 12 }),
);
const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array));

/** Whole messages that mostly make sense, and some that don't. */
const frame = fc.oneof(
  text.map(query),
  fc.tuple(fc.constantFrom("", "s"), text).map(([name, sql]) => parse(name, sql)),
  fc.tuple(fc.constantFrom("", "p"), fc.constantFrom("", "s")).map(([portal, statement]) => bind(portal, statement)),
  fc.tuple(fc.constantFrom("", "p"), fc.nat(3)).map(([portal, rows]) => execute(portal, rows)),
  fc.constantFrom(SYNC, message("H"), message("c"), message("f", "no more"), message("d", Buffer.from("1\n"))),
  fc.tuple(fc.constantFrom(..."QPBDECHFdf"), bytes).map(([type, body]) => message(type, body)),
);

describeEmbedded("random messages (embedded only)", () => {
  let database: TestDatabase;
  let witness: WireClient;

  beforeAll(async () => {
    database = await openTestDatabase({ limits: { idleInTransactionMs: 30, lockTimeoutMs: 20_000 } });
    witness = await WireClient.start(database.url);
    await witness.ask("create table t (a int)");
  });
  afterAll(async () => {
    await witness.end();
    await database.close();
  });

  // more of it: FUZZ_RUNS=20000
  it("never stop the database, and never another client", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), async (frames) => {
        const client = await WireClient.start(database.url);
        client.send(...frames);
        // turns alternate: by then most of the messages have been carried out
        for (let turn = 0; turn < 5; turn++) expect(await witness.ask("select 42")).toBe("T D(42) C(SELECT 1) Z(I)");
        client.socket.destroy();
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 150) },
    );
    expect(await witness.ask("select current_setting('search_path')")).toBe('T D("$user", public) C(SELECT 1) Z(I)');
  });
});
