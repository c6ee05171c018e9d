import { createFleetModel } from "#devnet/fleet/index.ts";
import { HOUR_MS } from "#kernel/time.ts";
import type { TelemetryDatabase } from "./database.ts";

/** A sample of one GPU, as far as plausibility looks at it. */
export interface SimulatedSample {
  at: number;
  power: number | null;
  temp: number | null;
  util: number | null;
  tensor: number | null;
  /** the energy counter, in joules */
  energy: number | null;
  clock: number | null;
  memory: number | null;
  reasons: number | null;
}

/** How to simulate. */
export interface SimulatedOptions {
  model: string;
  seed: number;
  from: number;
  to: number;
  /** between two samples */
  stepMs: number;
  /** of the exporter */
  collectSeconds?: number;
  /** demand from 0 to 1 at a time */
  loadAt: (at: number) => number;
  /** hours since `from` in which hot air comes in */
  hotHours?: readonly number[];
}

/** What an honest exporter of one GPU shows, from the fleet simulator's physics, rounded as the exporter prints it. */
export function simulate(options: SimulatedOptions): SimulatedSample[] {
  const { model, seed, from, to, stepMs, loadAt, collectSeconds = 5, hotHours = [] } = options;
  const fleet = createFleetModel({ hosts: [{ name: "h", model, gpuCount: 1 }], seed, collectSeconds });
  const uuid = fleet.gpus[0]?.uuid ?? "";
  fleet.advanceTo(from - HOUR_MS);
  const samples: SimulatedSample[] = [];
  let clear: (() => void) | undefined;
  for (let at = from; at < to; at += stepMs) {
    const isHot = hotHours.includes(Math.floor((at - from) / HOUR_MS));
    if (isHot) clear ??= fleet.order({ kind: "THERMAL_THROTTLE", uuid });
    else if (clear) clear = void clear();
    fleet.setLoad(uuid, loadAt(at));
    fleet.advanceTo(at);
    const shown = fleet.show("h");
    const readings = typeof shown === "object" ? shown.gpus[0]?.readings : undefined;
    if (!readings) continue;
    samples.push({
      at,
      power: Math.round(readings.powerWatts * 1_000) / 1_000,
      temp: Math.round(readings.gpuCelsius),
      util: readings.activity,
      tensor: readings.tensorActivity,
      energy: Math.round(readings.energyJoules * 1_000) / 1_000,
      clock: readings.smClockMhz * 1e6,
      memory: readings.memoryUsedMib * 1_048_576,
      reasons: readings.clockReasons,
    });
  }
  return samples;
}

/** Jobs of 5 minutes to 4 hours with rests between them, by a seed. */
export function jobsOf(seed: number, most = 1): (at: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const jobs: { until: number; load: number }[] = [];
  let until: number | undefined;
  return (at) => {
    until ??= at;
    while (until <= at) {
      until += (300 + random() * random() * 14_100) * 1_000;
      jobs.push({ until, load: random() < 0.4 ? 0 : (0.2 + 0.8 * random()) * most });
    }
    return jobs.find((job) => at < job.until)?.load ?? 0;
  };
}

/** Samples of which something was changed. */
export function changed(
  samples: readonly SimulatedSample[],
  change: (sample: SimulatedSample, index: number) => Partial<SimulatedSample>,
): SimulatedSample[] {
  return samples.map((sample, index) => ({ ...sample, ...change(sample, index) }));
}

/** A GPU to be written. */
export interface SimulatedGpu {
  uuid: string;
  model: string | null;
  samples: readonly SimulatedSample[];
  seenAt: readonly [first: number, last: number];
}

/** Writes samples of a GPU that isn't known yet; returns its key. */
export async function putGpu(
  database: TelemetryDatabase,
  { uuid, model, samples, seenAt }: SimulatedGpu,
): Promise<number> {
  const [first, last] = seenAt.map((at) => new Date(at));
  const [gpu] = await database.rows<{ gpu_key: number }>(
    `insert into telemetry.gpu (uuid, uuid_hash, model, first_seen_at, last_seen_at)
     values ($1, sha256(convert_to($1::text, 'UTF8')), $2, $3, $4) returning gpu_key`,
    [uuid, model, first, last],
  );
  const column = (of: (sample: SimulatedSample, index: number) => number | null): (number | null)[] => samples.map(of);
  await database.pool.query(
    `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds, util_ratio, tensor_active_ratio, power_watts,
       energy_total_joules, gpu_temp_celsius, sm_clock_hertz, fb_used_bytes, clock_event_reasons)
     select to_timestamp(at), $1, to_timestamp(at + covered), covered, util, tensor, power, energy, temp, clock, memory, reasons
     from unnest($2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[], $9::float8[],
       $10::float8[], $11::int[]) as s(at, covered, util, tensor, power, energy, temp, clock, memory, reasons)`,
    [
      gpu?.gpu_key,
      column(({ at }) => at / 1_000),
      column(({ at }, index) => (index === 0 ? 0 : (at - (samples[index - 1]?.at ?? at)) / 1_000)),
      column(({ util }) => util),
      column(({ tensor }) => tensor),
      column(({ power }) => power),
      column(({ energy }) => energy),
      column(({ temp }) => temp),
      column(({ clock }) => clock),
      column(({ memory }) => memory),
      column(({ reasons }) => reasons),
    ],
  );
  return gpu?.gpu_key ?? 0;
}
