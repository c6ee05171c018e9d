import { COLUMNS, columnIndex } from "../metrics.ts";
import type { GpuRow } from "../parse/result.ts";
import { shortText } from "../parse/short-text.ts";
import { MAX_COVER_MS, type LastSample } from "../write/derive.ts";
import { NO_SIGNS, signsOf, type Signs } from "../write/events.ts";
import { Subject } from "./subject.ts";

/** A row of `LOAD`. */
export interface GpuRecord {
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
  /** where it has been, the newest first */
  left_at: Date | null;
  seat_keys: number[];
  seat_times: Date[];
  [column: string]: unknown;
}

const SAMPLE_COLUMNS = COLUMNS.map(({ column }) => `s.${column}`).join(", ");

const NO_XIDS: readonly number[] = [];
const NO_SEATS: readonly Seat[] = [];

/** Places before the present one that are remembered, for what comes late or again. */
const MAX_SEATS = 4;

/** GPUs with their last sample. The energy counter may be of an earlier one, as not every scrape shows it. */
export const LOAD = `
  select g.gpu_key, g.uuid, g.parent_key, g.target_key, g.is_present, g.xids, g.xid_counts, g.model, g.mig_profile, g.labels,
    g.last_seen_at, s.time, s.covers_until, e.time as energy_at, e.energy_total_joules as energy_joules, ${SAMPLE_COLUMNS},
    case when not g.is_present then (
      select max(d.time) from telemetry.gpu_event d where d.gpu_key = g.gpu_key and d.kind = 'DISAPPEARED') end as left_at,
    array(select t.target_key from telemetry.gpu_target t where t.gpu_key = g.gpu_key order by t.since desc limit ${MAX_SEATS}) as seat_keys,
    array(select t.since from telemetry.gpu_target t where t.gpu_key = g.gpu_key order by t.since desc limit ${MAX_SEATS}) as seat_times
  from telemetry.gpu g
  left join lateral (
    select * from telemetry.sample x where x.gpu_key = g.gpu_key and x.time > g.last_seen_at - interval '1 hour'
    order by x.time desc limit 1
  ) s on true
  left join lateral (
    select x.time, x.energy_total_joules from telemetry.sample x
    where x.gpu_key = g.gpu_key and (x.energy_total_joules is not null or x.energy_joules is not null)
      and x.time > g.last_seen_at - interval '1 hour'
    order by x.time desc limit 1
  ) e on true
  where (g.uuid = any($1::text[]) or g.target_key = any($2::int[]))`;

/** The same of GPUs of which a writer other than $3 has written last. */
export const RELOAD = `${LOAD} and g.writer is distinct from $3`;

/** Which target a GPU was on from a time, milliseconds since 1970. */
export interface Seat {
  since: number;
  targetKey: number;
}

/**
 * What is known of a GPU or MIG slice. It changes as records are planned, before they are in the database: after a failed
 * write the registry is read anew.
 */
export class GpuState {
  targetKey: number | null = null;
  isPresent = false;
  xids = NO_XIDS;
  /** XIDs by code as its exporter counts them; null: it doesn't, as far as is known */
  xidCounts: Readonly<Record<number, number>> | null = null;
  model: string | null = null;
  migProfile: string | null = null;
  /** telemetry.gpu.last_seen_at, which follows the last sample once a minute */
  storedSeenAt = 0;
  /** until when the last sample speaks for it; 0 before the first */
  coversUntil = 0;
  last: LastSample | null = null;
  signs: Signs = NO_SIGNS;
  /** when its host answered without it, if it isn't present */
  leftAt = 0;
  /** where it has been lately, the newest first */
  seats = NO_SEATS;
  /** whether its row in telemetry.gpu is to be written, for more than its last_seen_at */
  isChanged = false;
  /** number of the last scrape that showed it, and of the last batch that changed it */
  scrape = 0;
  batch = 0;
  /** in which of our readings of the database it was looked at, and in which we wrote of it last, see `Turns` */
  trustedIn = 0;
  writtenIn = 0;
  /** the registry knows better by now */
  isForgotten = false;
  /** what says its labels: its last row's subject, or its labels, or JSON */
  #said: Subject | GpuRow["labels"] | string = "{}";

  constructor(
    readonly gpuKey: number,
    /** as in telemetry.gpu.uuid */
    readonly uuid: string,
    readonly isSlice: boolean,
  ) {}

  /** As JSON, by name. */
  get labels(): string {
    if (typeof this.#said === "string") return this.#said;
    return byName(this.#said instanceof Subject ? this.#said.identity.labels : this.#said);
  }

  set labels(labels: string) {
    this.#said = labels;
  }

  /** Takes what a row says of the GPU itself; a model or profile that isn't shown any more stays. */
  describe(row: GpuRow): void {
    const said = row.subject ?? row.labels;
    const before = this.#said;
    if (said === before) return;
    if (said instanceof Subject && before instanceof Subject && said.isSame(before)) {
      this.#said = said;
      return;
    }
    const labelsBefore = this.labels;
    const { model, migProfile } = said instanceof Subject ? said.identity : row;
    const now = [model ?? this.model, migProfile ?? this.migProfile] as const;
    this.#said = said;
    if (now[0] === this.model && now[1] === this.migProfile && labelsBefore === this.labels) return;
    [this.model, this.migProfile] = now;
    this.isChanged = true;
  }

  /** It has come to a target, or was seen there again. */
  sit(targetKey: number): void {
    if (this.targetKey === targetKey && this.isPresent) return;
    this.targetKey = targetKey;
    this.isPresent = true;
    this.isChanged = true;
  }

  /** It has come to a target, or come back there. */
  arrive(seat: Seat): void {
    this.seats = this.seats.length === 0 ? onlySeat(seat) : [seat, ...this.seats].slice(0, MAX_SEATS);
  }

  /** The target it was on; of before all that is remembered, the first. */
  seatAt(at: number): number | null {
    return (this.seats.find(({ since }) => since <= at) ?? this.seats.at(-1))?.targetKey ?? null;
  }

  /** Its host answered without it. */
  leave(at: number): void {
    this.isPresent = false;
    this.leftAt = at;
    this.isChanged = true;
  }

  /** XIDs shown now, in order, and counted. */
  changeXids({ xids, xidCounts }: Pick<GpuState, "xids" | "xidCounts">): void {
    const isSame = xids.length === this.xids.length && xids.every((code, place) => code === this.xids[place]);
    if (isSame && JSON.stringify(xidCounts) === JSON.stringify(this.xidCounts)) return;
    this.xids = xids;
    this.xidCounts = xidCounts;
    this.isChanged = true;
  }
}

let lastSeats: readonly Seat[] = [];

/** GPUs that come to a target together share it. */
function onlySeat(seat: Seat): readonly Seat[] {
  const [last] = lastSeats;
  if (last?.since !== seat.since || last.targetKey !== seat.targetKey) lastSeats = [seat];
  return lastSeats;
}

/** What the database knows of a GPU. */
export function stateOf(row: GpuRecord): GpuState {
  const state = new GpuState(row.gpu_key, row.uuid, row.parent_key !== null);
  state.targetKey = row.target_key;
  state.isPresent = row.is_present;
  state.xids = row.xids.length === 0 ? NO_XIDS : row.xids;
  state.xidCounts = row.xid_counts;
  state.model = row.model === null ? null : shortText(row.model);
  state.migProfile = row.mig_profile === null ? null : shortText(row.mig_profile);
  state.labels = byName(row.labels);
  state.storedSeenAt = row.last_seen_at.getTime();
  state.coversUntil = row.covers_until?.getTime() ?? 0;
  state.leftAt = row.left_at?.getTime() ?? 0;
  for (const [place, since] of [...row.seat_times.entries()].reverse()) {
    state.arrive({ since: since.getTime(), targetKey: row.seat_keys[place] ?? 0 });
  }
  if (!row.time) return state;
  const values = COLUMNS.map(({ column }) => (row[column] ?? NaN) as number);
  const energyAge = row.time.getTime() - (row.energy_at?.getTime() ?? 0);
  // What was used after that has been taken from power, see `remember`.
  const hasEnergy = row.energy_at !== null && row.energy_joules !== null && energyAge <= MAX_COVER_MS;
  state.last = {
    at: row.time.getTime(),
    powerWatts: values[columnIndex("power_watts")] ?? NaN,
    energyAt: row.energy_at?.getTime() ?? NaN,
    energyJoules: hasEnergy ? (row.energy_joules ?? NaN) : NaN,
  };
  state.signs = signsOf(values, NO_SIGNS);
  return state;
}

/** Labels as JSON in the order of their names, as jsonb has another than an exporter. */
function byName(labels: Record<string, string>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))));
}
