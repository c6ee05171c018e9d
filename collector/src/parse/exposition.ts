import { canonicalUuid, sliceUuid } from "../identity/uuid.ts";
import { COLUMNS, METRICS, namesOf } from "../metrics.ts";
import {
  attributesOf,
  Entity,
  NEW_UNIT,
  NO_ATTRIBUTES,
  OLD_UNIT,
  readLabels,
  spellingOf,
  type Attributes,
  type SeriesLabels,
  type Spelling,
} from "./entity.ts";
import { DEFAULT_LIMITS, ScrapeFailure, type Limits } from "./limits.ts";
import { Rejects, rowsOf, type ParseResult, type Rejected } from "./result.ts";
import { findBlank, findLabelsEnd, scanSeries, skipBlanks, type ScannedSeries } from "./series.ts";
import { readValue } from "./value.ts";

const RETURN = 0x0d;
const HASH = 0x23;
/** Columns of what becomes events. */
const EVENTS: Record<string, number> = { xid: -1, recent_xid: -2, total_xid: -3 };
const { xid: XID = 0, recent_xid: RECENT_XID = 0 } = EVENTS;

/** Where the values of one series go. `entity` is undefined for what isn't kept. */
interface Series {
  entity: Entity | undefined;
  /** place in `COLUMNS`, or one of `EVENTS` */
  column: number;
  spelling: Spelling;
  xidText: string | undefined;
  /** of a counted XID; 0: none was counted */
  xid: number;
  /** of its GPU or slice */
  attributes: Attributes;
  /** number of the last body that had it: twice in one body is a duplicate */
  body: number;
}

/** The body being read. */
interface Body {
  number: number;
  sampleCount: number;
  isOpenMetricsComplete: boolean;
  entities: Entity[];
  rejects: Rejects;
}

const FIELDS = new Map<string, { column: number; spelling: Spelling; scope: "device" | "instance" }>();
for (const metric of METRICS) {
  const column = metric.kind === "event" ? (EVENTS[metric.column] ?? 0) : COLUMNS.indexOf(metric);
  for (const name of namesOf(metric)) {
    FIELDS.set(name, { column, spelling: spellingOf(metric, name), scope: metric.scope });
  }
}

const NOT_KEPT = {
  entity: undefined,
  column: 0,
  spelling: OLD_UNIT,
  xidText: undefined,
  xid: 0,
  attributes: NO_ATTRIBUTES,
  body: 0,
} as const;

/**
 * Reads the bodies of one target, one after the other. Series are remembered by the text before their value, so that
 * labels are read once and not at every scrape.
 */
export class ExpositionParser {
  readonly #limits: Limits;
  readonly #series = new Map<string, Series>();
  readonly #entities = new Map<string, Entity>();
  readonly #rejected: Rejected[] | undefined;
  #bodyNumber = 0;

  /** @param rejected gets what isn't kept, one by one */
  constructor(limits: Limits = DEFAULT_LIMITS, rejected?: Rejected[]) {
    this.#limits = limits;
    this.#rejected = rejected;
  }

  /** How many series are remembered; bounded by what the last bodies held. */
  get rememberedSeries(): number {
    return this.#series.size;
  }

  /**
   * Reads a body in Prometheus text or OpenMetrics. A bad line costs that line.
   *
   * @param at when it was asked for, milliseconds since 1970: the exporter's own timestamps are not used
   * @throws ScrapeFailure when a limit is exceeded
   */
  parse(text: string, at: number): ParseResult {
    const body: Body = {
      number: ++this.#bodyNumber,
      sampleCount: 0,
      isOpenMetricsComplete: false,
      entities: [],
      rejects: new Rejects(this.#rejected),
    };
    try {
      this.#readLines(text, body);
    } catch (error) {
      // Its series are worth nothing, and those of the next body may be others.
      this.#forgetSeries();
      throw error;
    }
    // What hasn't been seen for long (pods come and go) must not pile up.
    if (this.#series.size > 2 * body.sampleCount + 1_000) this.#forgetSeries();
    return rowsOf(body, at);
  }

  #readLines(text: string, body: Body): void {
    for (let start = 0; start < text.length;) {
      let next = text.indexOf("\n", start);
      if (next < 0) next = text.length;
      const end = text.charCodeAt(next - 1) === RETURN && next > start ? next - 1 : next;
      if (!this.#readLine(text, skipBlanks(text, start, end), end, body)) return;
      start = next + 1;
    }
  }

  /** @returns false at OpenMetrics' end mark */
  #readLine(text: string, start: number, end: number, body: Body): boolean {
    if (start >= end) return true;
    if (text.charCodeAt(start) === HASH) {
      body.isOpenMetricsComplete = text.slice(start, end).trimEnd() === "# EOF";
      return !body.isOpenMetricsComplete;
    }
    if (++body.sampleCount > this.#limits.samples) {
      throw new ScrapeFailure("too_many_samples", `more than ${this.#limits.samples} samples`);
    }
    const labelsEnd = findLabelsEnd(text, start, end);
    const keyEnd = labelsEnd < 0 ? findBlank(text, start, end) : labelsEnd;
    const known = this.#series.get(text.slice(start, keyEnd));
    if (known) this.#readSample(text, start, keyEnd, end, known, body);
    else this.#readNewSeries(text, start, keyEnd, end, body);
    return true;
  }

  #readNewSeries(text: string, start: number, keyEnd: number, end: number, body: Body): void {
    // Slices of a text keep all of it in memory: what is remembered must be of a copy, not of the body.
    const line = Buffer.from(text.slice(start, end)).toString();
    const scanned = scanSeries(line, 0, line.length);
    if (!scanned) return body.rejects.add("bad_line", text, start, end);
    this.#checkLimits(scanned);
    const series = this.#resolve(scanned);
    if (!series) return body.rejects.add("no_uuid", text, start, end);
    // An exemplar has braces of its own: then the key isn't the series, and is read anew each time.
    if (start + scanned.end === keyEnd) this.#series.set(line.slice(0, scanned.end), series);
    this.#readSample(text, start, start + scanned.end, end, series, body);
  }

  /** @returns undefined for a GPU's series that doesn't say which GPU */
  #resolve(scanned: ScannedSeries): Series | undefined {
    const field = FIELDS.get(scanned.name);
    if (!field) return { ...NOT_KEPT };
    const labels = readLabels(scanned.labels);
    if (labels.isOtherEntity) return { ...NOT_KEPT };
    const uuid = labels.uuid === undefined ? undefined : canonicalUuid(labels.uuid);
    if (uuid === undefined) return undefined;
    const migId = field.scope === "instance" ? labels.migId : undefined;
    const entity = this.#entityFor(uuid, migId);
    return {
      entity,
      column: field.column,
      spelling: field.spelling,
      xidText: labels.xidText,
      xid: codeOf(labels),
      attributes: entity.share(attributesOf(labels, migId)),
      body: 0,
    };
  }

  #checkLimits({ name, labels }: ScannedSeries): void {
    const longest = Math.max(name.length, ...labels.map(([label, value]) => Math.max(label.length, value.length)));
    if (labels.length <= this.#limits.labels && longest <= this.#limits.labelLength) return;
    throw new ScrapeFailure(
      "labels_too_large",
      `${name.slice(0, 80)} has ${labels.length} labels, the longest text of ${longest} characters`,
    );
  }

  #entityFor(uuid: string, migId: string | undefined): Entity {
    const key = migId === undefined ? uuid : sliceUuid(uuid, migId);
    let entity = this.#entities.get(key);
    if (!entity) {
      entity = new Entity(uuid, migId);
      this.#entities.set(key, entity);
    }
    return entity;
  }

  #readSample(text: string, line: number, from: number, end: number, series: Series, body: Body): void {
    const { entity } = series;
    const start = skipBlanks(text, from, end);
    const valueEnd = findBlank(text, start, end);
    const reading = readValue(text.slice(start, valueEnd));
    if (typeof reading !== "number" || valueEnd < end) {
      if (reading === "bad_value" || !isTail(text, valueEnd, end)) return body.rejects.add("bad_line", text, line, end);
      if (typeof reading !== "number") return entity && body.rejects.add(reading, text, line, end);
    }
    if (!entity) return;
    if (entity.body !== body.number) {
      entity.begin(body.number);
      body.entities.push(entity);
      if (body.entities.length > this.#limits.gpus) {
        throw new ScrapeFailure("too_many_gpus", `more than ${this.#limits.gpus} GPUs and MIG slices`);
      }
    }
    entity.tell(series.attributes);
    const isDuplicate = series.body === body.number;
    series.body = body.number;
    if (isDuplicate) body.rejects.add("duplicate", text, line, end);
    if (series.column < 0) keepXid(entity, series, reading);
    else keep(entity, series, reading, isDuplicate);
  }

  #forgetSeries(): void {
    this.#series.clear();
    this.#entities.clear();
  }
}

/**
 * Of a series printed twice the last counts. Of different series for one place (a GPU's power on each of its MIG slices
 * or pods, perhaps one poll apart) the greatest does; of the same quantity in two units the new one, which is finer.
 */
function keep(entity: Entity, { column, spelling }: Series, value: number, isDuplicate: boolean): void {
  const before = entity.values[column] ?? NaN;
  if (Number.isNaN(before) || entity.spellings[column] === spelling) {
    entity.values[column] = isDuplicate || !(before > value) ? value : before;
  } else if (spelling === NEW_UNIT) entity.values[column] = value;
  else return;
  entity.spellings[column] = spelling;
}

/** Slices repeat their GPU's. */
function keepXid(entity: Entity, { column, xid, xidText }: Series, value: number): void {
  if (column === XID) return void entity.xids.set(value, xidText ?? "");
  const counts =
    column === RECENT_XID
      ? (entity.recentXids ??= new Map<number, number>())
      : (entity.totalXids ??= new Map<number, number>());
  if (xid > 0) counts.set(xid, Math.max(value, counts.get(xid) ?? 0));
}

function codeOf({ xid }: SeriesLabels): number {
  return xid !== undefined && /^\d{1,6}$/.test(xid) ? Number(xid) : 0;
}

/** After the value: nothing, a timestamp, or an exemplar. */
function isTail(text: string, from: number, end: number): boolean {
  const start = skipBlanks(text, from, end);
  if (start >= end || text.charCodeAt(start) === HASH) return true;
  const tokenEnd = findBlank(text, start, end);
  if (typeof readValue(text.slice(start, tokenEnd)) === "string") return false;
  const rest = skipBlanks(text, tokenEnd, end);
  return rest >= end || text.charCodeAt(rest) === HASH;
}

/**
 * Reads one body by itself.
 *
 * @param at when it was asked for, milliseconds since 1970
 * @throws ScrapeFailure when a limit is exceeded
 * @example parseExposition('DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-…"} 67.268', Date.now()).rows[0]
 */
export function parseExposition(text: string, at: number, limits: Limits = DEFAULT_LIMITS): ParseResult {
  return new ExpositionParser(limits).parse(text, at);
}
