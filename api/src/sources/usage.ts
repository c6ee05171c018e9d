import type { Snapshot } from "./snapshot.ts";

/** DC burned for one GPU in one hour of the burns. */
export interface HourRow {
  gpuId: string;
  /** start of the hour */
  hour: Date;
  burnedDc: bigint;
  paidSeconds: bigint;
  settlementCount: bigint;
}

/**
 * DC burned by hour for each of the GPUs in `[from, to)`, hours with a burn only, by GPU and hour. The subgraph rolls an
 * hour up once it is over; the hours since its last roll-up are summed from the points.
 */
export async function readBurnedByHour(
  snapshot: Snapshot,
  gpuIds: readonly string[],
  from: Date,
  to: Date,
): Promise<HourRow[]> {
  const rows = await snapshot.rows<Omit<HourRow, "burnedDc"> & { burnedDc: string }>(
    "burned-by-hour",
    `with rolled as (select coalesce(max(timestamp) + interval '1 hour', '-infinity') as through from chain.gpu_usage_hour)
     select gpu as "gpuId", timestamp as hour, burned_dc as "burnedDc", paid_seconds::int8 as "paidSeconds",
            settlement_count::int8 as "settlementCount"
     from chain.gpu_usage_hour where gpu = any($1) and timestamp >= $2 and timestamp < $3
     union all
     select gpu, date_trunc('hour', timestamp, 'UTC'), sum(amount_dc), sum(seconds)::int8, count(*)::int8
     from chain.usage_point, rolled
     where gpu = any($1) and timestamp >= greatest($2, rolled.through) and timestamp < $3
     group by 1, 2
     order by 1, 2`,
    [gpuIds, from, to],
  );
  return rows.map((row) => ({ ...row, burnedDc: BigInt(row.burnedDc) }));
}
