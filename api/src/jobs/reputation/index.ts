import { withTransaction, type PoolClient } from "#kernel/pg.ts";
import { copyEvidence } from "../../domain/reputation/evidence.ts";
import { foldKept } from "../../domain/reputation/publish.ts";
import { scoreAll, type Scores } from "../../domain/reputation/score.ts";
import {
  readBusy,
  readConduct,
  readGpuDays,
  readPayerRelations,
  readRentalEnds,
  readSubjects,
} from "../../sources/reputation-day.ts";
import { keepConduct, keepRentalEnds } from "../../sources/reputation-ends.ts";
import { forgetHours, keepHours } from "../../sources/reputation-hours.ts";
import { dropRunsAfter, hashFacts, readRunsBefore, storeRun } from "../../sources/reputation-runs.ts";
import type { Hour, HourlyJob, JobContext } from "../hourly/job.ts";
import { dayOfRun, keepBase, readBase, type Base } from "./base.ts";
import { scoreRows } from "./content.ts";
import { keptTexts } from "./facts-of-day.ts";
import { THERMAL_LIMITS } from "./limits.ts";

const DAY_SECONDS = 86_400;
/** Later than any run, seconds since 1970. */
const NEVER = 1e11;
/** So many runs are looked through at once for one whose block still stands. */
const LOOKED_BACK = 50;
/** Plans are made for the values at hand, and none is compiled. Hash tables of a large fleet need more memory than is usual. */
const PLANNING = `set transaction isolation level repeatable read; set local plan_cache_mode = force_custom_plan;
  set local jit = off; set local work_mem = '64MB'`;

/** Rows that were just written are in no statistics: a planner that takes them for few would look at each of them for each. */
const WITHOUT_LOOPS = "set local enable_nestloop = off";

/**
 * The job that scores operators and members each hour. It keeps the hour's facts, reads those of the day so far, writes
 * them down as one text an operator, and works the scores out from these texts: so any of them can be worked out again.
 */
export function reputationJob({ pool }: JobContext): HourlyJob {
  let base: Base | undefined;
  const run = async (span: Hour): Promise<void> => {
    const startedAt = performance.now();
    const day = dayOfRun(span.end);
    // what earlier days left is taken in hand while the database works on this one; both are over when this ends, well or not
    const [gathered, loaded] = await Promise.allSettled([
      withTransaction(pool, (client) => gather(client, span, day)),
      readBase(pool, day - 1, base).then((found) => ({ found, evidence: copyEvidence(found.evidence) })),
    ]);
    if (gathered.status === "rejected") throw gathered.reason;
    if (loaded.status === "rejected") throw loaded.reason;
    const { texts, subjects } = gathered.value;
    const { found, evidence } = loaded.value;
    base = found;
    foldKept(evidence, day, texts);
    const publish = (): Promise<void> => {
      const run = runOf(span, texts, scoreAll(evidence, subjects, span.end));
      const tookMs = Math.round(performance.now() - startedAt);
      return withTransaction(pool, (client) => storeRun(client, { ...run, tookMs }));
    };
    if (span.end % DAY_SECONDS !== 0) return publish();
    // one is worked out while the other is stored; both are over when this ends, well or not
    const keeping = keepBase(pool, day, evidence);
    const [published, kept] = await Promise.allSettled([publish(), keeping]);
    if (published.status === "rejected") throw published.reason;
    if (kept.status === "rejected") throw kept.reason;
    base = kept.value;
  };
  return {
    name: "reputation",
    run,
    runDay: run,
    standsThrough: async (isOnChain) => {
      for (let before = NEVER; ;) {
        const runs = await readRunsBefore(pool, before, LOOKED_BACK);
        for (const { at, blockNumber, blockHash } of runs) {
          if (await isOnChain({ number: blockNumber, hash: blockHash as `0x${string}` })) return at;
          before = at - 1;
        }
        if (runs.length < LOOKED_BACK) return before === NEVER ? undefined : 0;
      }
    },
  };
}

/** A run to be stored, but for the time that it took. */
function runOf({ end, block, sampledThrough }: Hour, texts: ReadonlyMap<string, string>, scores: Scores) {
  const { methodologyVersion, priorMeans } = scores;
  return {
    ...{ at: end, methodologyVersion, blockNumber: block.number, blockHash: block.hash, sampledThrough },
    ...{ factsHash: hashFacts(texts), priorMeans, facts: texts },
    ...scoreRows(scores),
  };
}

/** Keeps the span's facts, and gives the kept texts of the day so far with everybody who is to be scored. */
async function gather(client: PoolClient, { start, end }: Hour, day: number) {
  await client.query(PLANNING);
  await dropRunsAfter(client, start);
  const span = { from: await forgetHours(client, start), until: end };
  await keepHours(client, span, THERMAL_LIMITS);
  await keepRentalEnds(client, span);
  await keepConduct(client, span);
  await client.query(WITHOUT_LOOPS);
  const soFar = { from: day * DAY_SECONDS, until: end };
  const relations = await readPayerRelations(client, soFar);
  const texts = keptTexts(day, {
    gpuDays: await readGpuDays(client, soFar),
    busy: await readBusy(client),
    ends: await readRentalEnds(client, soFar, relations),
    conduct: await readConduct(client, soFar),
    relations,
  });
  return { texts, subjects: await readSubjects(client, end) };
}
