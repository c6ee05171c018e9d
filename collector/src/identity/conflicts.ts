import { Gauge, type Registry } from "#kernel/metrics.ts";
import type { PoolClient } from "#kernel/pg.ts";
import { MINUTE_MS } from "#kernel/time.ts";

/** A conflict is open until it hasn't been seen for so long. */
const OPEN_MS = 10 * MINUTE_MS;
/** More are kept in the database only. */
const MAX_OPEN = 1_000;

/** A scrape that showed a GPU which is alive on another target. */
export interface SeenConflict {
  /** milliseconds since 1970 */
  at: number;
  gpuKey: number;
  uuid: string;
  keptTargetKey: number;
  refusedTargetKey: number;
}

/** One UUID at two places, and since when. */
export interface OpenConflict {
  uuid: string;
  keptUrl: string;
  refusedUrl: string;
  firstSeenAt: number;
  lastSeenAt: number;
  scrapeCount: number;
}

/** Adds to telemetry.conflict what isn't in it yet: scrapes come again after a write that may have been done. */
export async function writeConflicts(client: PoolClient, conflicts: readonly SeenConflict[]): Promise<void> {
  if (conflicts.length === 0) return;
  const rows = conflicts.map(({ at, gpuKey, keptTargetKey, refusedTargetKey }) => ({
    at: new Date(at),
    gpu_key: gpuKey,
    kept: keptTargetKey,
    refused: refusedTargetKey,
  }));
  await client.query(
    `insert into telemetry.conflict as c
       (gpu_key, kept_target_key, refused_target_key, first_seen_at, last_seen_at, scrape_count)
     select n.gpu_key, n.kept, n.refused, min(n.at), max(n.at), count(*)
     from jsonb_to_recordset($1::jsonb) as n(at timestamptz, gpu_key int, kept int, refused int)
     left join telemetry.conflict k
       on k.gpu_key = n.gpu_key and k.kept_target_key = n.kept and k.refused_target_key = n.refused
     where k.gpu_key is null or n.at > k.last_seen_at
     group by 1, 2, 3
     on conflict (gpu_key, kept_target_key, refused_target_key) do update
     set last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at), scrape_count = c.scrape_count + excluded.scrape_count`,
    [JSON.stringify(rows)],
  );
}

/** The conflicts that this collector has seen lately. */
export class ConflictLog {
  readonly #open = new Map<string, OpenConflict>();

  /** @param urlOf of a target's key */
  add(conflicts: readonly SeenConflict[], urlOf: (targetKey: number) => string): void {
    for (const { at, uuid, keptTargetKey, refusedTargetKey } of conflicts) {
      const key = `${uuid} ${keptTargetKey} ${refusedTargetKey}`;
      const known = this.#open.get(key);
      const isOpen = known !== undefined && at - known.lastSeenAt < OPEN_MS;
      if (!isOpen && this.#open.size >= MAX_OPEN) this.#forgetOldest();
      this.#open.set(key, {
        uuid,
        keptUrl: urlOf(keptTargetKey),
        refusedUrl: urlOf(refusedTargetKey),
        firstSeenAt: isOpen ? known.firstSeenAt : at,
        lastSeenAt: isOpen ? Math.max(at, known.lastSeenAt) : at,
        scrapeCount: (isOpen ? known.scrapeCount : 0) + 1,
      });
    }
  }

  /** Seen in the last ten minutes, the newest first. */
  openAt(nowMs: number): OpenConflict[] {
    for (const [key, { lastSeenAt }] of this.#open) if (nowMs - lastSeenAt >= OPEN_MS) this.#open.delete(key);
    return [...this.#open.values()].sort((one, other) => other.firstSeenAt - one.firstSeenAt);
  }

  #forgetOldest(): void {
    const [oldest] = this.#open.keys();
    if (oldest !== undefined) this.#open.delete(oldest);
  }
}

/** Registers how many GPUs are at two places now. */
export function countConflicts(registry: Registry, log: ConflictLog): void {
  new Gauge({
    name: "bc_collector_conflicting_gpus",
    help: "GPUs that two targets showed at once in the last ten minutes",
    registers: [registry],
    collect() {
      this.set(new Set(log.openAt(Date.now()).map(({ uuid }) => uuid)).size);
    },
  });
}
