import type { TextRow } from "../wire/reply.ts";
import { literal } from "../gateway/session.ts";
import { LONG_PART_MS, type RunSql } from "./chore.ts";

const FIRST_BUCKETS = 60;
const MAX_BUCKETS = 4_096;

/**
 * Of a refresh policy's window (whole buckets, from the oldest chunk on), the first slice that holds something not yet
 * materialized. TimescaleDB logs that in two places: changes of the source since the last refresh, and ranges that a
 * refresh has left out. Its times are microseconds since 1970.
 */
const nextSlice = (matHypertableId: number, startOffset: string, endOffset: string, buckets: number): string => `
  with cagg as (
    select c.raw_hypertable_id as raw, c.mat_hypertable_id as mat, b.bucket_width::interval as width,
      format('%I.%I', c.user_view_schema, c.user_view_name) as name
    from _timescaledb_catalog.continuous_agg c join _timescaledb_catalog.continuous_aggs_bucket_function b using (mat_hypertable_id)
    where c.mat_hypertable_id = ${matHypertableId}),
  bounds as (
    select cagg.*, time_bucket(width, now() - ${endOffset}) as until,
      time_bucket(width, greatest(now() - ${startOffset}, oldest) + width - interval '1 microsecond') as since
    from cagg, lateral (
      select _timescaledb_functions.to_timestamp(min(s.range_start)) as oldest
      from _timescaledb_catalog.dimension_slice s join _timescaledb_catalog.dimension d on d.id = s.dimension_id
      where d.hypertable_id = cagg.raw and d.interval_length is not null) o
    where oldest is not null),
  invalid as (
    select lowest_modified_value as low, greatest_modified_value as high
    from _timescaledb_catalog.continuous_aggs_materialization_invalidation_log, bounds where materialization_id = mat
    union all
    select lowest_modified_value, greatest_modified_value
    from _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log, bounds where hypertable_id = raw),
  first as (
    select bounds.*, time_bucket(width, greatest(since, _timescaledb_functions.to_timestamp(
      greatest(min(low), _timescaledb_functions.time_to_internal(since))))) as start
    from invalid, bounds
    where high >= _timescaledb_functions.time_to_internal(since) and low < _timescaledb_functions.time_to_internal(until)
    group by raw, mat, width, name, until, since)
  select name, start, least(until, start + ${buckets} * width) as finish from first where start < until`;

/** The configuration of a refresh policy, as TimescaleDB keeps it. */
export interface RefreshConfig {
  mat_hypertable_id: number;
  start_offset: string | null;
  end_offset: string | null;
}

/**
 * Refreshes what a policy covers in slices, so that clients get their turn in between: TimescaleDB's own procedure does
 * all of it in one call (55 s for a day of backlog at its default of one bucket a batch). The slice grows and shrinks
 * with the time that it takes.
 */
export class SlicedRefresh {
  #buckets = FIRST_BUCKETS;
  #last = "";

  constructor(private readonly config: RefreshConfig) {}

  /** Refreshes one slice; false when nothing was left to do. */
  run(sql: RunSql): boolean {
    const { mat_hypertable_id, start_offset, end_offset } = this.config;
    const [slice] = sql(
      nextSlice(mat_hypertable_id, interval(start_offset ?? null), interval(end_offset ?? "0"), this.#buckets),
    );
    if (!slice || this.#isRepeated(slice)) return false;
    const { name, start, finish } = slice;
    const startedAt = performance.now();
    sql(
      `call refresh_continuous_aggregate(${literal(name ?? "")}, ${literal(start ?? "")}::timestamptz, ${literal(finish ?? "")}::timestamptz)`,
    );
    const tookMs = performance.now() - startedAt;
    if (tookMs > LONG_PART_MS) this.#buckets = Math.max(1, Math.floor(this.#buckets / 2));
    else if (tookMs < LONG_PART_MS / 4) this.#buckets = Math.min(MAX_BUCKETS, this.#buckets * 2);
    return true;
  }

  /** A slice that is still invalid after its refresh would be refreshed for ever. */
  #isRepeated({ start, finish }: TextRow): boolean {
    const key = `${start} ${finish}`;
    const isRepeated = key === this.#last;
    this.#last = isRepeated ? "" : key;
    return isRepeated;
  }
}

const interval = (text: string | null): string => (text === null ? "null::interval" : `interval ${literal(text)}`);
