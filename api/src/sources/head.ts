import type { Snapshot } from "./snapshot.ts";

/** The last block that the indexer has applied. */
export interface HeadRow {
  number: bigint;
  /** 0x and 64 hex digits */
  hash: string;
  /** seconds since 1970 */
  timestamp: bigint;
}

/** Nothing before the first block was indexed. */
export async function readHead(snapshot: Snapshot): Promise<HeadRow | undefined> {
  const [row] = await snapshot.rows<HeadRow>(
    "head",
    `select block_number::int8 as number, block_hash as hash, block_timestamp as timestamp
     from chain.head where block_hash is not null`,
  );
  return row;
}

/** The time through which every responsible collector has drained its samples; nothing before the first. */
export async function readWatermark(snapshot: Snapshot): Promise<Date | undefined> {
  const [row] = await snapshot.rows<{ sampledThrough: Date | null }>(
    "watermark",
    `select sampled_through as "sampledThrough" from telemetry.watermark`,
  );
  return row?.sampledThrough ?? undefined;
}

/** Start of the hour in which the first operator came to be, seconds since 1970; nothing before there is one. */
export async function readFirstHour(snapshot: Snapshot): Promise<number | undefined> {
  const [row] = await snapshot.rows<{ at: number | null }>(
    "first-hour",
    "select (div(min(created_at), 3600) * 3600)::float8 as at from chain.operator",
  );
  return row?.at ?? undefined;
}
