import type { PoolClient, QueryResult } from "#kernel/pg.ts";
import type { GpuState } from "../identity/gpu-state.ts";
import type { Registry } from "../identity/registry.ts";
import { stateOf } from "../identity/subject.ts";
import { sliceUuid } from "../identity/uuid.ts";
import type { CollectorRecord } from "../records.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import type { Plan } from "./plan.ts";

/** A collector that stands still in the midst of its turn loses it after so long. */
const LONGEST_REST = "20s";
const LONGEST_WAIT = "60s";
/** Turns after which a collector takes itself for the only one. */
const ALONE_AFTER = 4;

/**
 * Lets one collector write at a time, and makes what it knows of GPUs be what the tables hold. While nobody else writes
 * that costs one locked row a batch. Where two collectors watch a target, the first good scrape of a tick is written and
 * the other's left out; what comes next is derived from it, whoever writes it.
 */
export class Turns {
  readonly #collectorKey: number;
  readonly #registry: Registry;
  /** a run of a collector has a number of its own, so that two that were given the same name don't take each other for one */
  #writer: number | undefined;
  /** targets of which nobody else has written since we looked */
  readonly #targets = new Set<string>();
  /** GPUs marked with it: nobody else has written of them since we looked */
  #reading = 1;
  /** turns since another wrote in between */
  #turnsAlone = 0;

  constructor(collectorKey: number, registry: Registry) {
    this.#collectorKey = collectorKey;
    this.#registry = registry;
  }

  /** Trusts nothing that is known any more. */
  clear(): void {
    this.#targets.clear();
    this.#reading++;
  }

  /** Whether nobody else has written for a while: then a batch may be worked out before its turn has come. */
  get isAlone(): boolean {
    return this.#turnsAlone >= ALONE_AFTER;
  }

  /** Whether nobody else has written of anything in these records since we looked. */
  trusts(records: readonly CollectorRecord[]): boolean {
    for (const record of records) {
      if (record.kind !== "scrape") continue;
      if (!this.#targets.has(record.url)) return false;
      for (const row of record.rows) {
        if (!this.#isTrusted(stateOf(row, this.#find))) return false;
        // where a slice is, its GPU says
        if (row.migId !== null && !this.#isTrusted(this.#find(row.uuid))) return false;
      }
      for (const { uuid } of record.events) if (!this.#isTrusted(this.#find(uuid))) return false;
    }
    return true;
  }

  /**
   * Waits until nobody else writes; the turn ends with the transaction.
   *
   * @returns false if another has written since our last turn: then nothing that we know is trusted any more
   */
  async take(client: PoolClient): Promise<boolean> {
    const bounds = `set local idle_in_transaction_session_timeout = '${LONGEST_REST}'; set local lock_timeout = '${LONGEST_WAIT}'`;
    // One message of several statements has several results.
    const results = (await client.query(
      `${bounds}; select writer from telemetry.turn for update`,
    )) as unknown as QueryResult<{ writer: number | null }>[];
    const rows = results.at(-1)?.rows ?? [];
    if (this.#writer !== undefined && rows[0]?.writer === this.#writer) {
      this.#turnsAlone++;
      return true;
    }
    this.clear();
    this.#turnsAlone = 0;
    this.#writer ??= await numberOf(client);
    await client.query("update telemetry.turn set writer = $1", [this.#writer]);
    return false;
  }

  /**
   * Reads again what others have written of the GPUs and targets of a batch.
   *
   * @returns the records without the scrapes that others have written already, and how many those are
   */
  async admit(
    client: PoolClient,
    records: readonly CollectorRecord[],
  ): Promise<{ records: readonly CollectorRecord[]; doubleCount: number }> {
    const scrapes = records.filter((record) => record.kind === "scrape");
    const targets = new Set(scrapes.map(({ url }) => url).filter((url) => !this.#targets.has(url)));
    const uuids = new Set([...uuidsIn(scrapes)].filter((uuid) => !this.#isTrusted(this.#find(uuid))));
    if (targets.size === 0 && uuids.size === 0) return { records, doubleCount: 0 };
    await this.#reload(client, targets, uuids);
    const doubles = await this.#findDoubles(
      client,
      scrapes.filter(({ url }) => targets.has(url)),
    );
    for (const url of targets) this.#targets.add(url);
    return { records: records.filter((record) => !doubles.has(record)), doubleCount: doubles.size };
  }

  /** Tells the others which GPUs were written of. */
  async claim(client: PoolClient, { touched }: Plan): Promise<void> {
    const taken = touched.filter(({ writtenIn }) => writtenIn !== this.#reading);
    if (taken.length === 0) return;
    const keys = taken.map(({ gpuKey }) => gpuKey);
    await client.query(
      "update telemetry.gpu set writer = $1 where gpu_key = any($2::int[]) and writer is distinct from $1",
      [this.#writer, keys],
    );
    for (const state of taken) state.trustedIn = state.writtenIn = this.#reading;
  }

  readonly #find = (uuid: string): GpuState | undefined => this.#registry.find(uuid);

  #isTrusted(state: GpuState | undefined): boolean {
    return state?.trustedIn === this.#reading;
  }

  async #reload(client: PoolClient, targets: ReadonlySet<string>, uuids: ReadonlySet<string>): Promise<void> {
    const targetKeys = [...targets].map((url) => this.#registry.targetKey(url));
    const seated = targetKeys.flatMap((key) => [...this.#registry.gpusOf(key)].map(({ uuid }) => uuid));
    const all = new Set([...uuids, ...seated]);
    const others = await this.#registry.reload(client, [...all], targetKeys, this.#writer ?? 0);
    for (const uuid of all) {
      const state = this.#registry.gpu(uuid);
      state.trustedIn = state.writtenIn = this.#reading;
    }
    for (const uuid of others) this.#registry.gpu(uuid).writtenIn = 0;
  }

  /** A scrape is double if another's good one of that target speaks for its time, or another's failed one has its time. */
  async #findDoubles(client: PoolClient, scrapes: readonly ScrapeResult[]): Promise<ReadonlySet<unknown>> {
    if (scrapes.length === 0) return new Set();
    const times = scrapes.map(({ url, at, failure }) => ({
      target_key: this.#registry.targetKey(url),
      at: new Date(at),
      is_up: failure === null,
    }));
    const { rows } = await client.query<{ place: number; is_worse: boolean; target_key: number; time: Date }>(
      `select n.place::int, bool_and(not s.is_up and n.is_up) as is_worse, n.target_key, max(s.time) as time
       from rows from (jsonb_to_recordset($1::jsonb) as (target_key int, at timestamptz, is_up boolean))
         with ordinality as n(target_key, at, is_up, place)
       join telemetry.scrape s on s.target_key = n.target_key and s.time <= n.at and s.time > n.at - interval '10 minutes'
         and s.collector_key <> $2 and (s.time = n.at or (s.is_up and s.due_until > n.at))
       group by 1, 3`,
      [JSON.stringify(times), this.#collectorKey],
    );
    // What failed for another and is good for us makes room.
    for (const { is_worse: isWorse, target_key: targetKey, time } of rows) {
      if (!isWorse) continue;
      await client.query("delete from telemetry.scrape where target_key = $1 and time = $2 and not is_up", [
        targetKey,
        time,
      ]);
    }
    return new Set(rows.filter(({ is_worse: isWorse }) => !isWorse).map(({ place }) => scrapes[place - 1]));
  }
}

async function numberOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ writer: number }>("select nextval('telemetry.writer')::int as writer");
  return rows[0]?.writer ?? 0;
}

function* uuidsIn(scrapes: readonly ScrapeResult[]): Generator<string> {
  for (const { rows, events } of scrapes) {
    for (const { uuid, migId } of rows) {
      yield uuid; // of a slice too, as it says where the slice is
      if (migId !== null) yield sliceUuid(uuid, migId);
    }
    for (const { uuid } of events) yield uuid;
  }
}
