import { performance } from "node:perf_hooks";
import { csvHead, csvRow } from "#api/src/domain/cashflow/csv.ts";
import type { Snapshot } from "#api/src/sources/snapshot.ts";
import { withSnapshot } from "#api/src/sources/snapshot.ts";
import { openStatement, type StatementBasis } from "#api/src/statement/basis.ts";
import { readLines, streamLines } from "#api/src/statement/lines.ts";
import { readMetrics } from "#api/src/statement/metrics.ts";
import { readSums, sumWindow } from "#api/src/statement/totals.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { EPOCHS, OWNER, START } from "./database.ts";

const DAY = 86_400;
const YEAR = { fromAt: START, toAt: START + EPOCHS * DAY };
const PAGE = 50;
const LINES_AT_ONCE = 5_000;
/** All lines in one snapshot. */
const TIMEOUT_MS = 600_000;

/** What a side found, printed as JSON. */
export interface StatementSide {
  /** lines told of */
  readonly lines: number;
  /** BCT wei of all of them, as text */
  readonly sum: string;
  /** of the median run */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssMiB: number;
}

type Told = Pick<StatementSide, "lines" | "sum">;
const open = (snapshot: Snapshot): Promise<StatementBasis> =>
  openStatement(snapshot, { kind: "WALLET", account: OWNER }, YEAR);
const wallet = Buffer.from(OWNER.slice(2), "hex");

/** A year's totals, every metric and a page of lines. */
async function statement(pool: Pool): Promise<Told> {
  return withSnapshot(pool, async (snapshot) => {
    const basis = await open(snapshot);
    const sums = await readSums(basis);
    const { statement: told, totals } = await sumWindow(basis, sums, basis.window);
    const residual = { at: basis.at + 365 * DAY, amountUsd: 1_000_000_000_000n, source: "bench" };
    await readMetrics(basis, sums, { residual, discountRate: { rate: 0.1, at: basis.at, source: "bench" } });
    await readLines(basis, { after: null, limit: PAGE });
    const rewards = totals.filter(({ claimed }) => claimed !== null);
    return { lines: rewards.reduce((sum, { lineCount }) => sum + lineCount, 0), sum: String(told.rewardBct) };
  });
}

/** The kept sums and a page of lines as they lie there, by pg alone. */
async function rawSums(pool: Pool): Promise<Told> {
  const { rows } = await pool.query<{ amount: string; count: number }>(
    "select epoch, kind, pool, amount, line_count as count from ledger.line_sum where account = $1 order by epoch, kind, pool",
    [wallet],
  );
  const page = "select * from ledger.line where account = $1 order by epoch, kind, pool, gpu limit $2";
  await pool.query(page, [wallet, PAGE]);
  const sum = rows.reduce((all, { amount }) => all + BigInt(amount), 0n);
  return { lines: rows.reduce((all, { count }) => all + count, 0), sum: String(sum) };
}

/** All lines as CSV, thrown away. */
async function csv(pool: Pool): Promise<Told> {
  return withSnapshot(
    pool,
    async (snapshot) => {
      let [lines, sum, length] = [0, 0n, csvHead().length];
      for await (const piece of streamLines(await open(snapshot))) {
        for (const line of piece) {
          length += csvRow(line).length;
          if (line.terms === null) continue;
          lines++;
          sum += line.amount;
        }
      }
      if (length < 100 * lines) throw new Error("BUG: rows without their columns");
      return { lines, sum: String(sum) };
    },
    TIMEOUT_MS,
  );
}

/** The same rows of the ledger by pg alone, as many at once. */
async function rawLines(pool: Pool): Promise<Told> {
  type Row = { epoch: number; kind: number; pool: string; gpu: string; amount: string };
  let [lines, sum] = [0, 0n];
  for (let after: readonly unknown[] = [-1, 0, 0, 0]; ;) {
    const { rows } = await pool.query<Row>({
      name: "raw",
      text: `select epoch, kind, pool, gpu, amount, '0x' || encode(account, 'hex') as account from ledger.line
        where account = $1 and (epoch, kind, pool, gpu) > ($2, $3::int2, $4::int8, $5::int8)
        order by epoch, kind, pool, gpu limit $6`,
      values: [wallet, ...after, LINES_AT_ONCE],
    });
    for (const { amount } of rows) sum += BigInt(amount);
    lines += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < LINES_AT_ONCE) return { lines, sum: String(sum) };
    after = [last.epoch, last.kind, last.pool, last.gpu];
  }
}

const SIDES: Readonly<Record<string, { run: (pool: Pool) => Promise<Told>; runs: number }>> = {
  statement: { run: statement, runs: 9 },
  "raw sums": { run: rawSums, runs: 9 },
  csv: { run: csv, runs: 1 },
  "raw lines": { run: rawLines, runs: 1 },
};

const [name = "", url = ""] = process.argv.slice(2);
const side = SIDES[name];
if (!side) throw new Error(`BUG: no side ${name}`);
const pool = createPool(url, { name: "bench", max: 1 });
const found: StatementSide[] = [];
for (let run = 0; run < side.runs; run++) {
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  const told = await side.run(pool);
  const [wallMs, { user, system }] = [performance.now() - from, process.cpuUsage(cpu)];
  found.push({ ...told, wallMs, cpuMs: (user + system) / 1_000, rssMiB: process.resourceUsage().maxRSS / 1_024 });
}
await pool.end();
const middle = found.sort((a, b) => a.wallMs - b.wallMs)[Math.floor(side.runs / 2)];
process.stdout.write(JSON.stringify(middle));
