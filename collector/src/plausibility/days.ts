import type { Pool } from "#kernel/pg.ts";
import { HOUR_MS } from "#kernel/time.ts";
import { assess, type Assessment, type GpuDay } from "./assess.ts";
import { modelPower } from "./curves.ts";
import type { AssessedHour, HourFacts } from "./facts.ts";
import { KEEP_FACTS } from "./facts-sql.ts";
import { sketchOfDay, type OtherDay } from "./rules/repeats.ts";
import { readSales } from "./sales-sql.ts";

/** A physical GPU. */
export interface KnownGpu {
  gpuKey: number;
  uuid: string;
  model: string | null;
}

const DAY_MS = 24 * HOUR_MS;
/** Copies are looked for among days so far back, and so many that have something in common. */
const REMEMBERED_DAYS = 30;
const MOST_OTHERS = 8;

/** The physical GPUs that may have samples in a span, or had some in the week before it. */
export async function gpusOf(pool: Pool, from: number, to: number): Promise<KnownGpu[]> {
  const { rows } = await pool.query<{ gpu_key: number; uuid: string; model: string | null }>(
    `select gpu_key, uuid, model from telemetry.gpu
     where parent_key is null and first_seen_at < $2 and last_seen_at >= $1::timestamptz - interval '7 days' order by 1`,
    [new Date(from), new Date(to)],
  );
  return rows.map(({ gpu_key: gpuKey, uuid, model }) => ({ gpuKey, uuid, model }));
}

/** Reads the facts of one hour of some GPUs from their samples, and keeps them. */
export async function keepFacts(pool: Pool, gpus: readonly KnownGpu[], hour: number): Promise<void> {
  const power = gpus.map(({ model }) => modelPower(model));
  await pool.query(KEEP_FACTS, [
    new Date(hour),
    gpus.map(({ gpuKey }) => gpuKey),
    power.map((one) => one?.idleWatts ?? null),
    power.map((one) => one?.limitWatts ?? null),
  ]);
}

/**
 * Judges a day of some GPUs by the facts kept of its hours, and writes down what comes of it.
 *
 * @param through up to where the day has been looked at
 */
export async function assessDay(pool: Pool, gpus: readonly KnownGpu[], day: number, through: number): Promise<void> {
  const keys = gpus.map(({ gpuKey }) => gpuKey);
  const hours = await readHours(pool, keys, day);
  const sales = await readSales(pool, keys, { from: day, to: through });
  const others = await readOthers(pool, gpus, hours, day);
  const assessed = gpus.map(({ gpuKey, uuid }) => {
    const gpuDay: GpuDay = {
      uuid,
      hours: hours.get(gpuKey) ?? [],
      sales: sales.get(gpuKey) ?? { reason: "Rentals aren't known." },
      others: others.get(gpuKey) ?? [],
    };
    return { gpuKey, hours: gpuDay.hours.length, ...assess(gpuDay) };
  });
  await write(pool, assessed, day, through);
}

/** Lets go of what no later day needs. */
export async function forgetOld(pool: Pool, day: number): Promise<void> {
  await pool.query("delete from telemetry.plausibility_hour where hour < $1", [new Date(day - DAY_MS)]);
  await pool.query("update telemetry.plausibility set sketch = '{}' where day < $1 and sketch <> '{}'", [
    new Date(day - REMEMBERED_DAYS * DAY_MS),
  ]);
}

async function readHours(pool: Pool, keys: readonly number[], day: number): Promise<Map<number, AssessedHour[]>> {
  const { rows } = await pool.query<{ gpu_key: number; hour: Date; facts: HourFacts; sketch: string[] }>(
    `select gpu_key, hour, facts, sketch::text[] as sketch from telemetry.plausibility_hour
     where gpu_key = any($1) and hour >= $2 and hour < $3 order by 1, 2`,
    [keys, new Date(day), new Date(day + DAY_MS)],
  );
  const hours = new Map<number, AssessedHour[]>();
  for (const { gpu_key, hour, facts, sketch } of rows) {
    const own = hours.get(gpu_key) ?? [];
    own.push({ at: hour.getTime(), facts, sketch: sketch.map(BigInt) });
    hours.set(gpu_key, own);
  }
  return hours;
}

/** Days that have hashes in common with these GPUs' day: other days of their own, and any of other GPUs. */
async function readOthers(
  pool: Pool,
  gpus: readonly KnownGpu[],
  hours: ReadonlyMap<number, readonly AssessedHour[]>,
  day: number,
): Promise<Map<number, OtherDay[]>> {
  const sketches = gpus.map(({ gpuKey }) => `{${sketchOfDay(hours.get(gpuKey) ?? []).join()}}`);
  const { rows } = await pool.query<{ own: number; uuid: string; day: Date; sketch: string[] }>(
    `select o.gpu_key as own, g.uuid, p.day, p.sketch::text[] as sketch
     from unnest($1::int[], $2::text[]) as o(gpu_key, sketch)
     cross join lateral (
       select * from telemetry.plausibility x
       where x.sketch && o.sketch::bigint[] and x.day >= $3 and x.day <= $4
         and (x.gpu_key <> o.gpu_key or x.day < $4)
       order by x.day desc limit ${MOST_OTHERS}) p
     join telemetry.gpu g on g.gpu_key = p.gpu_key`,
    [gpus.map(({ gpuKey }) => gpuKey), sketches, new Date(day - REMEMBERED_DAYS * DAY_MS), new Date(day)],
  );
  const others = new Map<number, OtherDay[]>();
  for (const { own, uuid, day: otherDay, sketch } of rows) {
    const found = others.get(own) ?? [];
    found.push({ uuid, day: otherDay.getTime(), sketch: sketch.map(BigInt) });
    others.set(own, found);
  }
  return others;
}

type Written = Assessment & { gpuKey: number; hours: number };

async function write(pool: Pool, assessed: readonly Written[], day: number, through: number): Promise<void> {
  const rows = assessed.map(({ gpuKey, hours, methodologyVersion, score, reason, knownShare, findings, sketch }) => ({
    ...{
      gpu_key: gpuKey,
      methodology_version: methodologyVersion,
      score,
      reason,
      known_share: knownShare,
      hours,
      findings,
    },
    sketch: `{${sketch.join()}}`,
  }));
  await pool.query(
    `insert into telemetry.plausibility
       (gpu_key, day, methodology_version, score, reason, known_share, hours, assessed_through, findings, sketch)
     select gpu_key, $2, methodology_version, score, reason, known_share, hours, $3, findings, sketch::bigint[]
     from jsonb_to_recordset($1::jsonb) as n(
       gpu_key int, methodology_version int, score real, reason text, known_share real, hours int, findings jsonb, sketch text)
     on conflict (gpu_key, day) do update set
       methodology_version = excluded.methodology_version, score = excluded.score, reason = excluded.reason,
       known_share = excluded.known_share, hours = excluded.hours, assessed_through = excluded.assessed_through,
       findings = excluded.findings, sketch = excluded.sketch`,
    [JSON.stringify(rows), new Date(day), new Date(through)],
  );
}
