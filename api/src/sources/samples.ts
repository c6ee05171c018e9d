import type { Snapshot } from "./snapshot.ts";

/** One sample of a GPU. Null: no reading. */
export interface SampleRow {
  at: Date;
  /** busy fraction, 0 to 1 */
  utilization: number | null;
  tensorActivity: number | null;
  powerWatts: number | null;
  temperatureCelsius: number | null;
  /** clock of the multiprocessors */
  clockHertz: number | null;
  memoryUsedBytes: number | null;
}

/** Whose samples, and of which time, both ends included. */
export interface SampleSpan {
  /** 0x hex */
  uuidHash: string;
  from: Date;
  until: Date;
}

/** Of one GPU and span; a GPU scraped every second has that many in a quarter of an hour. */
const MOST = 900;

/** The samples of each span, oldest first, in the spans' order. */
export async function readSamples(snapshot: Snapshot, spans: readonly SampleSpan[]): Promise<SampleRow[][]> {
  const rows = await snapshot.rows<SampleRow & { place: number }>(
    "gpu-samples",
    `select k.place::int4 as place, s.time as at, s.util_ratio as utilization, s.tensor_active_ratio as "tensorActivity",
       s.power_watts as "powerWatts", s.gpu_temp_celsius as "temperatureCelsius", s.sm_clock_hertz as "clockHertz",
       s.fb_used_bytes as "memoryUsedBytes"
     from unnest($1::bytea[], $2::timestamptz[], $3::timestamptz[]) with ordinality as k(hash, from_at, until_at, place)
     join telemetry.gpu g on g.uuid_hash = k.hash
     cross join lateral (
       select * from telemetry.sample x
       where x.gpu_key = g.gpu_key and x.time >= k.from_at and x.time <= k.until_at and x.time >= $4
       order by x.time desc limit ${MOST}
     ) s
     order by k.place, s.time`,
    [
      spans.map(({ uuidHash }) => Buffer.from(uuidHash.slice(2), "hex")),
      spans.map(({ from }) => from),
      spans.map(({ until }) => until),
      new Date(Math.min(...spans.map(({ from }) => from.getTime()))),
    ],
  );
  const groups: SampleRow[][] = spans.map(() => []);
  for (const { place, ...row } of rows) groups[place - 1]?.push(row);
  return groups;
}
