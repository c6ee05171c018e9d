import { performance } from "node:perf_hooks";
import { copyEvidence } from "#api/src/domain/reputation/evidence.ts";
import { scoreAll } from "#api/src/domain/reputation/score.ts";
import type { Hour } from "#api/src/jobs/hourly/index.ts";
import { foldOn, keepBase, nothing } from "#api/src/jobs/reputation/base.ts";
import { reputationJob } from "#api/src/jobs/reputation/index.ts";
import { connectNode } from "#api/src/jobs/node.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import { DAY, DAY_START } from "./database.ts";

/** What a side took, printed as JSON. */
export interface SideResult {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** of the whole process */
  readonly rssMiB: number;
  readonly subjects: number;
}

const END = DAY_START + DAY;
const LAST_DAY = DAY_START / DAY;
const HOUR: Hour = {
  start: END - 3_600,
  end: END,
  block: { number: 99n, hash: `0x${"ab".repeat(32)}`, timestamp: BigInt(END) },
  sampledThrough: new Date(END * 1_000),
};

const [side = "", url = ""] = process.argv.slice(2);
const pool = createPool(url, { name: "bench", max: 2 });
const { signal } = new AbortController();

const newJob = () => reputationJob({ pool, node: connectNode("http://127.0.0.1:1"), logger: silentLogger });
const job = newJob();

async function subjects() {
  const { rows } = await pool.query<{ operatorId: string; memberId: string | null }>(
    `select operator as "operatorId", member as "memberId" from reputation.score where at = to_timestamp($1)`,
    [END],
  );
  return rows;
}

/** Each gives how many were scored; what it has to get ready first isn't measured. */
const SIDES: Readonly<Record<string, () => Promise<number>>> = {
  /** the day's last hour, by a job that has just been started */
  cold: async () => {
    await newJob().run(HOUR, signal);
    return (await subjects()).length;
  },
  /** the same, by one that did the hour before */
  hour: async () => {
    await job.run(HOUR, signal);
    return (await subjects()).length;
  },
  /** all days from kept facts */
  full: async () => {
    const { evidence } = await foldOn(pool, nothing(), LAST_DAY);
    return scoreAll(evidence, await subjects(), END).scores.length;
  },
  /** keeps what the hour goes on from; not measured */
  base: async () => {
    const { evidence } = await foldOn(pool, nothing(), LAST_DAY - 1);
    await keepBase(pool, LAST_DAY - 1, copyEvidence(evidence));
    return evidence.subjects.size;
  },
  /** the least that anything could do: the same texts read and their JSON parsed, day by day */
  limit: async () => {
    let count = 0;
    const { rows: runs } = await pool.query<{ at: Date }>("select at from reputation.run order by at");
    for (const { at } of runs) {
      const { rows } = await pool.query<{ facts: string }>("select facts from reputation.facts where at = $1", [at]);
      for (const { facts } of rows) count = Object.keys(JSON.parse(facts) as object).length;
    }
    return count;
  },
};

const work = SIDES[side];
if (!work) throw new Error(`BUG: no side ${side}`);
if (side === "hour") await job.run(HOUR, signal);
process.stderr.write("ready\n");
const cpuBefore = process.cpuUsage();
const from = performance.now();
const found = await work();
const wallSeconds = (performance.now() - from) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
await pool.end();
const result: SideResult = {
  wallSeconds,
  cpuSeconds: (user + system) / 1e6,
  rssMiB: process.resourceUsage().maxRSS / 1_024,
  subjects: found,
};
process.stdout.write(JSON.stringify(result));
