import type { Pool } from "#kernel/pg.ts";
import { COLUMNS, columnIndex } from "../metrics.ts";
import type { LastSample } from "../write/derive.ts";
import { NO_SIGNS, signsOf, type Signs } from "../write/events.ts";
import { sliceUuid, uuidHash } from "./uuid.ts";

/** What is known of a GPU or MIG slice; replaced, never changed, so that a failed write leaves it as it was. */
export interface GpuState {
  readonly gpuKey: number;
  /** as in telemetry.gpu.uuid */
  readonly uuid: string;
  readonly isSlice: boolean;
  readonly targetKey: number | null;
  readonly isPresent: boolean;
  readonly xids: readonly number[];
  /** XIDs by code as its exporter counts them; null: it doesn't, as far as is known */
  readonly xidCounts: Readonly<Record<number, number>> | null;
  readonly model: string | null;
  readonly migProfile: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** telemetry.gpu.last_seen_at, which follows the last sample once a minute */
  readonly storedSeenAt: number;
  /** until when the last sample speaks for it; 0 before the first */
  readonly coversUntil: number;
  readonly last: LastSample | null;
  readonly signs: Signs;
}

/** A GPU to be known from now on. */
export interface NewGpu {
  uuid: string;
  migId: string | null;
  migProfile: string | null;
  model: string | null;
  at: number;
}

interface GpuRecord {
  gpu_key: number;
  uuid: string;
  parent_key: number | null;
  target_key: number | null;
  is_present: boolean;
  xids: number[];
  xid_counts: Record<number, number> | null;
  model: string | null;
  mig_profile: string | null;
  labels: Record<string, string>;
  last_seen_at: Date;
  covers_until: Date | null;
  time: Date | null;
  energy_at: Date | null;
  energy_joules: number | null;
  [column: string]: unknown;
}

const SAMPLE_COLUMNS = COLUMNS.map(({ column }) => `s.${column}`).join(", ");

/** GPUs with their last sample. The energy counter may be of an earlier one, as not every scrape shows it. */
const LOAD = `
  select g.gpu_key, g.uuid, g.parent_key, g.target_key, g.is_present, g.xids, g.xid_counts, g.model, g.mig_profile, g.labels,
    g.last_seen_at, s.time, s.covers_until, e.time as energy_at, e.energy_total_joules as energy_joules, ${SAMPLE_COLUMNS}
  from telemetry.gpu g
  left join lateral (
    select * from telemetry.sample x where x.gpu_key = g.gpu_key and x.time > g.last_seen_at - interval '1 hour'
    order by x.time desc limit 1
  ) s on true
  left join lateral (
    select x.time, x.energy_total_joules from telemetry.sample x
    where x.gpu_key = g.gpu_key and x.energy_total_joules is not null and x.time > g.last_seen_at - interval '1 hour'
    order by x.time desc limit 1
  ) e on true
  where g.uuid = any($1::text[]) or g.target_key = any($2::int[])`;

/** Knows every GPU and target by key, as the database does. */
export class Registry {
  readonly #pool: Pool;
  readonly #targets = new Map<string, { key: number; labels: string }>();
  readonly #gpus = new Map<string, GpuState>();
  /** UUIDs by the target that they are on; some may have left it */
  readonly #seats = new Map<number, Set<string>>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Forgets all, to be read again: after a write of which we don't know whether it happened. */
  clear(): void {
    this.#targets.clear();
    this.#gpus.clear();
    this.#seats.clear();
  }

  targetKey(url: string): number {
    const target = this.#targets.get(url);
    if (!target) throw new Error(`BUG: target ${url} was not registered`);
    return target.key;
  }

  /** The other way round; "" for one that isn't known here. */
  targetUrl(targetKey: number): string {
    for (const [url, { key }] of this.#targets) if (key === targetKey) return url;
    return "";
  }

  /** @param uuid as in telemetry.gpu.uuid */
  gpu(uuid: string): GpuState {
    const state = this.#gpus.get(uuid);
    if (!state) throw new Error(`BUG: GPU ${uuid} was not registered`);
    return state;
  }

  /** Takes what a committed write has changed. */
  commit(states: Iterable<GpuState>): void {
    for (const state of states) this.#take(state);
  }

  /** GPUs that are on a target as far as we know. */
  gpusOf(targetKey: number): GpuState[] {
    const states = [...(this.#seats.get(targetKey) ?? [])].flatMap((uuid) => this.#gpus.get(uuid) ?? []);
    return states.filter((state) => state.targetKey === targetKey);
  }

  /**
   * Makes targets known, with all GPUs seen there before.
   *
   * @param targets labels by URL; empty for one that is no longer listed, whose stored labels stay
   */
  async registerTargets(targets: ReadonlyMap<string, Readonly<Record<string, string>>>): Promise<void> {
    const changed = [...targets]
      .map(([url, labels]) => ({ url, labels: JSON.stringify(labels) }))
      .filter(({ url, labels }) => this.#targets.get(url)?.labels !== labels);
    if (changed.length === 0) return;
    const { rows } = await this.#pool.query<{ url: string; target_key: number }>(
      `insert into telemetry.target as t (url, labels)
       select n.url, n.labels::jsonb from unnest($1::text[], $2::text[]) as n(url, labels)
       on conflict (url) do update set labels = case when excluded.labels = '{}' then t.labels else excluded.labels end
       returning url, target_key`,
      [changed.map(({ url }) => url), changed.map(({ labels }) => labels)],
    );
    const keys = new Map(rows.map((row) => [row.url, row.target_key]));
    const isNew = ({ url }: { url: string }): boolean => !this.#targets.has(url);
    await this.#load(
      [],
      changed.filter(isNew).flatMap(({ url }) => keys.get(url) ?? []),
    );
    for (const { url, labels } of changed) this.#targets.set(url, { key: keys.get(url) ?? 0, labels });
  }

  /** Makes GPUs and MIG slices known; a slice's GPU too. */
  async registerGpus(gpus: Iterable<NewGpu>): Promise<void> {
    const unknown = new Map<string, NewGpu>();
    // The first of several counts: it says since when the GPU is known.
    const isNews = (uuid: string): boolean => !this.#gpus.has(uuid) && !unknown.has(uuid);
    for (const gpu of gpus) {
      if (isNews(gpu.uuid)) unknown.set(gpu.uuid, { ...gpu, migId: null, migProfile: null });
      if (gpu.migId === null) continue;
      const uuid = sliceUuid(gpu.uuid, gpu.migId);
      if (isNews(uuid)) unknown.set(uuid, gpu);
    }
    if (unknown.size === 0) return;
    const [slices, physical] = partition([...unknown.values()], ({ migId }) => migId !== null);
    await this.#insert(physical);
    await this.#insert(slices);
    await this.#load([...unknown.keys()], []);
  }

  /**
   * Reads GPUs again: another collector may have seen them since.
   *
   * @param uuids of physical GPUs; their slices come along
   */
  async refresh(uuids: readonly string[]): Promise<void> {
    if (uuids.length === 0) return;
    const slices = [...this.#gpus.keys()].filter((uuid) => uuids.some((parent) => uuid.startsWith(`${parent}/`)));
    const { rows } = await this.#pool.query<GpuRecord>(LOAD, [[...uuids, ...slices], []]);
    for (const row of rows) {
      const known = this.#gpus.get(row.uuid);
      // Not if it was us: what we remember says more than the last row does.
      if (!known?.last || (row.time?.getTime() ?? 0) > known.last.at) this.#take(toState(row));
    }
  }

  async #insert(gpus: readonly NewGpu[]): Promise<void> {
    if (gpus.length === 0) return;
    await this.#pool.query(
      `insert into telemetry.gpu
         (uuid, uuid_hash, parent_key, mig_id, mig_profile, model, first_seen_at, last_seen_at, is_present)
       select n.uuid, decode(n.hash, 'hex'), p.gpu_key, n.mig_id, n.mig_profile, n.model, n.at, n.at, false
       from jsonb_to_recordset($1::jsonb) as n(
         uuid text, hash text, parent text, mig_id text, mig_profile text, model text, at timestamptz)
       left join telemetry.gpu p on p.uuid = n.parent
       on conflict (uuid) do nothing`,
      [JSON.stringify(gpus.map(newGpuRecord))],
    );
  }

  async #load(uuids: readonly string[], targetKeys: readonly number[]): Promise<void> {
    const { rows } = await this.#pool.query<GpuRecord>(LOAD, [uuids, targetKeys]);
    for (const row of rows) if (!this.#gpus.has(row.uuid)) this.#take(toState(row));
  }

  #take(state: GpuState): void {
    this.#gpus.set(state.uuid, state);
    if (state.targetKey === null) return;
    const seated = this.#seats.get(state.targetKey) ?? new Set();
    this.#seats.set(state.targetKey, seated.add(state.uuid));
  }
}

function newGpuRecord({ uuid, migId, migProfile, model, at }: NewGpu): Record<string, unknown> {
  const common = { mig_id: migId, mig_profile: migProfile, model, at: new Date(at) };
  if (migId !== null) return { ...common, uuid: sliceUuid(uuid, migId), hash: null, parent: uuid };
  return { ...common, uuid, hash: uuidHash(uuid).slice(2), parent: null };
}

function toState(row: GpuRecord): GpuState {
  const values = COLUMNS.map(({ column }) => (row[column] ?? null) as number | null);
  const hasEnergy = row.energy_at !== null && row.energy_joules !== null;
  return {
    gpuKey: row.gpu_key,
    uuid: row.uuid,
    isSlice: row.parent_key !== null,
    targetKey: row.target_key,
    isPresent: row.is_present,
    xids: row.xids,
    xidCounts: row.xid_counts,
    model: row.model,
    migProfile: row.mig_profile,
    labels: row.labels,
    storedSeenAt: row.last_seen_at.getTime(),
    coversUntil: row.covers_until?.getTime() ?? 0,
    last: row.time && {
      at: row.time.getTime(),
      powerWatts: values[columnIndex("power_watts")] ?? null,
      energy: hasEnergy ? { at: row.energy_at?.getTime() ?? 0, joules: row.energy_joules ?? 0 } : null,
    },
    signs: row.time ? signsOf(values, NO_SIGNS) : NO_SIGNS,
  };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
