import type { Pool } from "#kernel/pg.ts";
import type { Finding } from "./finding.ts";

/** How plausible the telemetry of one physical GPU is on one UTC day. */
export interface Plausibility {
  uuid: string;
  model: string | null;
  /** start of the day */
  day: Date;
  methodologyVersion: number;
  /** 0 to 1; null without data, for `reason` */
  score: number | null;
  reason: string | null;
  knownShare: number;
  hours: number;
  assessedThrough: Date;
  findings: Finding[];
}

/** Which of it to read. */
export interface PlausibilityFilter {
  /** as DCGM prints it; of all GPUs when left out */
  uuid?: string;
  /** any time in the day; each GPU's newest day when left out */
  day?: Date;
}

/**
 * What is written down of GPUs' plausibility, the lowest scores first, and those without one last.
 *
 * @throws what the database says
 */
export async function readPlausibility(pool: Pool, { uuid, day }: PlausibilityFilter = {}): Promise<Plausibility[]> {
  const { rows } = await pool.query<Plausibility>(
    `select * from (
       select distinct on (p.gpu_key) g.uuid, g.model, p.day, p.methodology_version as "methodologyVersion", p.score, p.reason,
         p.known_share as "knownShare", p.hours, p.assessed_through as "assessedThrough", p.findings
       from telemetry.plausibility p join telemetry.gpu g using (gpu_key)
       where ($1::text is null or lower(g.uuid) = lower($1)) and ($2::timestamptz is null or p.day = date_trunc('day', $2::timestamptz, 'UTC'))
       order by p.gpu_key, p.day desc) newest
     order by score nulls last, uuid`,
    [uuid ?? null, day ?? null],
  );
  return rows;
}
