import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { migrate } from "#database/migrate.ts";
import { isEmbedded, openTestDatabase, type TestDatabase } from "#database/testing.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool, type Pool, type QueryResultRow } from "#kernel/pg.ts";
import { decodeFacts, type OperatorFacts } from "../src/domain/reputation/kept-facts.ts";
import type { PublishedPart } from "../src/domain/reputation/publish.ts";
import type { Hour, HourlyJob } from "../src/jobs/hourly/index.ts";
import { reputationJob } from "../src/jobs/reputation/index.ts";
import { replay } from "../src/jobs/reputation/replay.ts";
import { connectNode } from "../src/jobs/node.ts";
import { readRentalEnds } from "../src/sources/reputation-day.ts";
import { readExplanations, readNewestScores, readRanking, readScoreHistory } from "../src/sources/reputation-scores.ts";
import { Snapshot } from "../src/sources/snapshot.ts";
import { execute } from "./fixture.ts";
import { account, CHAIN_ROWS, CHAIN_TABLES, EXPECTED_ONE, ofDay, T0, TELEMETRY_ROWS, WELL } from "./reputation-rows.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const [HOUR, DAY] = [3_600, 86_400];
const MEMBER = `2-${account("b1")}`;

let database: TestDatabase;
let pool: Pool;
let job: HourlyJob;

beforeAll(async () => {
  database = await openTestDatabase();
  const sql = (room: string) => ({ room, dir: join(ROOT, room, "sql") });
  await migrate(database.url, [sql("collector"), sql("api")], silentLogger);
  pool = createPool(database.url, { name: "test", max: 3 });
  for (const statements of [CHAIN_TABLES, CHAIN_ROWS, TELEMETRY_ROWS]) await pool.query(statements);
  job = newJob();
}, 60_000);

afterAll(async () => {
  await pool.end();
  await database.close();
});

/** The node is asked by the schedule, not by the job. */
const newJob = (): HourlyJob => reputationJob({ pool, node: connectNode("http://127.0.0.1:1"), logger: silentLogger });

function span(from: number, until: number): Hour {
  const hash = `0x${String(until).padStart(64, "0")}` as const;
  const block = { number: BigInt(until), hash, timestamp: BigInt(until) };
  return {
    start: T0 + from * HOUR,
    end: T0 + until * HOUR,
    block,
    sampledThrough: new Date((T0 + until * HOUR) * 1_000),
  };
}
const { signal } = new AbortController();
const runHours = async (from: number, until: number, own = job): Promise<void> => {
  for (let hour = from; hour < until; hour++) await own.run(span(hour, hour + 1), signal);
};

/** The first hours one by one, the rest of the day at once, two hours of the next. */
async function runFrom(hour: number): Promise<void> {
  await runHours(hour, 4);
  await job.runDay?.(span(4, 24), signal);
  await runHours(24, 26);
}

async function textAt(hour: number, operator: string): Promise<string> {
  const { rows } = await pool.query<{ facts: string }>(
    "select facts from reputation.facts where at = to_timestamp($1) and operator = $2",
    [T0 + hour * HOUR, operator],
  );
  return rows[0]?.facts ?? "";
}
const factsAt = async (hour: number, operator: string): Promise<OperatorFacts> =>
  decodeFacts(operator, T0 / DAY, await textAt(hour, operator));

async function partAt(hour: number, subject: string, dimension: string): Promise<PublishedPart | undefined> {
  const { rows } = await pool.query<{ parts: PublishedPart[] }>(
    "select parts from reputation.score where at = to_timestamp($1) and subject = $2",
    [T0 + hour * HOUR, subject],
  );
  return rows[0]?.parts.find((part) => part.dimension === dimension);
}

async function replayed(from: number, until: number, isFull = false): Promise<[runs: number, differences: string[]]> {
  const found: string[] = [];
  let runs = 0;
  for await (const { differences } of replay(pool, { from: T0 + from * HOUR, until: T0 + until * HOUR, isFull })) {
    runs++;
    found.push(...differences);
  }
  return [runs, found];
}

describe("the facts of a day", () => {
  beforeAll(() => runHours(0, 3));

  it("are those worked out by hand, of minutes known, rented and busy, and of rentals that nobody has ended", async () => {
    const { facts, relations } = await factsAt(3, "1");
    expect(facts).toHaveLength(EXPECTED_ONE.length);
    expect(facts).toEqual(expect.arrayContaining(EXPECTED_ONE));
    expect(relations).toEqual([]);
  });

  it("name who paid on the operator's own side, the member, XIDs, refunds and kicks taken back", async () => {
    const { facts, relations } = await factsAt(3, "2");
    const own = { ...ofDay("2", MEMBER), gpuId: "3", count: 1 };
    expect(facts).toEqual([
      {
        ...{ kind: "GPU_DAY", ...own, upMinutes: 120, downMinutes: 0, sampledMinutes: 120, ...WELL, xids: [79] },
        rented: [{ payer: account("b1"), minutes: 120 }],
      },
      { kind: "BUSY_HOURS", ...own, payer: account("b1"), busyHours: 2, deliveredHours: 1 },
      expect.objectContaining({ kind: "CONDUCT", event: "KICK_REVERSED", memberId: null, payer: null }),
      expect.objectContaining({
        kind: "CONDUCT",
        event: "SLOT_REFUNDED",
        memberId: MEMBER,
        payer: account("c1"),
        gpuId: "3",
      }),
    ]);
    // member and owner of the GPU: two spans that overlap are one
    expect(relations).toEqual([{ operatorId: "2", account: account("b1"), fromAt: T0 - 8_000, toAt: null }]);
  });

  it("give the parts worked out by hand", async () => {
    const [one, two] = [await partAt(3, "1", "AVAILABILITY"), await partAt(3, "2", "AVAILABILITY")];
    // operator 1: 150 and 180 minutes, and twice 100 and 90 rented ones, of which 10 in 180 were DOWN
    const [w1, g1] = [(150 + 180 + 200 + 180) / 1_440, (150 + 170 + 200 + 170) / 1_440];
    // the member's own rental counts nothing
    const w2 = 120 / 1_440;
    const prior = (g1 / (w1 + 20) + w2 / (w2 + 20)) / (w1 / (w1 + 20) + w2 / (w2 + 20));
    expect(one).toMatchObject({ n: 2, excluded: 0, heldPayers: 0 });
    expect(one?.weight).toBeCloseTo(w1, 8);
    expect(one?.observedMean).toBeCloseTo(690 / 710, 8);
    expect(one?.priorMean).toBeCloseTo(prior, 8);
    expect(one?.mean).toBeCloseTo((20 * prior + g1) / (20 + w1), 8);
    expect(two).toMatchObject({ n: 1, excluded: 1, observedMean: 1 });
    expect(await partAt(3, MEMBER, "AVAILABILITY")).toMatchObject({ n: 1, observedMean: 1 });
    // 1.67 hours that ended well, 1.5 in which the GPU was away for ten minutes
    expect((await partAt(3, "1", "COMPLETION"))?.observedMean).toBeCloseTo(6_000 / 11_400, 8);
    expect(await partAt(3, "2", "HEALTH")).toMatchObject({ n: 1, observedMean: 0.5 });
    expect(await partAt(3, "2", "PERFORMANCE")).toMatchObject({ n: 0, excluded: 1, observedMean: null });
  });

  it("come out the same when what was missed of a day is worked at once", async () => {
    const texts = [await textAt(3, "1"), await textAt(3, "2")];
    await job.runDay?.(span(0, 3), signal);
    expect([await textAt(3, "1"), await textAt(3, "2")]).toEqual(texts);
    expect((await pool.query("select from reputation.run")).rowCount).toBe(1);
    await runHours(0, 3);
    expect([await textAt(3, "1"), await textAt(3, "2")]).toEqual(texts);
  });

  it("come out the same when the last hour comes again, and when a crash has emptied what the day is put together from", async () => {
    const texts = [await textAt(3, "1"), await textAt(3, "2")];
    await runHours(2, 3);
    expect([await textAt(3, "1"), await textAt(3, "2")]).toEqual(texts);
    const { rows } = await pool.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'reputation'::regnamespace and relkind = 'r' and relpersistence = 'u'",
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(["day_so_far", "gpu_day", "use_day"]);
    for (const { name } of rows) await pool.query(`truncate reputation.${name}`);
    await runHours(2, 3);
    expect([await textAt(3, "1"), await textAt(3, "2")]).toEqual(texts);
  });

  it("have the rentals of a payer that ended alike and well as one, but bad ends and those on the operator's side alone", async () => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      await client.query("delete from reputation.rental_end");
      // rental, payer, start and end in seconds of the day, reason, noticed, minutes DOWN
      await client.query(
        `insert into reputation.rental_end (hour, rental, gpu, operator, payer, start_at, end_at, end_reason, was_noticed, down_minutes)
         select to_timestamp($1), r, r + 100, '1', decode(repeat(p, 20), 'hex'), $1 + f, $1 + u, e, n, d
         from (values (9, 'c1', 0, 60, 'FUNDS', true, 5), (10, 'c1', 30, 120, 'FUNDS', true, 1), (11, 'c1', 0, 7, 'CUSTOMER', true, 0),
           (12, 'c1', 0, 8, 'FUNDS', true, 6), (13, 'c1', 0, 9, 'PREEMPTED', false, 0), (14, 'c1', 0, 9, 'GPU_OFFLINE', true, 0),
           (15, 'c1', 0, 9, 'SLOT', true, 5), (16, 'c1', 0, 9, 'SLOT', true, 6), (17, 'c2', 0, 9, 'FUNDS', true, 0),
           (18, 'c2', 0, 9, 'FUNDS', true, 0), (19, 'c1', 5, 5, 'FUNDS', true, 0)) x(r, p, f, u, e, n, d)`,
        [T0],
      );
      const related = [{ operatorId: "1", account: account("c2"), fromAt: 0, toAt: null }];
      const found = await readRentalEnds(client, { from: T0, until: T0 + HOUR }, [...related, ...related]);
      const told = found.map((one) => [one.rentalId, one.gpuId, one.count, one.paidSeconds, one.downMinutes].join());
      expect(told.sort()).toEqual(
        ["9,,2,150,5", "11,111,1,7,0", "12,112,1,8,6", "13,113,1,9,0", "14,114,1,9,0"]
          .concat(["16,116,1,9,6", "17,117,1,9,0", "18,118,1,9,0"])
          .sort(),
      );
      const sum = found.find(({ count }) => count === 2);
      expect(sum).toMatchObject({
        payer: account("c1"),
        startAt: T0,
        endAt: T0 + 120,
        endReason: "FUNDS",
        wasNoticed: true,
      });
    } finally {
      await client.query("rollback");
      client.release();
    }
  });

  it("don't know an operator before it came, and don't ask a blind hour", async () => {
    const known = await Promise.all([1, 2].map((hour) => partAt(hour, "2", "AVAILABILITY")));
    expect(known[1]).toMatchObject({ n: 1, weight: known[0]?.weight, observedMean: 1 });
    const { rows } = await pool.query<{ at: Date; operators: string[] }>(
      "select at, array_agg(operator order by operator) as operators from reputation.score where member is null group by 1 order by 1",
    );
    expect(rows.map(({ operators }) => operators.join())).toEqual(["1,2", "1,2", "1,2"]);
  });
});

describe("published scores", () => {
  beforeAll(() => runFrom(0));

  it("are worked out again hour by hour from what was kept, from any day or from the first", async () => {
    expect(await replayed(0, 26)).toEqual([7, []]);
    expect(await replayed(0, 26, true)).toEqual([7, []]);
    expect(await replayed(25, 25)).toEqual([1, []]);
    await pool.query("delete from reputation.evidence");
    expect(await replayed(25, 26)).toEqual([2, []]);
  });

  it("stay as they were when telemetry comes late or another process goes on", async () => {
    const before = await pool.query("select subject, at, score from reputation.score order by 1, 2");
    await pool.query(
      `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds)
       select to_timestamp($1 + 30 * s), 3, to_timestamp($1 + 30 * s + 30), 30 from generate_series(120, 239) s`,
      [T0],
    );
    await runHours(25, 26, newJob());
    expect((await pool.query("select subject, at, score from reputation.score order by 1, 2")).rows).toEqual(
      before.rows,
    );
    expect(await replayed(0, 26, true)).toEqual([7, []]);
  });

  it("show whoever touches what they stand on", async () => {
    await pool.query("update reputation.facts set facts = replace(facts, ',10,', ',9,') where at = to_timestamp($1)", [
      T0 + 3 * HOUR,
    ]);
    const [, differences] = await replayed(3, 3);
    expect(differences.join("\n")).toMatch(/the kept facts hash to [0-9a-f]{64}, those published to/);
    expect(differences.join("\n")).toMatch(/^1: score [\d.]+, published/m);
    await pool.query("update reputation.facts set facts = '{}' where at = to_timestamp($1)", [T0 + 3 * HOUR]);
    await expect(replayed(3, 3)).rejects.toMatchObject({ code: "BAD_FACTS" });
    await runFrom(0);
  });

  it("go with the blocks that they stand on", async () => {
    const dropped = new Set([BigInt(25), BigInt(26)]);
    const isOnChain = ({ number }: { number: bigint }): Promise<boolean> => Promise.resolve(!dropped.has(number));
    expect(await job.standsThrough?.(() => Promise.resolve(true))).toBe(T0 + 26 * HOUR);
    expect(await job.standsThrough?.(isOnChain)).toBe(T0 + 24 * HOUR);
    expect(await job.standsThrough?.(() => Promise.resolve(false))).toBe(0);
    // on the other branch the member's rental was ended by its GPU's going offline
    await pool.query("update chain.rental set end_at = $1, end_reason = 'GPU_OFFLINE' where id = '1'", [
      T0 + 24 * HOUR + 60,
    ]);
    await runHours(24, 26);
    expect((await pool.query("select from reputation.run")).rowCount).toBe(7);
    expect(await partAt(26, "1", "COMPLETION")).toMatchObject({ n: 3 });
    expect(await replayed(0, 26, true)).toEqual([7, []]);
  });
});

interface Shown {
  id: string;
  reputationReason: string | null;
  reputation: { score: number; low: number; rank: number; rankOf: number; costs: { text: string }[] } | null;
}

describe("the graph", () => {
  it("has the newest score with what it cost, the history, the members, and a reason where there is none", async () => {
    const iso = (hour: number): string => new Date((T0 + hour * HOUR) * 1_000).toISOString();
    const { data } = await execute(
      pool,
      `{ operatorsByScore { id reputation { rank } }
         operators { nodes { id reputationReason reputation { score low rank rankOf asOf costs { text day } improvements { points } } } }
         operator(id: "2") {
           hours: reputationHistory(from: "${iso(24)}", to: "${iso(26)}") { asOf score parts { dimension n } }
           days: reputationHistory(from: "${iso(1)}", to: "${iso(27)}", every: DAY) { asOf }
           members { nodes { id reputation { rank rankOf score } } } } }`,
    );
    const { operators, operator, operatorsByScore } = data as unknown as {
      operators: { nodes: Shown[] };
      operatorsByScore: Shown[];
      operator: { hours: { asOf: string }[]; days: { asOf: string }[]; members: { nodes: Shown[] } };
    };
    expect(operatorsByScore.map(({ reputation }) => reputation?.rank)).toEqual([1, 2, 3]);
    const [one] = operators.nodes;
    expect(one?.reputation).toMatchObject({ low: one?.reputation?.score, rankOf: 3 });
    expect(one?.reputation?.costs.map((cost) => cost.text)).toContain("GPU 2 was DOWN for 10 minutes of rental 2");
    expect(operator.hours.map(({ asOf }) => asOf)).toEqual([iso(24), iso(25)]);
    expect(operator.days.map(({ asOf }) => asOf)).toEqual([iso(24), iso(26)]);
    expect(operator.members.nodes.map(({ reputation }) => reputation?.rankOf)).toEqual([2, 2]);
    await pool.query(
      "insert into chain.operator select '4', owner, payout, mode, 'Four', '', 0, 0, 0, 0, $1 from chain.operator where id = '1'",
      [T0 + 95_000],
    );
    const late = await execute(pool, `{ operator(id: "4") { reputation { score } reputationReason } }`);
    expect(late.data["operator"]).toEqual({
      reputation: null,
      reputationReason: `It came after ${iso(26)}, of when the newest scores are.`,
    });
  });

  it.each([
    ["2025-11-21T00:00:00Z", "2025-11-20T00:00:00Z", "HOUR", /doesn't begin before it ends/],
    ["2025-01-01T00:00:00Z", "2025-11-20T00:00:00Z", "HOUR", /323 days is too long/],
    ["2025-02-30T00:00:00Z", "2025-11-20T00:00:00Z", "DAY", /must be a date .* or an instant with its zone/],
  ])("refuses a history from %s to %s by %s", async (from, to, every, message) => {
    const query = `{ operator(id: "1") { reputationHistory(from: "${from}", to: "${to}", every: ${every}) { score } } }`;
    await expect(execute(pool, query)).rejects.toMatchObject({ errors: [{ message: expect.stringMatching(message) }] });
  });
});

/** Tells the plans of what it is asked, in place of the answers. */
class ExplainingSnapshot extends Snapshot {
  readonly plans: string[] = [];

  override async rows<Row extends QueryResultRow>(
    name: string,
    statement: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    await super.rows(
      "no-seqscan",
      "select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)",
    );
    const plan = await super.rows<{ "QUERY PLAN": string }>(`${name}-plan`, `explain (costs off) ${statement}`, values);
    const lines = plan.map((row) => `  ${row["QUERY PLAN"].replaceAll(/'[^']*'/g, "'…'")}`);
    this.plans.push([`${name}:`, statement.replaceAll(/^ {4,}/gm, "  "), "plan:", ...lines].join("\n"));
    return [];
  }
}

describe("what the graph asks", () => {
  it("is read by index: the plans are those of golden/reputation-plans.txt", async () => {
    // a plan is the planner's statistics' as much as the statement's: they are those of these rows, whenever upkeep ran
    await pool.query("vacuum (full, analyze) reputation.run, reputation.score, reputation.explanation");
    const snapshot = new ExplainingSnapshot(pool);
    const [from, to] = [new Date(T0 * 1_000), new Date((T0 + DAY) * 1_000)];
    await readNewestScores(snapshot, ["1", "2"]);
    await readExplanations(snapshot, ["1", "2"]);
    await readRanking(snapshot, to, null, 50);
    await readScoreHistory(snapshot, "1", { from, to, everySeconds: HOUR });
    await snapshot.close();
    const path = join(ROOT, "api/test/golden/reputation-plans.txt");
    const found = `${snapshot.plans.join("\n\n")}\n`;
    if (process.env["GOLDEN"] === "update") writeFileSync(path, found);
    // another server's planner may word it otherwise
    expect(isEmbedded ? found : readFileSync(path, "utf8")).toBe(readFileSync(path, "utf8"));
    expect(found).not.toMatch(/Seq Scan on (score|facts|run|explanation)/);
  });
});

async function bc(...args: readonly string[]): Promise<{ said: string; code: number }> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [join(ROOT, "cli/bc.mjs"), "reputation", ...args], {
    env: { PATH, DATABASE_URL: database.url },
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { said: out + err, code: code as number };
}

describe("bc reputation", () => {
  it("explains a score of a time gone by, replays, and says what it can't", async () => {
    const [told, all, unknown, backwards] = await Promise.all([
      bc("explain", "--operator", "1", "--at", "2025-11-20T03:00Z"),
      bc("replay", "--full", "--from", "2025-11-20"),
      bc("explain", "--operator", "99"),
      bc("replay", "--from", "2025-11-21T02:00Z", "--to", "2025-11-21T00:30Z"),
    ]);
    expect(told.said).toMatch(/^operator 1 \(One\): [\d.]+ of 100, rank \d of 2/);
    expect(told.said).toMatch(/COMPLETION +GPU 2 was DOWN for 10 minutes of rental 2 \(rented by 0x(c2){20}\)/);
    expect(all).toEqual({ code: 0, said: expect.stringContaining("7 runs") });
    expect(unknown).toEqual({ code: 1, said: expect.stringMatching(/there is no operator 99 \(UNKNOWN_SUBJECT\)/) });
    expect(backwards).toEqual({ code: 1, said: expect.stringMatching(/ends before it begins \(BAD_WINDOW\)/) });
  }, 30_000);
});
