import { MINUTE_MS } from "#kernel/time.ts";
import type { SeenConflict } from "../identity/conflicts.ts";
import type { GpuState } from "../identity/gpu-state.ts";
import type { Registry } from "../identity/registry.ts";
import { isHeldElsewhere, MEMORY_MS } from "../identity/seat.ts";
import { stateOf } from "../identity/subject.ts";
import type { GpuRow, SeenXid } from "../parse/result.ts";
import type { CollectorRecord, Heartbeat } from "../records.ts";
import type { ScrapeResult } from "../scrape/scrape.ts";
import { derive, deriveLate, MAX_COVER_MS, remember, type LastSample } from "./derive.ts";
import { edges, signsOf, type GpuEvent } from "./events.ts";
import { joinSamples, SamplePool, type Sample } from "./sample.ts";
import type { Cell } from "./table.ts";
import { detailOf, joinXids, newXids, shownXids } from "./xids.ts";
import { joinSpans, type Span } from "./watermark.ts";

/** What changes in a row of telemetry.gpu. */
export interface ChangedGpu extends Pick<
  GpuState,
  "gpuKey" | "targetKey" | "isPresent" | "xids" | "xidCounts" | "model" | "migProfile" | "labels"
> {
  lastSeenAt: number;
}

/** All that a batch of records writes. */
export interface Plan {
  samples: Sample[];
  /** those of which a part may be in the table: they fill in what is null there; one per GPU and time */
  additions: Sample[];
  /** rows of `SCRAPE` */
  scrapes: Cell[][];
  events: (GpuEvent & { gpuKey: number })[];
  /** GPUs that came to a target */
  seats: { gpuKey: number; since: number; targetKey: number }[];
  heartbeats: Heartbeat[];
  /** GPUs whose row in telemetry.gpu changes, as it is after the batch */
  changed: ChangedGpu[];
  /** GPUs of which nothing changes there but when they were last seen, milliseconds since 1970 */
  seen: { gpuKey: number; at: number }[];
  /** GPUs that it changes in any way */
  touched: readonly GpuState[];
  /** oldest and newest time of a scrape; undefined without one */
  span: Span | undefined;
  /** samples not kept because their GPU is alive on another target */
  conflictCount: number;
  /** what they tell: one per GPU and scrape */
  conflicts: SeenConflict[];
}

/** What a plan asks of the registry. */
export type KnownGpus = Pick<Registry, "gpu" | "gpusOf" | "targetKey" | "seat">;

let scrapeCount = 0;
let batchCount = 0;

/**
 * Works out a batch. The registry's GPUs are from then on as they are after it, as if it had been written.
 *
 * @param pool where its samples (not its additions) are from; of its own when left out
 */
export function planBatch(
  records: readonly CollectorRecord[],
  registry: KnownGpus,
  collectorKey: number,
  pool = new SamplePool(),
): Plan {
  const planner = new Planner(registry, collectorKey, pool);
  for (const record of records) {
    if (record.kind === "scrape") planner.addScrape(record);
    else planner.plan.heartbeats.push(record);
  }
  return planner.finish();
}

class Planner {
  readonly #batch = ++batchCount;
  readonly #touched: GpuState[] = [];
  readonly plan: Plan = {
    samples: [],
    additions: [],
    scrapes: [],
    events: [],
    seats: [],
    heartbeats: [],
    changed: [],
    seen: [],
    touched: this.#touched,
    span: undefined,
    conflictCount: 0,
    conflicts: [],
  };
  readonly #registry: KnownGpus;
  readonly #collectorKey: number;
  readonly #pool: SamplePool;
  readonly #additions = new Map<string, Sample>();
  readonly #noted = new Set<string>();

  constructor(registry: KnownGpus, collectorKey: number, pool: SamplePool) {
    this.#pool = pool;
    this.#registry = registry;
    this.#collectorKey = collectorKey;
  }

  addScrape(result: ScrapeResult): void {
    const targetKey = this.#registry.targetKey(result.url);
    this.plan.span = joinSpans(this.plan.span, { from: result.at, to: result.at });
    let conflicts = 0;
    if (result.failure === null) {
      const scrape = ++scrapeCount;
      let hasXids = result.events.length > 0;
      for (const row of result.rows) {
        const state = stateOf(row, this.#find);
        if (!this.#addRow(state, row, result, targetKey, scrape)) conflicts++;
        hasXids ||= state.xids.length > 0;
      }
      if (hasXids) this.#addXids(result, targetKey, scrape);
      if (!result.isPartial) this.#addAbsences(result.at, targetKey, scrape);
    }
    this.plan.conflictCount += conflicts;
    this.plan.scrapes.push(scrapeCells(result, targetKey, this.#collectorKey, conflicts));
  }

  finish(): Plan {
    for (const state of this.#touched) {
      const at = Math.max(state.last?.at ?? 0, state.storedSeenAt);
      if (state.isChanged) {
        const { gpuKey, targetKey, isPresent, xids, xidCounts, model, migProfile, labels } = state;
        const said = { xids, xidCounts, model, migProfile, labels };
        this.plan.changed.push({ gpuKey, targetKey, isPresent, ...said, lastSeenAt: at });
      } else if (at - state.storedSeenAt >= MINUTE_MS) this.plan.seen.push({ gpuKey: state.gpuKey, at });
      else continue;
      state.isChanged = false;
      state.storedSeenAt = at;
    }
    return this.plan;
  }

  /** @returns false if the GPU is alive elsewhere, and this row therefore not kept */
  #addRow(state: GpuState, row: GpuRow, result: ScrapeResult, targetKey: number, scrape: number): boolean {
    const { at, dueUntil, intervalMs, isPartial } = result;
    const gpu = row.migId === null ? state : this.#find(row.uuid);
    // Slices go with their GPU, unless nothing is ever said of the GPU itself.
    if (this.#isRefused(gpu, gpu.last === null ? state : gpu, at, targetKey)) return false;
    state.scrape = scrape;
    const coversUntil = Math.min(dueUntil, at + MAX_COVER_MS);
    if (state.last !== null && at <= state.last.at) {
      this.#addLate(state, state.last, row, result);
      return true;
    }
    // A target whose interval has just become shorter: the sample before speaks for as long as it said.
    const spanMs = Math.max(intervalMs, state.last ? state.coversUntil - state.last.at : 0);
    const derived = derive(at, row.values, state.last, spanMs);
    const { gpuKey } = state;
    const sample = this.#pool.take(at, gpuKey, coversUntil, derived, row.values);
    if (isPartial) this.#addTo(sample);
    else this.plan.samples.push(sample);
    this.#touch(state);
    if (!state.isPresent && !state.isSlice) this.#event(state, { at, kind: "APPEARED", code: 0, detail: null });
    if (derived.isCounterReset) this.#event(state, { at, kind: "COUNTER_RESET", code: 0, detail: null });
    this.#readSigns(state, row.values, at);
    // After a silence it may have been elsewhere meanwhile, as another collector has seen it, and come back.
    const isBack = state.last === null || at - state.last.at > MAX_COVER_MS;
    if (state.targetKey !== targetKey || isBack) {
      this.plan.seats.push({ gpuKey, since: at, targetKey });
      state.arrive({ since: at, targetKey });
    }
    if (state.targetKey !== targetKey) this.#registry.seat(state, targetKey);
    state.sit(targetKey);
    state.describe(row);
    state.coversUntil = coversUntil;
    state.last = remember(at, row.values, derived.energyJoules, state.last);
    return true;
  }

  /**
   * Sent again, or from after the clock was set back, or a further part of the last scrape: the row goes in, but nothing
   * follows from it but what was missing.
   */
  #addLate(state: GpuState, last: LastSample, { values }: GpuRow, { at, dueUntil, isPartial }: ScrapeResult): void {
    const derived = deriveLate(at, values, last);
    const sample = this.#pool.take(at, state.gpuKey, Math.min(dueUntil, at + MAX_COVER_MS), derived, values);
    if (isPartial) this.#addTo(sample);
    else this.plan.samples.push(sample);
    this.#touch(state);
    if (derived.isCounterReset) this.#event(state, { at, kind: "COUNTER_RESET", code: 0, detail: null });
    if (at === last.at) this.#readSigns(state, values, at);
  }

  #readSigns(state: GpuState, values: ArrayLike<number>, at: number): void {
    const signs = signsOf(values, state.signs);
    for (const edge of edges(at, state.signs, signs)) this.#event(state, edge);
    state.signs = signs;
  }

  #addTo(sample: Sample): void {
    const place = `${sample.gpuKey},${sample.at}`;
    const before = this.#additions.get(place);
    // A sample of the pool is used again before additions are written.
    const joined = before ? joinSamples(before, sample) : { ...sample };
    if (before) this.plan.additions[this.plan.additions.indexOf(before)] = joined;
    else this.plan.additions.push(joined);
    this.#additions.set(place, joined);
  }

  /** @param state the GPU's, or of the slice in its place */
  #isRefused(gpu: GpuState, state: GpuState, at: number, targetKey: number): boolean {
    // Of what comes late, or again, the one is right that it was on then.
    const isLate = state.last !== null && at < state.last.at;
    const isHeld = isLate ? (state.seatAt(at) ?? targetKey) !== targetKey : isHeldElsewhere(state, targetKey, at);
    if (!isHeld) return false;
    const key = `${gpu.gpuKey} ${at} ${targetKey}`;
    // Of long before its last sample nobody knows any more where it was.
    const knownSince = Math.max((state.last?.at ?? 0) - MEMORY_MS, state.seats[0]?.since ?? 0);
    if (!this.#noted.has(key) && state.targetKey !== targetKey && at > knownSince) {
      const places = { keptTargetKey: state.targetKey ?? 0, refusedTargetKey: targetKey };
      this.plan.conflicts.push({ at, gpuKey: gpu.gpuKey, uuid: gpu.uuid, ...places });
    }
    this.#noted.add(key);
    return true;
  }

  /** XIDs are sticky: only those not shown before are new, and those that the exporter has counted since. */
  #addXids({ at, events, rows, isPartial }: ScrapeResult, targetKey: number, scrape: number): void {
    const shown = new Map<string, SeenXid[]>();
    for (const event of events) shown.set(event.uuid, [...(shown.get(event.uuid) ?? []), event]);
    for (const [uuid, xids] of shown) {
      this.#showXids(this.#registry.gpu(uuid), xids, { at, targetKey, isPartial: isPartial === true });
    }
    if (isPartial) return;
    for (const { uuid, migId } of rows) {
      if (migId !== null || shown.has(uuid)) continue;
      const state = this.#registry.gpu(uuid);
      if (state.scrape !== scrape || state.xids.length === 0) continue;
      this.#showXids(state, [], { at, targetKey, isPartial: false });
    }
  }

  #showXids(
    state: GpuState,
    seen: readonly SeenXid[],
    { at, targetKey, isPartial }: { at: number; targetKey: number; isPartial: boolean },
  ): void {
    const isElsewhere = state.targetKey !== null && state.targetKey !== targetKey;
    if (state.isSlice || isElsewhere || (state.last !== null && at < state.last.at)) return;
    for (const xid of seen) {
      const count = newXids(xid, state);
      if (count > 0) this.#event(state, { at, kind: "XID", code: xid.code, detail: detailOf(xid, count) });
    }
    const shown = shownXids(seen, state);
    // What a part leaves out isn't gone.
    state.changeXids(isPartial ? joinXids(state, shown) : shown);
    this.#touch(state);
  }

  /** The host answered without a GPU that was there: lost, as after XID 79. */
  #addAbsences(at: number, targetKey: number, scrape: number): void {
    for (const state of this.#registry.gpusOf(targetKey)) {
      if (state.scrape === scrape || !state.isPresent) continue;
      if (at < (state.last?.at ?? 0)) continue;
      if (!state.isSlice) this.#event(state, { at, kind: "DISAPPEARED", code: 0, detail: null });
      state.leave(at);
      this.#touch(state);
    }
  }

  readonly #find = (uuid: string): GpuState => this.#registry.gpu(uuid);

  #touch(state: GpuState): void {
    if (state.batch === this.#batch) return;
    state.batch = this.#batch;
    this.#touched.push(state);
  }

  #event({ gpuKey }: GpuState, event: GpuEvent): void {
    this.plan.events.push({ gpuKey, ...event });
  }
}

function scrapeCells(result: ScrapeResult, targetKey: number, collectorKey: number, conflicts: number): Cell[] {
  const rejects = conflicts > 0 ? { ...result.rejects, conflict: conflicts } : result.rejects;
  return [
    result.at,
    targetKey,
    collectorKey,
    result.dueUntil,
    result.failure === null,
    result.failure?.reason ?? null,
    result.failure?.detail ?? null,
    result.durationMs,
    result.bodyBytes,
    result.sampleCount,
    result.rows.filter(({ migId }) => migId === null).length,
    Object.keys(rejects).length > 0 ? JSON.stringify(rejects) : null,
    result.clockSkewSeconds,
  ];
}
