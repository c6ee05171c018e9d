import { sliceUuid } from "../identity/uuid.ts";
import { COLUMNS, METRICS, namesOf } from "../metrics.ts";
import { hashOf, LabelSet, placesOf } from "./label-set.ts";
import { createReadings, Entity, NEW_UNIT, spellingOf, type Readings, type Spelling } from "./entity.ts";
import { DEFAULT_LIMITS, ScrapeFailure, type Limits } from "./limits.ts";
import { Rejects, rowsOf, type ParseResult, type Rejected } from "./result.ts";
import { findBlank, findLabelsEnd, scanSeries, skipBlanks, type ScannedSeries } from "./series.ts";
import { ownText, shortText } from "./short-text.ts";
import { readValue } from "./value.ts";

const RETURN = 0x0d;
const HASH = 0x23;
const BRACE_OPEN = 0x7b;
/** Columns of what becomes events. */
const EVENTS: Record<string, number> = { xid: -1, recent_xid: -2, total_xid: -3 };
const { xid: XID = 0, recent_xid: RECENT_XID = 0 } = EVENTS;

/** A metric that is kept, under one of its names. */
interface Field {
  readonly name: string;
  /** among all names */
  readonly index: number;
  /** place in `COLUMNS`, or one of `EVENTS` */
  readonly column: number;
  readonly spelling: Spelling;
  readonly scope: "device" | "instance";
}

/** The body being read. */
interface Body {
  /** of all bodies read by this process */
  readonly number: number;
  sampleCount: number;
  isOpenMetricsComplete: boolean;
  readonly entities: Entity[];
  readonly rejects: Rejects;
  /** in the order of appearance */
  readonly labelSets: LabelSet[];
  /** of the line before: the next one is often alike */
  field: Field | undefined;
  labels: LabelSet | undefined;
}

const FIELDS = new Map<string, Field>();
for (const metric of METRICS) {
  const column = metric.kind === "event" ? (EVENTS[metric.column] ?? 0) : COLUMNS.indexOf(metric);
  for (const name of namesOf(metric)) {
    FIELDS.set(name, { name, index: FIELDS.size, column, spelling: spellingOf(metric, name), scope: metric.scope });
  }
}

let bodyCount = 0;
/** Number of the last body that had a series: by its labels' index in the body, then by its field. */
let lastBodies = new Float64Array(64 * FIELDS.size);
/** Readings of the body being read, for one entity after the other. */
const readings: Readings[] = [];

/**
 * Reads the bodies of one target, one after the other. Labels are remembered by their text, so that they are read once
 * and not at every scrape.
 */
export class ExpositionParser {
  readonly #limits: Limits;
  /** by their hash */
  readonly #labelSets = new Map<number, LabelSet>();
  readonly #entities = new Map<string, Entity>();
  readonly #rejected: Rejected[] | undefined;

  /** @param rejected gets what isn't kept, one by one */
  constructor(limits: Limits = DEFAULT_LIMITS, rejected?: Rejected[]) {
    this.#limits = limits;
    this.#rejected = rejected;
  }

  /** How many sets of labels are remembered; bounded by what the last bodies held. */
  get rememberedLabelSets(): number {
    return this.#labelSets.size;
  }

  /**
   * Reads a body in Prometheus text or OpenMetrics. A bad line costs that line.
   *
   * @param at when it was asked for, milliseconds since 1970: the exporter's own timestamps are not used
   * @throws ScrapeFailure when a limit is exceeded
   */
  parse(text: string, at: number): ParseResult {
    const body: Body = {
      number: ++bodyCount,
      sampleCount: 0,
      isOpenMetricsComplete: false,
      entities: [],
      rejects: new Rejects(this.#rejected),
      labelSets: [],
      field: undefined,
      labels: undefined,
    };
    try {
      this.#readLines(text, body);
    } catch (error) {
      // Its labels are worth nothing, and those of the next body may be others.
      this.#forget();
      throw error;
    } finally {
      // Slices of a text keep all of it in memory.
      for (const labels of body.labelSets) labels.text = "";
    }
    // What hasn't been seen for long (pods come and go) must not pile up.
    if (this.#labelSets.size > 2 * body.labelSets.length + 100) this.#forget();
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
    const field = fieldAt(text, start, end, body.field);
    const labelsStart = start + (field?.name.length ?? 0);
    const labels = field && this.#knownLabels(text, labelsStart, end, body.labels?.next);
    if (!labels) this.#readNewSeries(text, start, end, body);
    else this.#readSeries(text, start, labelsStart, end, field, labels, body);
    return true;
  }

  /** @param expected tried first: a body's labels come in the order of the body before */
  #knownLabels(text: string, start: number, end: number, expected: LabelSet | undefined): LabelSet | undefined {
    if (expected?.isAt(text, start)) return expected;
    const labelsEnd = findLabelsEnd(text, start, end);
    const known = labelsEnd < 0 ? undefined : this.#labelSets.get(hashOf(text, start, labelsEnd));
    return known?.length === labelsEnd - start ? known : undefined;
  }

  #readNewSeries(text: string, start: number, end: number, body: Body): void {
    // Slices of a text keep all of it in memory: what is remembered must be of a copy, not of the body.
    const line = Buffer.from(text.slice(start, end)).toString();
    const scanned = scanSeries(line, 0, line.length);
    if (!scanned) return body.rejects.add("bad_line", text, start, end);
    this.#checkLimits(scanned);
    const field = FIELDS.get(scanned.name);
    const from = start + scanned.end;
    if (!field) return checkValue(text, start, from, end, body.rejects);
    this.#readSeries(text, start, start + scanned.labelsStart, end, field, this.#labelSet(line, scanned), body);
  }

  #labelSet(line: string, { labels, labelsStart, end }: ScannedSeries): LabelSet {
    const hash = hashOf(line, labelsStart, end);
    let known = this.#labelSets.get(hash);
    if (known?.length !== end - labelsStart) {
      const places = placesOf(labels, (uuid, migId) => this.#entityFor(uuid, migId));
      known = new LabelSet(hash, end - labelsStart, places);
      this.#labelSets.set(hash, known);
    }
    return known;
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
      entity = new Entity(ownText(uuid), migId === undefined ? undefined : shortText(migId));
      this.#entities.set(migId === undefined ? entity.uuid : key, entity);
    }
    return entity;
  }

  /** @param from where the labels begin */
  #readSeries(text: string, line: number, from: number, end: number, field: Field, labels: LabelSet, body: Body): void {
    noteLabels(labels, body, text, from);
    body.field = field;
    const { special, [field.scope]: place } = labels;
    if (!place && !special.isOtherEntity) return body.rejects.add("no_uuid", text, line, end);
    const start = skipBlanks(text, from + labels.length, end);
    const valueEnd = findBlank(text, start, end);
    const reading = readValue(text.slice(start, valueEnd));
    if (typeof reading !== "number" || valueEnd < end) {
      if (reading === "bad_value" || !isTail(text, valueEnd, end)) return body.rejects.add("bad_line", text, line, end);
      if (typeof reading !== "number") return place && body.rejects.add(reading, text, line, end);
    }
    if (!place) return;
    const { entity } = place;
    if (entity.body !== body.number) this.#begin(entity, body);
    if (place.body !== body.number) {
      place.body = body.number;
      entity.tell(place.attributes);
    }
    const series = labels.index * FIELDS.size + field.index;
    const isDuplicate = lastBodies[series] === body.number;
    lastBodies[series] = body.number;
    if (isDuplicate) body.rejects.add("duplicate", text, line, end);
    if (field.column < 0) keepXid(entity, field.column, special, reading);
    else keep(entity.readings, field, reading, isDuplicate);
  }

  #begin(entity: Entity, body: Body): void {
    const place = body.entities.push(entity) - 1;
    if (place >= this.#limits.gpus) {
      throw new ScrapeFailure("too_many_gpus", `more than ${this.#limits.gpus} GPUs and MIG slices`);
    }
    entity.begin(body.number, (readings[place] ??= createReadings()));
  }

  #forget(): void {
    this.#labelSets.clear();
    this.#entities.clear();
  }
}

/** @returns undefined for a metric that isn't kept, or without labels right behind its name */
function fieldAt(text: string, start: number, end: number, before: Field | undefined): Field | undefined {
  if (before && text.startsWith(before.name, start) && text.charCodeAt(start + before.name.length) === BRACE_OPEN) {
    return before;
  }
  const nameEnd = text.indexOf("{", start);
  return nameEnd < 0 || nameEnd >= end ? undefined : FIELDS.get(text.slice(start, nameEnd));
}

/** Gives the labels, which begin at `start`, their index in the body, and notes what they followed. */
function noteLabels(labels: LabelSet, body: Body, text: string, start: number): void {
  if (body.labels && body.labels.next !== labels) body.labels.next = labels;
  body.labels = labels;
  if (labels.body === body.number) return;
  labels.body = body.number;
  labels.text = text.slice(start, start + labels.length);
  labels.index = body.labelSets.push(labels) - 1;
  const needed = body.labelSets.length * FIELDS.size;
  if (needed <= lastBodies.length) return;
  const larger = new Float64Array(2 * needed);
  larger.set(lastBodies);
  lastBodies = larger;
}

/** A series that isn't kept is still to be a whole line. */
function checkValue(text: string, line: number, from: number, end: number, rejects: Rejects): void {
  const start = skipBlanks(text, from, end);
  const valueEnd = findBlank(text, start, end);
  const isGood = readValue(text.slice(start, valueEnd)) !== "bad_value" && isTail(text, valueEnd, end);
  if (!isGood) rejects.add("bad_line", text, line, end);
}

/**
 * Of a series printed twice the last counts. Of different series for one place (a GPU's power on each of its MIG slices
 * or pods, perhaps one poll apart) the greatest does; of the same quantity in two units the new one, which is finer.
 */
function keep({ values, spellings }: Readings, { column, spelling }: Field, value: number, isDuplicate: boolean): void {
  const before = values[column] ?? NaN;
  if (Number.isNaN(before) || spellings[column] === spelling) {
    values[column] = isDuplicate || !(before > value) ? value : before;
  } else if (spelling === NEW_UNIT) values[column] = value;
  else return;
  spellings[column] = spelling;
}

/** Slices repeat their GPU's. */
function keepXid(entity: Entity, column: number, { xid, xidText }: LabelSet["special"], value: number): void {
  if (column === XID) return entity.showXid(value, xidText ?? "");
  const counts =
    column === RECENT_XID
      ? (entity.recentXids ??= new Map<number, number>())
      : (entity.totalXids ??= new Map<number, number>());
  if (xid > 0) counts.set(xid, Math.max(value, counts.get(xid) ?? 0));
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
