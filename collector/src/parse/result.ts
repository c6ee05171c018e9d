import type { Subject } from "../identity/subject.ts";
import { COLUMNS, type Generation } from "../metrics.ts";
import { EITHER_UNIT, NEW_UNIT, type Entity } from "./entity.ts";
import { detectUnits, type Units } from "./generation.ts";

/** One GPU, or MIG slice, in one scrape. */
export interface GpuRow {
  /** milliseconds since 1970 */
  at: number;
  /** of the physical GPU, see `canonicalUuid` */
  uuid: string;
  migId: string | null;
  migProfile: string | null;
  /** as DCGM's modelName */
  model: string | null;
  /**
   * hostname, index, device, pci_bus_id, driver_version, pod, namespace, container; absent ones are left out. The same
   * object in two rows means that model and profile are the same too.
   */
  labels: Record<string, string>;
  /** by place in `COLUMNS`, canonical units; NaN for no reading, so that V8 keeps plain numbers */
  values: readonly number[] | Float64Array;
  /** of a row from the spool: what all that say the same have in common */
  readonly subject?: Subject;
}

/** An XID that an exporter shows. It is sticky: `planBatch` finds the edges. */
export interface SeenXid {
  uuid: string;
  kind: "XID";
  code: number;
  text: string;
  /** how often it occurred in the last minutes, or since the exporter's start; left out where the exporter doesn't count */
  recent?: number;
  total?: number;
}

/** Why a line, or its value, was not kept. */
export type RejectReason = "bad_line" | "no_uuid" | "duplicate" | "blank" | "out_of_range";

/** What a body says. */
export interface ParseResult {
  generation: Generation;
  rows: GpuRow[];
  events: SeenXid[];
  /** lines not kept, by reason; reasons without any are left out */
  rejects: Partial<Record<RejectReason, number>>;
  /** the first bad line, shortened, for people */
  firstBadLine: string | undefined;
  /** lines with a sample, kept or not */
  sampleCount: number;
  /** OpenMetrics' `# EOF` was there */
  isOpenMetricsComplete: boolean;
}

/** What wasn't kept, and where: a line of the body, or a reading in it. */
export type Rejected =
  | { reason: RejectReason; /** counted from 1 */ line: number; /** its start */ text: string }
  | { reason: RejectReason; uuid: string; migId: string | null; column: string; /** as printed */ raw: number };

/** Characters of a bad line that are shown. */
const SHOWN = 120;

/** Counts what isn't kept. */
export class Rejects {
  readonly counts: Partial<Record<RejectReason, number>> = {};
  firstBadLine: string | undefined;
  readonly #list: Rejected[] | undefined;
  #line = 1;
  #lineStart = 0;

  /** @param list gets each of them as well: for people, as it costs time */
  constructor(list?: Rejected[]) {
    this.#list = list;
  }

  /** A line, from `start` to `end` of the body. */
  add(reason: RejectReason, text: string, start: number, end: number): void {
    this.#count(reason);
    if (reason === "bad_line") this.firstBadLine ??= text.slice(start, Math.min(end, start + SHOWN));
    if (!this.#list) return;
    this.#countLinesTo(text, start);
    this.#list.push({ reason, line: this.#line, text: text.slice(start, Math.min(end, start + SHOWN)) });
  }

  /** A reading that is none, or can't be. */
  addReading(reason: RejectReason, { uuid, migId }: Entity, column: string, raw: number): void {
    this.#count(reason);
    this.#list?.push({ reason, uuid, migId: migId ?? null, column, raw });
  }

  /** Lines come in order, so each is counted once. */
  #countLinesTo(text: string, start: number): void {
    for (;;) {
      const end = text.indexOf("\n", this.#lineStart);
      if (end < 0 || end >= start) return;
      this.#lineStart = end + 1;
      this.#line++;
    }
  }

  #count(reason: RejectReason): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }
}

/** What `rowsOf` needs of a body that has been read. */
export interface ReadBody {
  entities: readonly Entity[];
  isOpenMetricsComplete: boolean;
  sampleCount: number;
  rejects: Rejects;
}

/** Turns raw readings into rows in canonical units. A GPU without a single reading gives no row. */
export function rowsOf(body: ReadBody, at: number): ParseResult {
  const units = detectUnits(body.entities);
  const rows: GpuRow[] = [];
  const events: SeenXid[] = [];
  for (const entity of body.entities) {
    if (entity.xids.size > 0 || entity.recentXids || entity.totalXids) events.push(...seenXids(entity));
    const values = canonicalValues(entity, units, body.rejects);
    if (!values) continue;
    rows.push({
      at,
      uuid: entity.uuid,
      migId: entity.migId ?? null,
      migProfile: entity.attributes.migProfile ?? null,
      model: entity.attributes.model ?? null,
      labels: entity.attributes.labels,
      values,
    });
  }
  return {
    generation: units.body,
    rows,
    events,
    rejects: body.rejects.counts,
    firstBadLine: body.rejects.firstBadLine,
    sampleCount: body.sampleCount,
    isOpenMetricsComplete: body.isOpenMetricsComplete,
  };
}

function seenXids({ uuid, xids, recentXids, totalXids }: Entity): SeenXid[] {
  const codes = new Set([...xids.keys(), ...(recentXids?.keys() ?? []), ...(totalXids?.keys() ?? [])]);
  return [...codes].flatMap((code) => {
    const recent = recentXids && { recent: recentXids.get(code) ?? 0 };
    const total = totalXids && { total: totalXids.get(code) ?? 0 };
    const isSeen = xids.has(code) || Boolean(recent?.recent) || Boolean(total?.total);
    if (code <= 0 || !isSeen) return [];
    return [{ uuid, kind: "XID" as const, code, text: xids.get(code) ?? "", ...recent, ...total }];
  });
}

const NO_READINGS: readonly number[] = COLUMNS.map(() => NaN);

/** @returns undefined without a single reading */
function canonicalValues(entity: Entity, units: Units, rejects: Rejects): number[] | undefined {
  const { readings } = entity;
  const values = NO_READINGS.slice();
  let isEmpty = true;
  for (let index = 0; index < values.length; index++) {
    const raw = readings.values[index] ?? NaN;
    const metric = COLUMNS[index];
    if (Number.isNaN(raw) || !metric) continue;
    const spelling = readings.spellings[index];
    const { times, over } =
      metric.scale[spelling === NEW_UNIT ? "2026" : spelling === EITHER_UNIT ? units.either : units.old];
    const value = (raw * times) / over;
    if (raw === metric.blank) rejects.addReading("blank", entity, metric.column, raw);
    else if (value < metric.min || value > metric.max) rejects.addReading("out_of_range", entity, metric.column, raw);
    else {
      values[index] = metric.type === "integer" ? Math.round(value) : value;
      isEmpty = false;
    }
  }
  return isEmpty ? undefined : values;
}
