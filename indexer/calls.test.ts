import { slice, toFunctionSelector, type Hex } from "viem";
import { openTestDatabase, type TestDatabase } from "#database/testing.ts";
import type { Pool } from "#kernel/pg.ts";
import { buildSubgraph } from "./testdata/build.ts";
import { BLOBS, DOCUMENTS, GARBAGE, TARGET, playCalls } from "./testdata/calls-scenario.ts";
import { startChain, type TestChain } from "./testdata/chain.ts";
import { indexUntil, lookInto } from "./testdata/indexing.ts";
import { startProxy, type Proxy } from "./testdata/proxy.ts";
import { WATCHED } from "./testdata/scenario.ts";

let chain: TestChain;
let proxy: Proxy;
let database: TestDatabase;
let pool: Pool;
let answers: ReadonlyMap<string, string>;

beforeAll(async () => {
  [chain, database] = await Promise.all([startChain(), openTestDatabase()]);
  proxy = await startProxy(chain.url);
  pool = lookInto(database.url);
  await playCalls(chain);
  const until = Number(await chain.public.getBlockNumber());
  const manifestPath = await buildSubgraph({}, "calls");
  await indexUntil({ manifestPath, rpcUrl: proxy.url, databaseUrl: database.url }, until);
  const { rows } = await pool.query<{ id: string; text: string }>("select id, text from sgd1.answer");
  answers = new Map(rows.map(({ id, text }) => [id, text]));
}, 120_000);

afterAll(async () => {
  await pool.end();
  await proxy.close();
  await Promise.all([chain.stop(), database.close()]);
});

/** What was answered in a block, by what was asked. */
function inBlock(prefix: string): Record<string, string | undefined> {
  const found = [...answers]
    .filter(([id]) => id.startsWith(prefix))
    .map(([id, text]) => [id.slice(prefix.length), text]);
  return Object.fromEntries(found) as Record<string, string | undefined>;
}

const REVERTED = "reverted";
/** What everything is but for the types that a test names. */
const garbage = (answered: Record<string, string> = {}): Record<string, string> => ({
  "as-uint": REVERTED,
  "as-small": REVERTED,
  "as-bool": REVERTED,
  "as-address": REVERTED,
  "as-string": REVERTED,
  "as-list": REVERTED,
  "as-both": REVERTED,
  ...answered,
});
const plain = (uint: bigint, address: string): Record<string, string> => ({
  "as-uint": String(uint),
  "as-small": String(uint),
  "as-bool": uint === 0n ? "false" : "true",
  "as-address": address,
});

describe("a call", () => {
  it("gives what the contract returns: numbers, texts, lists, tuples", () => {
    const total = (2n ** 200n).toString();
    const pair = `${WATCHED}:-7:hello;`;
    expect(inBlock("3-0-")).toEqual({
      number: "5",
      needs: "12",
      divide: "14",
      custom: REVERTED,
      broken: REVERTED,
      elsewhere: REVERTED,
      nothing: "0",
      nobody: "0",
      "pick-number": "number",
      "pick-address": "address",
      "pick-both": "7 number and flag",
      shout: "'hello!'",
      balance: "0",
      code: "false",
      "own-balance": "100",
      "own-code": "true",
      // 7 + 2^200 - 7
      sum: `${total} 0x01020304${"00".repeat(28)}`,
      echo: `${pair}${pair}7,${total},0x${"cd".repeat(33)} true -7 0x${"ab".repeat(32)} 0x01${"00".repeat(31)} 8 7 2 5 3 8`,
    });
  });

  it("is null when it divides by zero, requires in vain, or asks somebody without code", () => {
    expect(inBlock("4-0-")).toMatchObject({ divide: REVERTED, elsewhere: "5", balance: "100", shout: "'ünï!'" });
    expect(inBlock("5-0-")).toMatchObject({ needs: REVERTED, elsewhere: REVERTED });
  });

  it("sees the state at the end of its block", () => {
    expect(inBlock("4-0-")).toMatchObject({ number: "5", "own-balance": "100" });
    // the event came before the transaction that changed both
    expect(inBlock("5-0-")).toMatchObject({ number: "9", "own-balance": "111" });
    expect(inBlock("2-poll-")).toEqual({ number: "0", balance: "0", network: "testnet" });
    expect(inBlock("6-poll-")).toEqual({ number: "9", balance: "111", network: "testnet" });
  });

  it("is null when it uses up its gas", () => {
    expect(inBlock(`${8 + BLOBS.length}-0-`)).toEqual({ burn: REVERTED });
  });
});

describe("an answer that isn't what the ABI says", () => {
  const low = (digits: string): string => `0x${digits.padStart(40, "0")}`;
  const number32 = plain(32n, low("20"));

  it.each<[string, number, Record<string, string>]>([
    ["nothing", 0, garbage()],
    ["31 bytes", 1, garbage()],
    ["a word whose last digit is 0", 2, garbage(plain(16n, low("10")))],
    ["a word beyond a byte", 3, garbage(plain(256n, low("100")))],
    ["a word of ones", 4, garbage(plain(2n ** 256n - 1n, `0x${"f".repeat(40)}`))],
    ["a text", 5, garbage({ ...number32, "as-string": "'whole'" })],
    ["a text without padding", 6, garbage({ ...number32, "as-string": "'abc'" })],
    ["a text that ends early", 7, garbage(number32)],
    ["a text that is no UTF-8", 8, garbage({ ...number32, "as-string": "'a\ufffdb'" })],
  ])("is read or taken as reverted: %s", (_, index, expected) => {
    expect(inBlock(`${7 + index}-0-`)).toMatchObject(expected);
  });

  it("may have more behind it", () => {
    expect(inBlock("20-0-")).toMatchObject({ "as-list": "[1,2,]" });
    expect(inBlock("23-0-")).toMatchObject({ "as-both": "5 'hi'", "as-uint": "5", "as-string": REVERTED });
  });

  it("is reverted when offsets or lengths point outside", () => {
    for (const block of [19, 22]) {
      expect(inBlock(`${block}-0-`)).toMatchObject({ "as-string": REVERTED, "as-list": REVERTED });
    }
    expect(inBlock("21-0-")).toMatchObject({ "as-list": REVERTED });
  });
});

describe("a YAML document", () => {
  it.each(DOCUMENTS.map(([text, expected], index) => [text, expected, index] as const))(
    "is read as graph-node reads it: %j",
    (_, expected, index) => {
      expect(inBlock(`${7 + BLOBS.length}-${index}-`)).toEqual({ yaml: expected });
    },
  );
});

describe("what the node is asked for", () => {
  const calls = (): { to: string; data: string; at: string }[] =>
    proxy.requests.flat().flatMap(({ method, params }) => {
      if (method !== "eth_call") return [];
      const [{ to, data, gas }, { blockHash }] = params as [
        { to: string; data: string; gas: string },
        { blockHash: string },
      ];
      expect(gas).toBe("0x2faf080");
      expect(blockHash).toMatch(/^0x[0-9a-f]{64}$/);
      return [{ to, data, at: blockHash }];
    });

  it("is each call once in a block, by the block's hash, with 50,000,000 gas", () => {
    const made = calls().map((call) => JSON.stringify(call));
    expect(made.length).toBeGreaterThan(100);
    expect(new Set(made).size).toBe(made.length);
  });

  it("are the declared calls of all events of a block in one request, before its handlers run", async () => {
    const { hash } = await chain.public.getBlock({ blockNumber: 6n });
    const requests = proxy.requests.filter((request) => JSON.stringify(request).includes(hash));
    const first = requests.find(([call]) => call?.method === "eth_call");
    const sum = "sum(uint256[],(address,int64,string),bytes4)";
    const names = new Map(
      ["number()", "needs(uint256)", "shout(string)", sum].map((name) => [toFunctionSelector(name), name]),
    );
    const asked = first?.map(({ params }) => {
      const { to, data } = params[0] as { to: string; data: Hex };
      return [to, names.get(slice(data, 0, 4))];
    });
    expect(asked).toEqual([
      [TARGET, "number()"],
      [TARGET, "needs(uint256)"],
      [GARBAGE, "number()"],
      [TARGET, "shout(string)"],
      [TARGET, sum],
      // of the second event those that the first one has not
      [TARGET, "needs(uint256)"],
      [TARGET, "shout(string)"],
      [TARGET, sum],
    ]);
  });
});
