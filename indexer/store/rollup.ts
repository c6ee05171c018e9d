import type { PoolClient } from "#kernel/pg.ts";
import { INTERVAL_SECONDS } from "../schema/aggregations.ts";
import { sqlTypeOf } from "../schema/columns.ts";
import { quoted } from "../schema/names.ts";
import type { Aggregate, Aggregation, Interval, Schema, Table } from "../schema/schema.ts";
import { qualified } from "./ddl.ts";

/** A block at which buckets may end; `time` in seconds since 1970. */
export interface BlockTime {
  readonly number: number;
  readonly time: number;
}

interface Rollup {
  readonly seconds: number;
  /** parameters: start and end of the bucket as epoch seconds, block number */
  readonly insertSql: string;
}

/**
 * Fills aggregation tables: at the first block of a later bucket, the bucket that ended is computed from its source's
 * rows, in the transaction that writes that block. The SQL has the form of graph-node's.
 */
export class Rollups {
  private readonly rollups: readonly Rollup[];
  private readonly lastSql: string | undefined;
  /** time of the last block whose ended buckets are filled; `undefined` before the first */
  private lastTime: number | undefined;

  constructor(schema: Schema, namespace: string) {
    const all = schema.aggregations.flatMap((aggregation) =>
      aggregation.tables.map(({ interval, table }) => ({ aggregation, interval, table })),
    );
    // graph-node's order: short intervals first
    all.sort((a, b) => INTERVAL_SECONDS[a.interval] - INTERVAL_SECONDS[b.interval]);
    this.rollups = all.map(({ aggregation, interval, table }) => ({
      seconds: INTERVAL_SECONDS[interval],
      insertSql: insertSql(aggregation, interval, table, namespace),
    }));
    const sources = new Set(schema.aggregations.map(({ source }) => source));
    const parts = [
      ...[...sources].map((source) => `select max(timestamp) as t from ${qualified(namespace, source)}`),
      ...all.map(
        ({ interval, table }) =>
          `select max(timestamp) + '${INTERVAL_SECONDS[interval] + 1} s'::interval from ${qualified(namespace, table)}`,
      ),
    ];
    this.lastSql =
      parts.length === 0
        ? undefined
        : `select extract(epoch from max(t))::int8 as t from (${parts.join(" union all ")}) as times`;
  }

  /**
   * Finds out from the tables up to when buckets are filled: when the newest source row came, all earlier buckets were;
   * a filled bucket says so itself.
   */
  async load(client: Pick<PoolClient, "query">): Promise<void> {
    if (this.lastSql === undefined) return;
    const { rows } = await client.query<{ t: bigint | null }>(this.lastSql);
    const time = rows[0]?.t ?? null;
    this.lastTime = time === null ? undefined : Number(time);
  }

  /** Fills the buckets that ended up to the given blocks, ascending. Call `advance` once the transaction is committed. */
  async fill(client: PoolClient, blocks: readonly BlockTime[]): Promise<void> {
    let last = this.lastTime ?? blocks[0]?.time ?? 0;
    for (const { number, time } of blocks) {
      for (const { seconds, insertSql: sql } of this.rollups) {
        const bucket = Math.floor(last / seconds);
        if (Math.floor(time / seconds) <= bucket) break;
        // only the first bucket can have rows: between two blocks nothing was written
        await client.query(sql, [bucket * seconds, (bucket + 1) * seconds, number]);
      }
      last = time;
    }
  }

  /** Notes that buckets are filled up to the last of these blocks. */
  advance(blocks: readonly BlockTime[]): void {
    this.lastTime = blocks.at(-1)?.time ?? this.lastTime;
  }
}

const names = (columns: readonly { sqlName: string }[]): string[] => columns.map(({ sqlName }) => quoted(sqlName));

function aggregateSql({ column, fn }: Aggregate, argument: string, order: string): string {
  const type = sqlTypeOf(column);
  const name = quoted(column.sqlName);
  if (fn === "count") return `count(*) as ${name}`;
  if (fn === "first") return `public.arg_min_${type}((${argument}, ${order})::public.${type}_and_value) as ${name}`;
  if (fn === "last") return `public.arg_max_${type}((${argument}, ${order})::public.${type}_and_value) as ${name}`;
  return `${fn}(${argument}) as ${name}`;
}

/** The bucket's aggregates from the source's rows. */
function bucketSql(aggregation: Aggregation, interval: Interval, namespace: string): string {
  const { source, dimensions, aggregates, idKind } = aggregation;
  const dims = names(dimensions);
  const id = idKind === "Bytes" ? "max(id::text)::bytea" : "max(id)";
  const values = aggregates.map((aggregate) => aggregateSql(aggregate, aggregate.sql, "id"));
  const read = [...new Set(aggregates.flatMap(({ sourceColumns }) => sourceColumns))]
    .filter((column) => column !== "id" && column !== "timestamp")
    .map(quoted);
  const bin = `date_bin('${INTERVAL_SECONDS[interval]}s', timestamp, 'epoch'::timestamptz) as timestamp`;
  return `select ${[`${id} as id`, "timestamp", ...dims, ...values].join(", ")}
  from (select ${[...new Set(["id", bin, ...dims, ...read])].join(", ")} from ${qualified(namespace, source)}
         where timestamp >= to_timestamp($1) and timestamp < to_timestamp($2) order by timestamp) data
 group by ${["timestamp", ...dims].join(", ")}`;
}

function insertSql(aggregation: Aggregation, interval: Interval, table: Table, namespace: string): string {
  const { dimensions, aggregates } = aggregation;
  const dims = names(dimensions);
  const values = names(aggregates.map(({ column }) => column));
  const target = `insert into ${qualified(namespace, table)} (${["id", "timestamp", "block$", ...dims, ...values].join(", ")})`;
  const bucket = bucketSql(aggregation, interval, namespace);
  const select = `select ${["id", "timestamp", "$3::int", ...dims, ...values].join(", ")}`;
  if (!aggregates.some(({ isCumulative }) => isCumulative)) return `${target} ${select} from (${bucket}) bucket`;
  const previous = aggregates.map(({ column, isCumulative }) =>
    isCumulative ? `prev.${quoted(column.sqlName)}` : `null::${sqlTypeOf(column)} as ${quoted(column.sqlName)}`,
  );
  const isSame = dims.map((dim) => ` and prev.${dim} = bucket.${dim}`).join("");
  const combined = aggregates.map((aggregate) => {
    const name = quoted(aggregate.column.sqlName);
    return aggregate.fn === "count" ? `sum(${name}) as ${name}` : aggregateSql(aggregate, name, "seq");
  });
  return `with bucket as (${bucket}),
prev as (
  select ${["bucket.id", "bucket.timestamp", ...dims.map((dim) => `bucket.${dim}`), ...previous].join(", ")}
    from bucket cross join lateral (
      select * from ${qualified(namespace, table)} prev
       where prev.timestamp < to_timestamp($1)${isSame} order by prev.timestamp desc limit 1) prev),
combined as (
  select ${["id", "timestamp", ...dims, ...combined].join(", ")}
    from (select *, 1 as seq from prev union all select *, 2 as seq from bucket) u
   group by ${["id", "timestamp", ...dims].join(", ")})
${target} ${select} from combined`;
}
