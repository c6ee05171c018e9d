import type { Pool } from "#kernel/pg.ts";
import { HOUR_MS } from "#kernel/time.ts";

/** Nobody writes a history for longer. */
export const HOLD_MS = HOUR_MS / 2;

/**
 * Keeps TimescaleDB's jobs on our tables from running before a time, milliseconds since 1970. While much is written of
 * days gone by, they would put into columns, or aggregate, what isn't whole yet. Should we end before, they go on by
 * themselves at that time; to let them go on earlier, call it again.
 */
export async function holdPolicies(pool: Pool, untilMs: number): Promise<void> {
  await pool.query(
    `select alter_job(job_id, initial_start => $1::timestamptz, next_start => $1::timestamptz)
     from timescaledb_information.jobs where hypertable_schema = 'telemetry' and proc_name like 'policy\\_%'`,
    [new Date(untilMs)],
  );
}
