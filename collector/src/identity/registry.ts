import type { Pool, PoolClient } from "#kernel/pg.ts";
import { MINUTE_MS } from "#kernel/time.ts";
import { LOAD, RELOAD, stateOf, type GpuRecord, type GpuState } from "./gpu-state.ts";
import { sliceUuid, uuidHash } from "./uuid.ts";

/** A GPU to be known from now on. */
export interface NewGpu {
  uuid: string;
  migId: string | null;
  migProfile: string | null;
  model: string | null;
  at: number;
}

interface StoredTarget {
  key: number;
  labels: string;
  /** what `labels` was made of */
  given: Readonly<Record<string, string>> | undefined;
}

/** Knows every GPU and target by key, as the database does. */
export class Registry {
  readonly #pool: Pool;
  readonly #targets = new Map<string, StoredTarget>();
  readonly #gpus = new Map<string, GpuState>();
  /** GPUs by the target that they are on; some may have left it */
  readonly #seats = new Map<number, GpuState[]>();

  /** seen over a minute after their rows say so, as we were cut off before we could tell */
  #unseen: { gpuKey: number; at: number }[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Forgets all, to be read again: after a write of which we don't know whether it happened. */
  clear(): void {
    this.#targets.clear();
    for (const state of this.#gpus.values()) state.isForgotten = true;
    this.#gpus.clear();
    this.#seats.clear();
  }

  targetKey(url: string): number {
    const target = this.#targets.get(url);
    if (!target) throw new Error(`BUG: target ${url} was not registered`);
    return target.key;
  }

  /** Whether a target is stored with these labels. */
  hasTarget(url: string, labels: Readonly<Record<string, string>>): boolean {
    const target = this.#targets.get(url);
    return target !== undefined && (target.given === labels || target.labels === JSON.stringify(labels));
  }

  /** The other way round; "" for one that isn't known here. */
  targetUrl(targetKey: number): string {
    for (const [url, { key }] of this.#targets) if (key === targetKey) return url;
    return "";
  }

  /** @param uuid as in telemetry.gpu.uuid */
  find(uuid: string): GpuState | undefined {
    return this.#gpus.get(uuid);
  }

  /** One that was registered. */
  gpu(uuid: string): GpuState {
    const state = this.#gpus.get(uuid);
    if (!state) throw new Error(`BUG: GPU ${uuid} was not registered`);
    return state;
  }

  /** GPUs that are on a target as far as we know. */
  *gpusOf(targetKey: number): Iterable<GpuState> {
    for (const state of this.#seats.get(targetKey) ?? []) {
      if (!state.isForgotten && state.targetKey === targetKey) yield state;
    }
  }

  /** GPUs of which the database doesn't say yet how lately they were seen; milliseconds since 1970. */
  takeUnseen(): { gpuKey: number; at: number }[] {
    const unseen = this.#unseen;
    if (unseen.length > 0) this.#unseen = [];
    return unseen;
  }

  /** A GPU has come to a target. */
  seat(state: GpuState, targetKey: number): void {
    const seated = this.#seats.get(targetKey) ?? [];
    const here = seated.filter((one) => one !== state && !one.isForgotten && one.targetKey === targetKey);
    this.#seats.set(targetKey, [...here, state]);
  }

  /**
   * Makes targets known, with all GPUs seen there before.
   *
   * @param targets labels by URL; empty for one that is no longer listed, whose stored labels stay
   */
  async registerTargets(targets: ReadonlyMap<string, Readonly<Record<string, string>>>): Promise<void> {
    // Sorted, as two collectors that insert the same rows in other orders would wait for each other.
    const changed = [...targets]
      .map(([url, labels]) => ({ url, labels: JSON.stringify(labels) }))
      .filter(({ url, labels }) => this.#targets.get(url)?.labels !== labels)
      .sort((a, b) => (a.url < b.url ? -1 : 1));
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
    for (const { url, labels } of changed) {
      this.#targets.set(url, { key: keys.get(url) ?? 0, labels, given: targets.get(url) });
    }
  }

  /** Makes GPUs and MIG slices known; a slice's GPU too. */
  async registerGpus(gpus: Iterable<NewGpu>): Promise<void> {
    const unknown = new Map<string, NewGpu>();
    // The first of several counts: it says since when the GPU is known.
    const isNews = (uuid: string): boolean => !this.#gpus.has(uuid) && !unknown.has(uuid);
    for (const gpu of gpus) {
      if (isNews(gpu.uuid)) {
        const { uuid, model, at } = gpu;
        unknown.set(uuid, { uuid, model, at, migId: null, migProfile: null });
      }
      if (gpu.migId === null) continue;
      const uuid = sliceUuid(gpu.uuid, gpu.migId);
      if (isNews(uuid)) unknown.set(uuid, gpu);
    }
    if (unknown.size === 0) return;
    const sorted = [...unknown].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gpu]) => gpu);
    const [slices, physical] = partition(sorted, ({ migId }) => migId !== null);
    await this.#insert(physical);
    await this.#insert(slices);
    await this.#load([...unknown.keys()], []);
  }

  /**
   * Reads again those of some GPUs, and of all that are on some targets, of which another has written last.
   *
   * @param client of the transaction that writes of them
   * @returns their UUIDs
   */
  async reload(
    client: PoolClient,
    uuids: readonly string[],
    targetKeys: readonly number[],
    writer: number,
  ): Promise<string[]> {
    const { rows } = await client.query<GpuRecord>(RELOAD, [uuids, targetKeys, writer]);
    for (const row of rows) this.#take(stateOf(row));
    return rows.map(({ uuid }) => uuid);
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
    for (const row of rows) if (!this.#gpus.has(row.uuid)) this.#take(stateOf(row));
  }

  #take(state: GpuState): void {
    const before = this.#gpus.get(state.uuid);
    if (before) before.isForgotten = true;
    this.#gpus.set(state.uuid, state);
    const { gpuKey, last, storedSeenAt } = state;
    if (last && last.at - storedSeenAt >= MINUTE_MS) this.#unseen.push({ gpuKey, at: last.at });
    if (state.targetKey !== null) this.seat(state, state.targetKey);
  }
}

function newGpuRecord({ uuid, migId, migProfile, model, at }: NewGpu): Record<string, unknown> {
  const common = { mig_id: migId, mig_profile: migProfile, model, at: new Date(at) };
  if (migId !== null) return { ...common, uuid: sliceUuid(uuid, migId), hash: null, parent: uuid };
  return { ...common, uuid, hash: uuidHash(uuid).slice(2), parent: null };
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
