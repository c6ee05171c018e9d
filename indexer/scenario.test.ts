import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { GENESIS_TIME, SENDER, startChain, type TestChain } from "./testdata/chain.ts";
import { startFlakyNode } from "./testdata/flaky.ts";
import { dump, indexUntil, lookInto, type Setting } from "./testdata/indexing.ts";
import { OTHER, WATCHED, playEverything } from "./testdata/scenario.ts";

const FLAKY_SEED = 20_261_122;

let chain: TestChain;
let database: TestDatabase;
let pool: Pool;
let setting: Setting;
let head: number;

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  pool = lookInto(database.url);
  await pool.query("do $$ begin create role bc_reader; exception when duplicate_object then null; end $$");
  await playEverything(chain);
  head = Number(await chain.public.getBlockNumber());
  setting = { manifestPath: await buildSubgraph(), rpcUrl: chain.url, databaseUrl: database.url };
  await indexUntil(setting, head, { viewsSchema: "chain", reorgWindow: 5 });
}, 120_000);

afterAll(async () => {
  await pool.end();
  await Promise.all([chain.stop(), database.close()]);
});

/** Texts of outputs whose id ends so after a number, in the order of their saves. */
async function outputs(ending: string): Promise<string[]> {
  const { rows } = await pool.query<{ text: string }>("select text from sgd1.output where id ~ $1 order by vid", [
    `[0-9]${ending}$`,
  ]);
  return rows.map(({ text }) => text);
}

async function query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await pool.query<Record<string, unknown>>(sql, values)).rows;
}

describe("events", () => {
  it("of every ABI kind reach the handler with their values", async () => {
    // two events of one block write the same ids: the second one's values stay
    expect(await outputs("-small")).toEqual(["255"]);
    expect(await outputs("-signed")).toEqual(["-5"]);
    expect(await outputs("-four")).toEqual(["0x01020304"]);
    expect(await outputs("-blob")).toEqual(["0x"]);
    expect(await outputs("-pair")).toEqual([`${WATCHED} 4611686018427387904 ${"x".repeat(70)}`]);
    expect(await outputs("-pairs")).toEqual([`4611686018427387904:${"x".repeat(70)};-1:second;`]);
    // keccak256("")
    expect(await outputs("-hashed")).toEqual(["0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"]);
    expect(await outputs("-kinds")).toEqual([
      "small=4 signedValue=3 four=1 blob=2 text=6 list=8 pair=9 pairs=8 flag=5 hashed=1 two=7 ",
    ]);
  });

  it("give a wildcard data source with a topic filter only its account's, with transaction and receipt", async () => {
    const rows = await query(
      "select encode(\"from\", 'hex') as sender, gas_limit, gas_price, nonce, receipt_logs from sgd1.sender order by vid",
    );
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({
      sender: SENDER.address.slice(2).toLowerCase(),
      gas_limit: "100000000",
      // block 2's base fee and the tip: 1 gwei at genesis, an almost empty block 1 takes an eighth off it
      gas_price: String(1_000_000_000n + (await chain.public.getBlock({ blockNumber: 2n })).baseFeePerGas!),
      nonce: "1",
      receipt_logs: 1,
    });
  });

  it("of a contract made in the same transaction are handled, once though it was asked for twice", async () => {
    const rows = await query("select label, depth, value from sgd1.ping order by vid");
    expect(rows.map(({ depth, value }) => [depth, value])).toEqual([
      [1, "1"],
      [1, "1"],
    ]);
    expect(rows[0]?.["label"]).toMatch(/^first -1\.5 123456789012345678901234567890 0x[0-9a-f]{40} true$/);
    expect(await query('select count(*)::int as n from sgd1."data_sources$"')).toEqual([{ n: 2 }]);
  });
});

describe("arithmetic", () => {
  it("rounds positive decimals to 34 digits and truncates negative ones, which may keep 35", async () => {
    const lines = await outputs("-decimals");
    expect(lines[0]).toBe("1 1");
    expect(lines[5]?.split(" ")[0]).toBe("12345678901234567890123456789012350");
    expect(lines[6]?.split(" ")[0]).toBe("-12345678901234567890123456789012345");
  });

  it("divides integers toward zero and decimals to 34 digits", async () => {
    expect((await outputs("-div")).slice(0, 4)).toEqual(["0", "0", "-3", "3"]);
    expect((await outputs("-mod")).slice(0, 4)).toEqual(["1", "-1", "1", "-1"]);
    expect((await outputs("-divDecimal")).slice(0, 2)).toEqual([
      "0.3333333333333333333333333333333333",
      "-0.33333333333333333333333333333333333",
    ]);
  });

  it("is exact beyond 256 bits and across the edge of 32", async () => {
    expect((await outputs("-times"))[7]).toBe((-(2n ** 255n) * (2n ** 255n - 1n)).toString());
    expect((await outputs("-plus"))[8]).toBe("2147483649");
    expect((await outputs("-times"))[9]).toBe("2147483648");
    expect((await outputs("-hex"))[1]).toBe("0x1 0x3");
    expect((await outputs("-shifts"))[3]).toBe("-896 -1");
  });
});

describe("host functions", () => {
  it("parse JSON with sorted keys, exact numbers and the last of equal keys", async () => {
    expect(await outputs("-json")).toEqual([
      "{a:{x:false,y:true,},b:[1,2.50,0,1e+3,1.0e+2,123456789012345678901234567890,],ü:'é\n',}",
      "[]",
      "'text'",
      "error",
      "error",
      "error",
    ]);
  });

  it("convert bytes: lossy UTF-8 without trailing zeros, base 58, hashes", async () => {
    expect((await outputs("-string"))[1]).toBe("\ufffdA\ufffd(");
    expect((await outputs("-base58"))[1]).toBe("Ag3HJff2XZ");
    expect((await outputs("-address"))[1]).toBe("0xa16081f360e3847006db660bae1c6d1b2e17ec2a");
    expect((await outputs("-nul"))[0]).toBe("AB");
    expect((await outputs("-f64"))[0]).toBe("1500.0 -12 18446744073709551615");
    expect(await outputs("-decoded")).toEqual(["5 inside", "null"]);
  });

  it("encode a tuple with dynamic members as abi.encode does", async () => {
    const word = (hex: string): string => hex.padStart(64, "0");
    const text = `${word("5")}${Buffer.from("hello").toString("hex").padEnd(64, "0")}`;
    const head = [
      word("1a4"),
      word("c0"),
      word("100"),
      "01020304".padEnd(64, "0"),
      word("1"),
      "f".repeat(63) + "e",
    ].join("");
    expect((await outputs("-encoded")).at(-1)).toBe(`0x${word("20")}${head}${text}${word("1")}${word("0")}`);
  });

  it("tell the data source's context, network and address", async () => {
    expect((await outputs("-greeting"))[0]).toBe("hello testnet");
    expect((await outputs("-address"))[0]).toBe("0x5fbdb2315678afecb367f032d93f642f64180aa3");
  });
});

describe("the store", () => {
  it("keeps one version per block that changed an entity, none for a save that changed nothing", async () => {
    const rows = await query(
      "select lower(block_range) as low, upper(block_range) as high, text, int from sgd1.everything order by vid",
    );
    const text = 'tab\tnewline\nreturn\rquote"back\\slash{brace},comma ünï😀';
    // fill at 5, refill at 6 changes nothing, change at 7, partial at 8, gone at 9, replaced (anew) at 10, filled at 22
    expect(rows).toEqual([
      { low: 5, high: 7, text, int: 7 },
      { low: 7, high: 8, text, int: 8 },
      { low: 8, high: 9, text: "partial", int: null },
      { low: 10, high: 22, text: "replaced", int: null },
      { low: 22, high: null, text, int: 7 },
    ]);
  });

  it("writes every type as PostgreSQL reads it", async () => {
    const [row] = await query(
      `select int8, extract(epoch from at)::text as at, flag, big::text, decimal::text, bytes::text, texts, ints, flags,
              bigs::text, decimals::text, blobs::text, kinds::text
         from (select *, int_8 as int8 from sgd1.everything) e where upper_inf(block_range)`,
    );
    expect(row).toMatchObject({
      int8: -(2n ** 63n) + 7n,
      at: "1700000000.123463",
      flag: false,
      big: "-340282366920938463463374607431768211456",
      decimal: "-123.45",
      bytes: "\\x00ff10",
      texts: ["", "NULL", "a,b", "{}", '"q"', "back\\slash", " space "],
      ints: [1, -2],
      flags: [true, false],
      bigs: "{0,-7}",
      decimals: "{1000,0.001}",
      blobs: '{"\\\\x","\\\\xdead"}',
      kinds: "{FISH,WHALE}",
    });
  });

  it("shows a handler its block's writes, and merges partial saves", async () => {
    expect(await outputs("-in-block")).toEqual(["partial"]);
    expect(await outputs("-whole")).toEqual(["partial true -340282366920938463463374607431768211456"]);
  });

  it("answers derived fields with this block's entities too", async () => {
    // ids order by the hash of their transaction, so values are compared as a set
    const [ids] = await outputs("-ids");
    expect(ids?.split(",").filter(Boolean).sort()).toEqual(["1", "100", "950"]);
  });

  it("makes ids from block and sequence, and vids from block and save", async () => {
    const rows = await query("select encode(id, 'hex') as id, label, vid from sgd1.auto order by vid");
    expect(rows.map(({ id }) => id)).toEqual(["0000000b00000000", "0000000b00000001", "0000000b00000002"]);
    expect(rows.map(({ vid }) => vid)).toEqual([0, 1, 2].map((save) => (11n << 32n) + 100n + BigInt(save)));
  });

  it("fetches a transaction when its head at the end of memory was run over", async () => {
    expect(await outputs("-from")).toEqual([`${SENDER.address.toLowerCase()} 8388608`]);
    expect(await outputs("-hash")).toEqual(["66 0"]);
  });
});

describe("block handlers", () => {
  it("run once at the start and at every tenth block from there", async () => {
    const rows = await query("select id, timestamp from sgd1.tick order by vid");
    expect(rows.map(({ id }) => id)).toEqual(["once-1", "poll-1", "poll-11", "poll-21", "poll-31"]);
    expect(rows[0]?.["timestamp"]).toBe(String(GENESIS_TIME + 12));
  });
});

describe("aggregations", () => {
  it("hold ended buckets per dimension, with cumulative totals carried over", async () => {
    const rows = await query(
      `select extract(epoch from timestamp)::int as at, encode(account, 'hex') as account, sum, max, min, count, total_count
         from sgd1.stats_day order by timestamp, account`,
    );
    const day = (offset: number): number => (Math.floor(GENESIS_TIME / 86_400) + offset) * 86_400;
    const [watched, other] = [WATCHED.slice(2), OTHER.slice(2)];
    // the chain begins at 22:13 UTC: the transfers of the second block fall on that day, later ones on the next
    expect(rows.slice(0, 2)).toEqual([
      { at: day(0), account: watched, sum: "1051", max: "950", min: "1", count: 3n, total_count: 3n },
      { at: day(0), account: other, sum: "7", max: "7", min: "7", count: 1n, total_count: 1n },
    ]);
    expect(rows.slice(2, 4)).toEqual([
      { at: day(1), account: watched, sum: "3", max: "3", min: "3", count: 1n, total_count: 4n },
      { at: day(1), account: other, sum: "11", max: "6", min: "5", count: 2n, total_count: 3n },
    ]);
  });

  it("give first and last by the order of their source", async () => {
    const rows = await query("select first, last from sgd1.stats_hour order by timestamp, account limit 1");
    // 100 / 7 and, of the same hour, 950 / 7
    expect(rows).toEqual([
      { first: "14.28571428571428571428571428571429", last: "135.7142857142857142857142857142857" },
    ]);
  });
});

describe("views", () => {
  it("show current entities and the block of immutable ones", async () => {
    expect(await query("select count(*)::int as n from chain.everything")).toEqual([{ n: 1 }]);
    expect(await query("select distinct block from chain.ping order by 1")).toEqual([{ block: 23 }, { block: 24 }]);
  });

  it("tell the head", async () => {
    const [row] = await query("select * from chain.head");
    const block = await chain.public.getBlock({ blockNumber: BigInt(head) });
    expect(row).toMatchObject({
      block_number: head,
      block_hash: block.hash,
      block_timestamp: block.timestamp,
      is_synced: true,
      has_errors: false,
    });
  });

  it("can be read by the role bc_reader", async () => {
    expect(await query("select has_table_privilege('bc_reader', 'chain.account', 'select') as may")).toEqual([
      { may: true },
    ]);
  });
});

describe("the same chain", () => {
  it("gives the same rows when indexed again from a node that fails, refuses ranges and lags", async () => {
    const node = await startFlakyNode(chain.url, FLAKY_SEED, { errorShare: 0.1, maxRange: 3, hasLateLogs: true });
    const other = await openTestDatabase();
    const otherPool = lookInto(other.url);
    try {
      await indexUntil({ ...setting, rpcUrl: node.url, databaseUrl: other.url }, head, { reorgWindow: 5 });
      expect(node.faults).toBeGreaterThan(5);
      expect(await dump(otherPool)).toEqual(await dump(pool));
    } finally {
      await otherPool.end();
      await other.close();
      node.close();
    }
  });

  it("changes nothing when it is indexed to its head already", async () => {
    const before = await dump(pool);
    expect(await indexUntil(setting, head)).toEqual({ status: "reached", block: head });
    expect(await dump(pool)).toEqual(before);
  });
});
