import pg from "pg";
import { waitFor } from "#kernel/time.ts";
import { isEmbedded, openTestDatabase, type TestDatabase } from "./testing.ts";

const describeEmbedded = isEmbedded ? describe : describe.skip;
const ROUNDS = 3;
const BATCH_ROWS = 50;

async function connect(database: TestDatabase): Promise<pg.Client> {
  return waitFor(
    async () => {
      const client = new pg.Client(database.url);
      client.on("error", () => undefined);
      return client.connect().then(
        () => client,
        () => undefined,
      );
    },
    { timeoutMs: 60_000, everyMs: 50, onTimeout: () => new Error("the database didn't come back") },
  );
}

/** Writes until the connection breaks, `onCommit` told of each commit; gives the last id that was acknowledged. */
async function writeUntilDead(client: pg.Client, onCommit: (count: number) => void): Promise<number> {
  let acknowledged: number | undefined;
  try {
    for (let count = 1; ; count++) {
      await client.query("begin");
      const { rows } = await client.query<{ id: string }>(
        `insert into sample (value) select repeat('x', 200) from generate_series(1, ${BATCH_ROWS}) returning id`,
      );
      await client.query("update ledger set total = total + $1", [rows.length]);
      await client.query("commit");
      acknowledged = Number(rows.at(-1)?.id);
      onCommit(count);
    }
  } catch (error) {
    if (/terminated|ECONNRESET|EPIPE/.test(String(error))) return acknowledged ?? 0;
    throw error;
  }
}

describeEmbedded("kill -9 in the middle of writing (embedded only)", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it(`loses no acknowledged row and damages nothing, ${ROUNDS} times in a row`, async () => {
    let client = await connect(database);
    await client.query("create extension if not exists amcheck");
    await client.query(
      "create table sample (id bigserial, at timestamptz not null default clock_timestamp(), value text)",
    );
    await client.query("select create_hypertable('sample', by_range('at', interval '2 seconds'))");
    await client.query("create table ledger as select 0::bigint as total");
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await writeUntilDead(client, (count) => {
        // a few milliseconds later it is in the middle of another transaction
        if (count === 20 * (round + 1)) setTimeout(() => database.kill?.(), 3 * round);
      });
      expect(acknowledged).toBeGreaterThan(0);

      client = await connect(database);
      const { rows } = await client.query(
        `select max(id)::int >= $1 as "isComplete", count(*) - count(distinct id) as twice,
           count(*) filter (where value <> repeat('x', 200)) as damaged, count(*) - (select total from ledger) as unbalanced
         from sample`,
        [acknowledged],
      );
      expect(rows).toEqual([{ isComplete: true, twice: "0", damaged: "0", unbalanced: "0" }]);
      const heap = await client.query("select * from show_chunks('sample') chunk, lateral verify_heapam(chunk)");
      expect(heap.rows).toEqual([]);
      await client.query(
        `select bt_index_check(i.indexrelid, true) from pg_index i join pg_class c on c.oid = i.indexrelid
           join pg_am a on a.oid = c.relam where a.amname = 'btree' and c.relpersistence = 'p'`,
      );
    }
    await client.end();
  }, 120_000);
});
