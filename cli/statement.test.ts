import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { startApi, type Api } from "#api/main.ts";
import type { Scope } from "#api/src/domain/cashflow/statement.ts";
import { rewardLinesSql, rewardSumsSql } from "#api/src/sources/cashflow-rewards.ts";
import { withSnapshot } from "#api/src/sources/snapshot.ts";
import { openStatement, type StatementBasis } from "#api/src/statement/basis.ts";
import { readLines, streamLines } from "#api/src/statement/lines.ts";
import { readSums, sumWindow } from "#api/src/statement/totals.ts";
import { ask, type Answer } from "#api/test/fixture.ts";
import { migrate } from "#database/migrate.ts";
import { isEmbedded, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { MIGRATIONS } from "./migrations.ts";
import { readStatementFlags } from "./statement-flags.ts";
import { runBc } from "./test/network.ts";
import {
  ANN,
  BOB,
  CARL,
  CROWD,
  crowdRows,
  GENESIS,
  marketRows,
  MEASURE,
  NOW,
  OLGA,
  SCOPES,
  STATEMENT,
  walletScope,
} from "./test/statement-market.ts";

const BCT = 10n ** 18n;
/** What must come out, as it was checked by hand; `GOLDEN=update` writes what comes out now, to be checked again. */
function golden(name: string, found: string): string {
  const file = fileURLToPath(new URL(`test/golden/${name}`, import.meta.url));
  if (process.env["GOLDEN"] === "update") writeFileSync(file, found);
  return readFileSync(file, "utf8");
}

let database: TestDatabase;
let pool: Pool;
let api: Api;

beforeAll(async () => {
  database = await openTestDatabase();
  await migrate(database.url, MIGRATIONS, silentLogger);
  pool = createPool(database.url, { name: "test", max: 1 });
  for (const rows of marketRows()) await pool.query(rows);
  api = await startApi({ databaseUrl: database.url, host: "127.0.0.1", port: 0, logger: silentLogger });
}, 120_000);

afterAll(async () => {
  await api.stop();
  await pool.end();
  await database.close();
});

async function bc(...args: string[]): Promise<{ code: number | null; output: string }> {
  const run = runBc(["statement", ...args], { DATABASE_URL: database.url });
  return { code: await run.ended, output: run.output() };
}

function basisOf<T>(scope: Scope, read: (basis: StatementBasis) => Promise<T>): Promise<T> {
  return withSnapshot(pool, async (snapshot) =>
    read(await openStatement(snapshot, scope, { fromAt: null, toAt: null })),
  );
}

const told = async (query: string): Promise<Record<string, unknown>> => {
  const { data, errors } = await ask(api.url, query);
  expect(errors).toBeUndefined();
  return data ?? {};
};
const errorOf = ({ errors }: Answer): unknown[] => [errors?.[0]?.extensions["code"], errors?.[0]?.message];

describe("a wallet's statement", () => {
  it("is the same in the graph as worked by hand", async () => {
    const { account } = await told(`{ account(address: "${ANN}") { statement { ${STATEMENT} } } }`);
    expect(account).toEqual(JSON.parse(golden("statement.json", `${JSON.stringify(account, null, 2)}\n`)));
  });

  it("is a table that says the same", async () => {
    const { code, output } = await bc("--wallet", ANN, "--residual", "500@2027-01-01");
    expect(output).toBe(golden("statement.txt", output));
    expect(code).toBe(0);
  }, 30_000);

  it("has as CSV every line, exact", async () => {
    const dir = await mkdtemp(join(tmpdir(), "bc-statement-"));
    expect(await bc("--wallet", ANN, "--csv", join(dir, "ann.csv"))).toEqual({ code: 0, output: "" });
    const rows = await readFile(join(dir, "ann.csv"), "utf8");
    expect(rows).toBe(golden("statement.csv", rows.replaceAll("\r\n", "\n")).replaceAll("\n", "\r\n"));
    await rm(dir, { recursive: true });
  }, 30_000);

  it("of a wallet that never had anything is empty, with nulls and reasons", async () => {
    const nobody = `0x${"99".repeat(20)}`;
    const { statement } = await told(`{ statement(scope: { kind: WALLET, id: "${nobody}" }) { ${STATEMENT} } }`);
    const { metrics, ...rest } = statement as { metrics: { realised: object; projected: object } };
    expect(rest).toMatchObject({ earnedBct: "0", totals: [], lines: { nodes: [] } });
    const measures = Object.entries({ ...metrics.projected, ...metrics.realised }).filter(
      ([name]) => name !== "residual",
    );
    for (const [name, measure] of measures)
      expect([name, measure]).toEqual([
        name,
        expect.objectContaining({ value: null, reason: expect.stringMatching(/^[A-Z0-9_]+$/) as string }),
      ]);
  });
});

describe("claims", () => {
  it("pay the earliest first, to the middle of a line, and the sums say the same", async () => {
    const lines = await basisOf(walletScope(CARL), (basis) => readLines(basis, { after: null, limit: 50 }));
    const rewards = lines.flatMap(({ kind, claimed, unclaimed }) =>
      claimed === null ? [] : [[kind, claimed, unclaimed]],
    );
    expect(rewards).toEqual([
      ["REWARD_POOL", 15n * BCT, 0n],
      ["REWARD_BONUS", 2n * BCT, 3n * BCT], // 17 paid: 15 and 2 of 5
      ["REWARD_POOL", 0n, (45n * BCT) / 2n],
    ]);
    for (const scope of SCOPES) {
      const [sum, single] = await basisOf(scope, async (basis) => [
        (await sumWindow(basis, await readSums(basis), basis.window)).statement,
        await readLines(basis, { after: null, limit: 50 }),
      ]);
      const add = (of: "claimed" | "unclaimed"): bigint => single.reduce((all, line) => all + (line[of] ?? 0n), 0n);
      expect([sum.claimedBct, sum.unclaimedBct]).toEqual([add("claimed"), add("unclaimed")]);
      expect(sum.claimedBct + sum.unclaimedBct).toBe(sum.rewardBct);
    }
  });
});

describe("a sale", () => {
  it("says the same to both sides, in the token that was paid", async () => {
    const of = (account: string) =>
      basisOf(walletScope(account), async (basis) =>
        (await readLines(basis, { after: null, limit: 50 })).flatMap(({ kind, amount, token, terms, gpuId, slotId }) =>
          terms ? [] : [[kind, amount, token.symbol, gpuId ?? `slot ${slotId}`]],
        ),
      );
    expect(await of(BOB)).toEqual([
      ["SALE", 1_000_000_000n, "USDC", "2"],
      ["ROYALTY", -25_000_000n, "USDC", "2"],
    ]);
    expect(await of(CARL)).toEqual([
      ["PURCHASE", -1_000_000_000n, "USDC", "2"],
      ["SALE", 900n * BCT, "BCT", "2"],
      ["ROYALTY", (-45n * BCT) / 2n, "BCT", "2"],
      ["PURCHASE", -12_345n, `0x${"0".repeat(38)}0d`, "slot 7"],
    ]);
    expect(await of(OLGA)).toEqual([
      ["ROYALTY", 25_000_000n, "USDC", "2"],
      ["ROYALTY", (45n * BCT) / 2n, "BCT", "2"],
    ]);
  });

  it("in a token without a price leaves dollars unknown, and is no part of a GPU's investors' first sale", async () => {
    const { gpu } = await told(
      `{ gpu(id: "2") { statement { totals { kind amount token { symbol } amountUsd ${MEASURE} } metrics { realised { xirr { reason } netUsd ${MEASURE} } } } } }`,
    );
    const unknown = { value: null, reason: "PRICE_UNKNOWN" };
    expect((gpu as { statement: object }).statement).toEqual({
      totals: [
        // 40 at $2.00, 30 at $2.50, 30 at $1.25; 10 at $2.50
        { kind: "REWARD_POOL", amount: "100", token: { symbol: "BCT" }, amountUsd: { value: "192.5", reason: null } },
        { kind: "REWARD_BONUS", amount: "10", token: { symbol: "BCT" }, amountUsd: { value: "25", reason: null } },
        { kind: "PURCHASE", amount: "-900", token: { symbol: "BCT" }, amountUsd: { value: "-1125", reason: null } },
        { kind: "PURCHASE", amount: "-1000", token: { symbol: "USDC" }, amountUsd: unknown },
        { kind: "SALE", amount: "900", token: { symbol: "BCT" }, amountUsd: { value: "1125", reason: null } },
        { kind: "ROYALTY", amount: "-22.5", token: { symbol: "BCT" }, amountUsd: { value: "-28.125", reason: null } },
      ],
      metrics: { realised: { xirr: { reason: "PRICE_UNKNOWN" }, netUsd: unknown } },
    });
  });
});

describe("lines", () => {
  it("come page by page as they come at once, whatever the length of a page", async () => {
    for (const scope of SCOPES) {
      await basisOf(scope, async (basis) => {
        const all = await readLines(basis, { after: null, limit: 100 });
        for (const limit of [1, 2, 3]) {
          const paged: typeof all = [];
          for (let page = await readLines(basis, { after: null, limit }); page.length > 0;) {
            paged.push(...page);
            page = await readLines(basis, { after: page.at(-1) ?? null, limit });
          }
          expect(paged).toEqual(all);
        }
        const streamed: typeof all = [];
        for await (const piece of streamLines(basis)) streamed.push(...piece);
        expect(streamed).toEqual(all);
      });
    }
  });

  it("add up over any two neighboring windows to those of both", async () => {
    await basisOf(walletScope(ANN), async (basis) => {
      const sums = await readSums(basis);
      const at = fc.integer({ min: GENESIS - 10, max: NOW });
      const told = async (fromAt: number, toAt: number): Promise<Map<string, bigint[]>> => {
        const { totals } = fromAt < toAt ? await sumWindow(basis, sums, { fromAt, toAt }) : { totals: [] };
        return new Map(
          totals.map(({ kind, token, lineCount, amount, amountUsd, claimed }) => [
            `${kind} ${token.symbol}`,
            [BigInt(lineCount), amount, amountUsd.value ?? 0n, claimed ?? 0n],
          ]),
        );
      };
      await fc.assert(
        fc.asyncProperty(at, at, at, async (...times) => {
          const [a, b, c] = times.sort((x, y) => x - y);
          const [first, second, both] = [await told(a, b), await told(b, c), await told(a, c)];
          for (const [key, values] of both) {
            const parts = values.map((_, i) => (first.get(key)?.[i] ?? 0n) + (second.get(key)?.[i] ?? 0n));
            expect(parts).toEqual(values);
          }
          expect([...first.keys(), ...second.keys()].every((key) => both.has(key))).toBe(true);
        }),
        { numRuns: 60 },
      );
    });
  });

  it("are those of final epochs, as the chain pays them; others are told of, not guessed", async () => {
    const epochs = async () => {
      const { statement } = await told(
        `{ statement(scope: { kind: POOL, id: "1" }) { missingEpochs lines { nodes { epoch } } earnedBct } }`,
      );
      const { missingEpochs, lines, earnedBct } = statement as {
        missingEpochs: number[];
        lines: { nodes: { epoch: number | null }[] };
        earnedBct: string;
      };
      return [missingEpochs, [...new Set(lines.nodes.flatMap(({ epoch }) => epoch ?? []))], earnedBct];
    };
    expect(await epochs()).toEqual([[], [0, 1, 2], "220"]); // 80 + 70 + 70; epoch 3 is committed only
    await pool.query("update ledger.epoch set lines_root = sha256('others') where epoch = 1");
    expect(await epochs()).toEqual([[1], [0, 2], "150"]);
    expect((await bc("--pool", "1", "--lines", "0")).output).toContain(
      "INCOMPLETE: the ledger hasn't got the lines of final epochs 1 as the chain pays them",
    );
    await pool.query("update ledger.epoch set lines_root = sha256('root1') where epoch = 1");
  }, 30_000);
});

describe("a portfolio", () => {
  it("has each GPU with what it cost and what is asked for it", async () => {
    const { account } = await told(
      `{ account(address: "${ANN}") { portfolio(first: 5) { nodes { gpuId heldSince costUsd ${MEASURE} lastPriceUsd ${MEASURE} floorPriceUsd ${MEASURE} askUsd ${MEASURE} trailingIncomeUsd ${MEASURE} premium ${MEASURE} } } } }`,
    );
    const known = (value: string) => ({ value, reason: null });
    const unknown = (reason: string) => ({ value: null, reason });
    const floorPriceUsd = known("1875"); // 1,500 BCT at $1.25; the other is in a token that isn't allowed any more
    expect((account as { portfolio: { nodes: object[] } }).portfolio.nodes).toEqual([
      {
        ...{
          gpuId: "1",
          heldSince: "2026-01-01T00:00:00.000Z",
          costUsd: unknown("COST_UNKNOWN"),
          lastPriceUsd: unknown("NEVER_SOLD"),
        },
        ...{
          floorPriceUsd,
          askUsd: known("1875"),
          trailingIncomeUsd: unknown("LESS_THAN_30_DAYS"),
          premium: unknown("NO_RESIDUAL"),
        },
      },
      {
        ...{ gpuId: "2", heldSince: "2026-01-03T18:00:00.000Z", costUsd: known("1125"), lastPriceUsd: known("1125") },
        ...{
          floorPriceUsd,
          askUsd: unknown("NO_LISTING"),
          trailingIncomeUsd: unknown("LESS_THAN_30_DAYS"),
          premium: unknown("NO_RESIDUAL"),
        },
      },
    ]);
  });
});

describe("what can't be told", () => {
  const of = (scope: string, args = "") =>
    ask(api.url, `{ statement(scope: ${scope}${args}) { kind lines { nodes { id } } } }`);
  it.each([
    ["a GPU that isn't there", `{ kind: GPU, id: "3" }`, "", "UNKNOWN_GPU", "there is no GPU 3"],
    ["a pool that isn't there", `{ kind: POOL, id: "3" }`, "", "UNKNOWN_POOL", "there is no pool 3"],
    ["an operator that isn't there", `{ kind: OPERATOR, id: "0" }`, "", "UNKNOWN_OPERATOR", "there is no operator 0"],
    ["no id", `{ kind: GPU, id: "1e3" }`, "", "BAD_SCOPE", '"1e3" is no id of a GPU'],
    ["no wallet", `{ kind: WALLET, id: "0x12" }`, "", "BAD_SCOPE", '"0x12" is no id of a wallet'],
    [
      ...[
        "a window that ends before it begins",
        `{ kind: GPU, id: "1" }`,
        `, from: "2026-02-01", to: "2026-01-01"`,
        "BAD_WINDOW",
      ],
      "the window from 2026-02-01T00:00:00.000Z to 2026-01-01T00:00:00.000Z doesn't begin before it ends",
    ],
    [
      "one that is too long",
      `{ kind: GPU, id: "1" }`,
      `, from: "1990-01-01"`,
      "WINDOW_TOO_LONG",
      "the window of 13154 days is too long",
    ],
    [
      "no date",
      `{ kind: GPU, id: "1" }`,
      `, from: "2026-02-30"`,
      "GRAPHQL_VALIDATION_FAILED",
      expect.stringContaining("must be a date"),
    ],
  ] as const)("is refused by name: %s", async (_, scope, args, code, message) => {
    expect(errorOf(await of(scope, args))).toEqual([code, message]);
  });

  it("is a cursor that is none, a rate without a value, a residual of yesterday, and a list of statements", async () => {
    const statement = (fields: string) => ask(api.url, `{ statement(scope: { kind: GPU, id: "1" }) { ${fields} } }`);
    for (const cursor of [
      "eyJhIjoxfQ",
      "x",
      Buffer.from('[1,"REWARD_POOL",null,null,"0x",null,"1"]').toString("base64url"),
    ]) {
      expect(errorOf(await statement(`lines(after: "${cursor}") { nodes { id } }`))[0]).toBe("BAD_USER_INPUT");
    }
    const assumed = (args: string) => statement(`metrics(${args}) { methodologyVersion }`);
    expect(errorOf(await assumed(`residual: { usd: "1,5", at: "2027-01-01", source: "" }`))[0]).toBe("BAD_USER_INPUT");
    expect(errorOf(await assumed(`residual: { usd: "1", at: "2026-01-01", source: "" }`))[0]).toBe("BAD_RESIDUAL");
    const rate = `discountRate: { rate: -1, at: "2026-01-01", source: "" }`;
    expect(errorOf(await assumed(rate))[0]).toBe("BAD_RATE");
    const many = Array.from({ length: 6 }, (_, i) => `a${i}: statement(scope: { kind: GPU, id: "1" }) { kind }`).join(
      " ",
    );
    expect(
      errorOf(
        await ask(
          api.url,
          `{ ${many} b: gpu(id: "1") { x: statement { kind } y: statement { kind } z: statement { kind } u: statement { kind } v: statement { kind } } }`,
        ),
      )[0],
    ).toBe("TOO_LARGE");
  });

  it.each([
    ["nobody", {}, "nobody's statement is asked for"],
    ["two at once", { gpu: "1", pool: "1" }, "a statement is of one thing"],
    ["no date", { gpu: "1", to: "yesterday" }, '--to is "yesterday", but must be a date'],
    ["a day that isn't", { gpu: "1", from: "2026-02-30" }, '--from is "2026-02-30", but must be a date'],
    ["a residual without a date", { gpu: "1", residual: "12" }, '--residual is "12", but must be dollars and the date'],
    ["a rate that loses all", { gpu: "1", npvRate: "-1" }, '--npv-rate is "-1", but must be a yearly rate above -1'],
  ])("is refused by the command, too: %s", (_, flags, message) => {
    expect(() => readStatementFlags(flags, NOW)).toThrow(message);
  });

  it("is a file that can't be written", async () => {
    const { code, output } = await bc("--gpu", "1", "--csv", "/nowhere/x.csv");
    expect(output).toMatch(/\/nowhere\/x\.csv can't be written \(BAD_FILE\)/);
    expect(code).toBe(1);
  }, 30_000);
});

describe("plans", () => {
  it("read pages and sums from ordered indexes, whatever else the ledger holds", async () => {
    for (const rows of crowdRows()) await pool.query(rows);
    const plans: string[] = [];
    const { account, gpuId, poolId, poolIds, epoch } = CROWD;
    const bytes = Buffer.from(account.slice(2), "hex");
    const values = { WALLET: bytes, GPU: gpuId, POOL: poolId, OPERATOR: poolIds } as const;
    const client = await pool.connect();
    await client.query("set plan_cache_mode = force_custom_plan; set jit = off");
    for (const kind of ["WALLET", "GPU", "POOL", "OPERATOR"] as const) {
      const kindAfter = kind === "OPERATOR" ? 0 : 1;
      const page = [values[kind], 100, 1_000, epoch, kindAfter, "105", kind === "WALLET" ? "2" : bytes, [], 50];
      for (const [sql, given] of [
        [rewardLinesSql(kind), page],
        [rewardSumsSql(kind), [values[kind], 1_000, []]],
      ] as const) {
        const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain (costs off) ${sql}`, [...given]);
        const nodes = rows.map((row) => row["QUERY PLAN"]).filter((line) => /^\s*(->|\w[^:]*$)|SubPlan/.test(line));
        plans.push([`-- ${kind}`, ...nodes].join("\n"));
      }
    }
    client.release();
    const text = `${plans.join("\n\n")}\n`;
    expect(text).not.toMatch(/Seq Scan on (line|line_sum|claim)\b/);
    const known = golden("statement-plans.txt", text);
    expect(isEmbedded ? text : known).toBe(known); // another server may plan in another way
  }, 60_000);
});
