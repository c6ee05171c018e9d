import { pipeline } from "node:stream/promises";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { copyStatement } from "#collector/src/write/copy.ts";
import { holdPolicies } from "#collector/src/write/policies.ts";
import { SAMPLE, SCRAPE, type BulkTable } from "#collector/src/write/table.ts";
import { createPool, type Pool } from "#kernel/pg.ts";
import { HOUR_MS } from "#kernel/time.ts";

/** As much as the importer gives at once on a day of five minutes. */
const PART_MS = 8 * HOUR_MS;

/**
 * Copies the samples and scrapes of a past from one database into another, a part after the other: nothing is
 * simulated, planned, derived or encoded.
 *
 * @param span seconds since 1970
 * @param pause runs what isn't to be measured
 * @param partMs that each COPY spans
 */
export async function copyPast(
  fromUrl: string,
  toUrl: string,
  span: { from: number; to: number },
  pause: <T>(body: () => Promise<T>) => Promise<T>,
  partMs = PART_MS,
): Promise<void> {
  const source = createPool(fromUrl, { name: "bench-source", max: 1 });
  const sink = createPool(toUrl, { name: "bench-sink", max: 1 });
  try {
    await holdPolicies(sink, Date.now() + HOUR_MS);
    for (let from = span.from * 1_000; from < span.to * 1_000; from += partMs) {
      for (const table of [SAMPLE, SCRAPE]) {
        const rows = await pause(() => readRows(source, table, from, from + partMs));
        await writeRows(sink, table, rows);
      }
    }
  } finally {
    await Promise.all([source.end(), sink.end()]);
  }
}

async function readRows(pool: Pool, { name, columns }: BulkTable, from: number, to: number): Promise<Buffer> {
  const client = await pool.connect();
  const [, key] = columns;
  try {
    const list = columns.map((column) => column.name).join(", ");
    const range = [from, to].map((at) => `'${new Date(at).toISOString()}'`);
    return await buffer(
      client.query(
        copyTo(
          `copy (select ${list} from ${name} where time >= ${range[0]} and time < ${range[1]} order by ${key?.name}, time desc)
           to stdout with (format binary)`,
        ),
      ),
    );
  } finally {
    client.release();
  }
}

async function writeRows(pool: Pool, table: BulkTable, rows: Buffer): Promise<void> {
  const client = await pool.connect();
  try {
    await pipeline(Readable.from([rows], { objectMode: false }), client.query(copyFrom(copyStatement(table))));
  } finally {
    client.release();
  }
}

/** How many samples a database holds. */
export async function countSamples(databaseUrl: string): Promise<number> {
  const pool = createPool(databaseUrl, { name: "bench", max: 1 });
  try {
    const { rows } = await pool.query<{ n: number }>("select count(*)::int as n from telemetry.sample");
    return rows[0]?.n ?? 0;
  } finally {
    await pool.end();
  }
}
