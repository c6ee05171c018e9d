import { COLUMNS, Entity, namesOf, parseExposition, spellingOf, type BareReadings } from "#collector/index.ts";
import { FIELDS } from "../fields.ts";
import { countsXids, hasNewUnits, printsNoXid } from "../generations.ts";
import { renderBody, XID_TEXTS, type RenderedGpu } from "../render.ts";
import type { FleetModel, Generation, ShownHost } from "../types.ts";

/** Place in `COLUMNS` of each field; -1 for one that isn't kept. */
const COLUMN_OF = FIELDS.map(({ name }) => COLUMNS.findIndex((metric) => namesOf(metric).includes(name["2026"])));
/** What the name of each field says of its unit, where the exporter has the new ones. */
const NEW_SPELLING = FIELDS.map(({ name }, index) => {
  const metric = COLUMNS[COLUMN_OF[index] ?? -1];
  return metric ? spellingOf(metric, name["2026"]) : 0;
});

/** What one scrape of a host gives the collector. */
export interface HostScrape {
  body: string | BareReadings | undefined;
  bodyBytes: number;
}

/**
 * Reads a host as the collector reads its exporter's body, to the last digit, but for a tenth of the time: values go
 * from field to column, and text is written and read only to learn the labels. A host with MIG slices goes by its text.
 */
export class HostReader {
  readonly #model: FleetModel;
  readonly #host: string;
  readonly #templates = new Map<Generation, Template>();

  constructor(model: FleetModel, host: string) {
    this.#model = model;
    this.#host = host;
  }

  /** The host at the model's time. The size of the body is that of an earlier one with as many GPUs. */
  read(): HostScrape {
    const shown = this.#model.show(this.#host);
    if (shown === undefined || shown === "") return { body: shown, bodyBytes: 0 };
    if (shown.gpus.length === 0 || hasOwnRows(shown)) {
      const body = this.#model.body(this.#host) ?? "";
      return { body, bodyBytes: Buffer.byteLength(body) };
    }
    const template = this.#template(shown);
    return { body: template.fill(shown.gpus), bodyBytes: template.bodyBytes };
  }

  #template(shown: ShownHost): Template {
    const known = this.#templates.get(shown.generation);
    if (known?.isOf(shown.gpus)) return known;
    const template = new Template(this.#host, shown);
    this.#templates.set(shown.generation, template);
    return template;
  }
}

/** Whether it has rows that no template has: of slices, counted XIDs, XIDs without a text. */
function hasOwnRows({ gpus, generation }: ShownHost): boolean {
  return generation === "1.x" || countsXids(generation) || gpus.some(({ profiles }) => profiles.length > 0);
}

/** A host's GPUs with their labels, as the text of one body gave them. */
class Template {
  readonly bodyBytes: number;
  readonly #generation: Generation;
  readonly #entities: ReadonlyMap<string, Entity>;
  readonly #models: ReadonlyMap<string, string>;

  constructor(host: string, { gpus, generation }: ShownHost) {
    const body = renderBody(host, gpus, generation);
    this.bodyBytes = Buffer.byteLength(body);
    this.#generation = generation;
    const entities = parseExposition(body, 0).rows.map(({ uuid, model, labels }) => {
      const entity = new Entity(uuid, undefined);
      entity.attributes = { model: model ?? undefined, migProfile: undefined, labels };
      return entity;
    });
    this.#models = new Map(gpus.map(({ uuid, model }) => [uuid, model.name]));
    this.#entities = new Map(entities.map((entity) => [entity.uuid, entity]));
  }

  isOf(gpus: readonly RenderedGpu[]): boolean {
    return (
      gpus.length === this.#entities.size && gpus.every(({ uuid, model }) => this.#models.get(uuid) === model.name)
    );
  }

  /** The entities are those of the last call, filled anew. */
  fill(gpus: readonly RenderedGpu[]): BareReadings {
    let sampleCount = 0;
    const entities = gpus.map((gpu) => {
      const entity = this.#entities.get(gpu.uuid);
      if (!entity) throw new Error(`BUG: no template of GPU ${gpu.uuid}`);
      sampleCount += fillEntity(entity, gpu, this.#generation);
      return entity;
    });
    return { entities, sampleCount };
  }
}

/** @returns how many lines the exporter would print */
function fillEntity(entity: Entity, gpu: RenderedGpu, generation: Generation): number {
  const reading = { model: gpu.model, gpu: gpu.readings, memoryShare: 1, isSlice: false };
  let lines = printsNoXid(generation) || gpu.xid > 0 ? 1 : 0;
  entity.begin(0);
  if (gpu.xid > 0) entity.showXid(gpu.xid, XID_TEXTS[gpu.xid] ?? "Unknown Error");
  for (let index = 0; index < FIELDS.length; index++) {
    const value = FIELDS[index]?.value(reading, generation);
    if (value === undefined) continue;
    lines++;
    const column = COLUMN_OF[index] ?? -1;
    if (column < 0) continue;
    entity.readings.values[column] = value;
    entity.readings.spellings[column] = hasNewUnits(generation) ? (NEW_SPELLING[index] ?? 0) : 0;
  }
  return lines;
}
