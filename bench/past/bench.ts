import { GPU_MODELS, startFleet, startFleetPast, type Fleet } from "#devnet/fleet/index.ts";
import { noise } from "#devnet/fleet/random.ts";
import type { PlayedDay, Use } from "#devnet/market/history/use.ts";
import { silentLogger } from "#kernel/log.ts";
import type { Figure } from "../figure.ts";
import { openDatabase, type MeasuredDatabase } from "../databases.ts";
import { stopwatch, type Spent, type Stopwatch } from "../stopwatch.ts";
import { copyPast, countSamples } from "./plain.ts";

const DAYS = 30;
const HOSTS = 25;
const GPUS_PER_HOST = 8;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** What a first start can spare of its 90 s on two cores. */
const LIMIT_CPU_SECONDS = 70;
const LIMIT_RATIO = 2;

/** What a side cost. */
interface Cost extends Spent {
  rows: number;
}

/**
 * A month of telemetry of 200 GPUs, every five minutes and every minute for its last two days, written into an embedded
 * database, roll-ups left for later as `npm start` does; then the same rows by plain COPY into another.
 */
export async function benchPast(): Promise<Figure[]> {
  const fleet = await startFleet({ hosts: hosts(), seed: 1, port: 0, isHeld: true });
  const written = await openDatabase("embedded");
  const copied = await openDatabase("embedded");
  try {
    const now = Math.floor(Date.now() / 1_000);
    const endsAt = now - (now % HOUR_SECONDS);
    const past = await cost(written, () => writePast(written.url, fleet, endsAt));
    const span = { from: endsAt - DAYS * DAY_SECONDS, to: endsAt + HOUR_SECONDS };
    const plain = await cost(copied, (pause) => copyPast(written.url, copied.url, span, pause));
    for (const [name, side] of Object.entries({ past, plain })) process.stdout.write(`${describe(name, side)}\n`);
    return [
      { name: "a month of 200 GPUs, CPU", value: cpuOf(past), unit: "s", limit: LIMIT_CPU_SECONDS },
      {
        name: "over plain COPY of the same rows, CPU",
        value: cpuOf(past) / past.rows / (cpuOf(plain) / plain.rows),
        unit: "×",
        limit: LIMIT_RATIO,
      },
    ];
  } finally {
    await Promise.all([fleet.stop(), written.stop(), copied.stop()]);
  }
}

const cpuOf = ({ ownSeconds, databaseSeconds }: Cost): number => ownSeconds + databaseSeconds;

function describe(name: string, { rows, ownSeconds, databaseSeconds, wallSeconds }: Cost): string {
  const micros = (seconds: number): string => ((seconds / rows) * 1e6).toFixed(1);
  return [
    `${name}: ${rows} samples, ${Math.round(rows / wallSeconds)} a second`,
    `own ${ownSeconds.toFixed(1)} s (${micros(ownSeconds)} µs a sample)`,
    `database ${databaseSeconds.toFixed(1)} s (${micros(databaseSeconds)} µs)`,
    `wall ${wallSeconds.toFixed(1)} s`,
  ].join(", ");
}

/** Measures `work`, but for what it does within `pause`. */
async function cost(database: MeasuredDatabase, work: (pause: Stopwatch["pause"]) => Promise<void>): Promise<Cost> {
  const watch = stopwatch(database.pid);
  watch.start();
  await work((body) => watch.pause(body));
  const spent = watch.stop();
  return { ...spent, rows: await countSamples(database.url) };
}

async function writePast(databaseUrl: string, fleet: Fleet, endsAt: number): Promise<void> {
  const beginsAt = endsAt - DAYS * DAY_SECONDS;
  const past = await startFleetPast({ databaseUrl, fleet, seed: 1, beginsAt, endsAt, logger: silentLogger });
  for (let day = 0; day < DAYS; day++) await past.write(playedDay(fleet, beginsAt + day * DAY_SECONDS, day));
  await past.finish();
}

/** Two rentals a day and GPU, most of the time. */
function playedDay(fleet: Fleet, from: number, day: number): PlayedDay {
  const uses = fleet.gpus.flatMap(({ uuid }, number) =>
    [0, 1].flatMap((half): Use[] => {
      const random = (channel: number): number => noise(channel, number * 2 + half, day);
      if (random(1) > 0.7) return [];
      const begin = from + half * 43_200 + Math.floor(random(2) * 20_000);
      return [{ uuid, from: begin, to: begin + 20_000, load: 0.35 + 0.65 * random(3) }];
    }),
  );
  return { from, to: from + DAY_SECONDS, uses, troubles: [] };
}

const hosts = () =>
  Array.from({ length: HOSTS }, (_, index) => ({
    name: `host-${index}`,
    model: GPU_MODELS[index % GPU_MODELS.length]?.name ?? "",
    gpuCount: GPUS_PER_HOST,
    generation: index % 4 === 0 ? ("2026" as const) : ("classic" as const),
  }));
