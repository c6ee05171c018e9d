import { messageOf } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { HOUR_MS, SECOND_MS } from "#kernel/time.ts";
import type { Sales } from "./rules/sales.ts";
import type { Span } from "../write/watermark.ts";

interface SalesRow {
  gpu_key: number;
  /** seconds since 1970; null for a GPU without hours behind the chain's head */
  at: string | null;
  is_rented: boolean;
  is_unsold: boolean;
}

/** Hours of GPUs by what the chain's views say: $1 keys, $2 and $3 seconds since 1970. */
const SOLD_HOURS = `
  with own as (
    select t.gpu_key, c.id as gpu from telemetry.gpu t join chain.gpu c on c.uuid_hash = t.uuid_hash where t.gpu_key = any($1)),
  used as materialized (
    select gpu, start_at as from_at, least(coalesce(end_at, 1e15), paid_until, coalesce(ends_by, 1e15)) as to_at, true as is_rental
    from chain.rental
    where gpu in (select gpu from own) and start_at < $3
      and least(coalesce(end_at, 1e15), paid_until, coalesce(ends_by, 1e15)) > $2
    union all
    select gpu, start_hour * 3600::numeric, end_hour * 3600::numeric, false
    from chain.slot
    where gpu in (select gpu from own) and not is_gone and start_hour * 3600::numeric < $3 and end_hour * 3600::numeric > $2),
  offered as materialized (
    select gpu, from_at, coalesce(to_at, 1e15) as to_at from chain.gpu_status_period
    where gpu in (select gpu from own) and status::text = 'ACTIVE' and from_at < $3 and coalesce(to_at, 1e15) > $2)
  select own.gpu_key, h.at,
    exists (select from used u where u.gpu = own.gpu and u.is_rental and u.from_at <= h.at and u.to_at >= h.at + 3600) as is_rented,
    not exists (select from used u where u.gpu = own.gpu and u.from_at < h.at + 3600 and u.to_at > h.at)
      and exists (select from offered o where o.gpu = own.gpu and o.from_at <= h.at and o.to_at >= h.at + 3600) as is_unsold
  from own
  left join generate_series($2::numeric, $3::numeric - 3600, 3600) as h(at)
    on h.at + 3600 <= (select block_timestamp from chain.head)`;

const ABSENT = "There is no schema chain beside the telemetry: rentals aren't known.";
const NO_NFT = "No GPU NFT on the chain has this UUID: rentals aren't known.";
/** undefined_table, undefined_column, invalid_schema_name, insufficient_privilege */
const NOT_THERE = new Set(["42P01", "42703", "3F000", "42501"]);

/**
 * What the chain says of GPUs' hours. Its views belong to another program: where they are missing, or can't be read, that
 * is what is said of every GPU.
 */
export async function readSales(
  pool: Pool,
  gpuKeys: readonly number[],
  { from, to }: Span,
): Promise<Map<number, Sales>> {
  const nobody = (reason: string): Map<number, Sales> => new Map(gpuKeys.map((key) => [key, { reason }]));
  const { rows: found } = await pool.query<{ is_there: boolean }>(
    "select to_regclass('chain.rental') is not null and to_regclass('chain.head') is not null as is_there",
  );
  if (found[0]?.is_there !== true) return nobody(ABSENT);
  try {
    const { rows } = await pool.query<SalesRow>(SOLD_HOURS, [gpuKeys, from / SECOND_MS, to / SECOND_MS]);
    return new Map([...nobody(NO_NFT), ...salesOf(rows)]);
  } catch (error) {
    if (!NOT_THERE.has((error as { code?: string }).code ?? "")) throw error;
    return nobody(`The chain's views can't be read (${messageOf(error)}): rentals aren't known.`);
  }
}

function salesOf(rows: readonly SalesRow[]): Map<number, Sales> {
  const sales = new Map<number, { hours: { rented: Set<number>; unsold: Set<number> } }>();
  for (const { gpu_key, at, is_rented, is_unsold } of rows) {
    const own = sales.get(gpu_key) ?? { hours: { rented: new Set(), unsold: new Set() } };
    sales.set(gpu_key, own);
    if (at === null) continue;
    const hour = Math.round((Number(at) * SECOND_MS) / HOUR_MS) * HOUR_MS;
    if (is_rented) own.hours.rented.add(hour);
    if (is_unsold) own.hours.unsold.add(hour);
  }
  return sales;
}
