import { COLUMNS, type Metric } from "../metrics.ts";
import type { Place } from "./label-set.ts";
import type { ScannedSeries } from "./series.ts";
import { shortText } from "./short-text.ts";

/** What the labels of a series say of its GPU or slice, beside which it is. */
export interface Attributes {
  model: string | undefined;
  migProfile: string | undefined;
  labels: Record<string, string>;
}

/** Nothing said. */
export const NO_ATTRIBUTES: Attributes = { model: undefined, migProfile: undefined, labels: {} };

/** How a name says its unit: in the old one, in the new one, or in either, which its values must tell. */
export type Spelling = typeof OLD_UNIT | typeof NEW_UNIT | typeof EITHER_UNIT;
export const OLD_UNIT = 0;
export const NEW_UNIT = 1;
export const EITHER_UNIT = 2;

/** What a field's name says of its unit. */
export function spellingOf({ newName, baseName }: Metric, name: string): Spelling {
  if (name !== baseName) return OLD_UNIT;
  return name === newName ? EITHER_UNIT : NEW_UNIT;
}

/** Readings by place in `COLUMNS`. */
export interface Readings {
  /** raw; NaN where the body says nothing */
  readonly values: Float64Array;
  /** the `Spelling` of the name that each value came under */
  readonly spellings: Uint8Array;
}

/** Room for the readings of one entity. */
export function createReadings(): Readings {
  return { values: new Float64Array(COLUMNS.length), spellings: new Uint8Array(COLUMNS.length) };
}

const NO_XIDS: ReadonlyMap<number, string> = new Map();
const NO_READINGS: Readings = { values: new Float64Array(0), spellings: new Uint8Array(0) };

/** A physical GPU or a MIG slice of one target, with what the body being read says of it. */
export class Entity {
  readings = NO_READINGS;
  /** XIDs that the gauge shows, with their text */
  xids = NO_XIDS;
  /** XIDs counted since a while ago, and since the exporter's start, by code; undefined: the exporter doesn't count */
  recentXids: Map<number, number> | undefined;
  totalXids: Map<number, number> | undefined;
  /** number of the body that the readings above are from */
  body = 0;
  attributes: Attributes = NO_ATTRIBUTES;
  #isTold = false;
  #place: Place | undefined;

  constructor(
    /** canonical, see `canonicalUuid` */
    readonly uuid: string,
    readonly migId: string | undefined,
  ) {}

  /**
   * Forgets the readings of the body before.
   *
   * @param readings where those of this one go, its own when left out: parsers, which read one body at a time, share theirs
   */
  begin(body: number, readings = this.#ownReadings()): void {
    this.body = body;
    this.readings = readings;
    readings.values.fill(NaN);
    this.xids = NO_XIDS;
    this.recentXids = undefined;
    this.totalXids = undefined;
    this.#isTold = false;
  }

  #ownReadings(): Readings {
    return this.readings === NO_READINGS ? createReadings() : this.readings;
  }

  showXid(code: number, text: string): void {
    if (code <= 0) return; // none
    if (this.xids === NO_XIDS) this.xids = new Map();
    (this.xids as Map<number, string>).set(code, text);
  }

  /** Where these attributes belong to it: the place that is there already, if they are the same. */
  placeOf(attributes: Attributes): Place {
    if (!this.#place || JSON.stringify(attributes) !== JSON.stringify(this.#place.attributes)) {
      this.#place = { entity: this, attributes, body: 0 };
    }
    return this.#place;
  }

  /** Series of the body give these: what some of them leave out stays as others have it. */
  tell(attributes: Attributes): void {
    if (attributes === this.attributes && this.#isTold) return;
    this.attributes = this.#isTold ? joinAttributes(this.attributes, attributes) : attributes;
    this.#isTold = true;
  }
}

/** Labels kept, each under its one name here, with the spellings of all exporter generations. */
const KEPT: Record<string, string> = {
  hostname: "hostname",
  Hostname: "hostname",
  gpu: "index",
  device: "device",
  pci_bus_id: "pci_bus_id",
  DCGM_FI_DRIVER_VERSION: "driver_version",
  DCGM_FI_SYSTEM_DRIVER_VERSION: "driver_version",
  pod: "pod",
  pod_name: "pod",
  namespace: "namespace",
  pod_namespace: "namespace",
  container: "container",
  container_name: "container",
  hpc_job: "hpc_job",
  DCGM_FI_DEV_SERIAL: "serial",
  DCGM_FI_DEV_BOARD_SERIAL: "serial",
  DCGM_FI_DEV_VBIOS_VERSION: "vbios_version",
};

/** Labels of whoever uses the GPU or slice; the others are its own. */
const USER_LABELS = ["pod", "namespace", "container", "hpc_job"];
/** A Prometheus between sets the pod labels of the exporter itself, and gives those that the exporter set this prefix. */
const EXPORTED = "exported_";
/** What DCGM prints for a text that it hasn't got: NULL, NOT_FOUND, NOT_SUPPORTED or NOT_PERM. */
const BLANK_TEXT = /^<<<[A-Z_]+>>>$/;

/** What the labels of a series say about where it belongs. */
export interface SeriesLabels {
  uuid: string | undefined;
  migId: string | undefined;
  migProfile: string | undefined;
  model: string | undefined;
  xidText: string | undefined;
  /** of a counted XID */
  xid: string | undefined;
  /** the row is of a link, a switch or a CPU, not of a GPU */
  isOtherEntity: boolean;
  kept: Record<string, string>;
}

/** Sorts the labels of a series; empty values count as absent, as Prometheus has it. */
export function readLabels(labels: ScannedSeries["labels"]): SeriesLabels {
  const found: SeriesLabels = {
    uuid: undefined,
    migId: undefined,
    migProfile: undefined,
    model: undefined,
    xidText: undefined,
    xid: undefined,
    isOtherEntity: false,
    kept: {},
  };
  const exported: Record<string, string> = {};
  for (const [name, value] of labels) {
    if (value === "" || BLANK_TEXT.test(value)) continue;
    keepLabel(name, value, found.kept);
    if (name.startsWith(EXPORTED)) keepLabel(name.slice(EXPORTED.length), value, exported);
    if (name === "UUID" || name === "uuid") found.uuid = value;
    else if (name === "modelName" || name === "model_name") found.model = value;
    else if (name === "GPU_I_ID") found.migId = value;
    else if (name === "GPU_I_PROFILE") found.migProfile = value;
    else if (name === "err_msg") found.xidText = value;
    else if (name === "xid") found.xid = value;
    else if (name === "nvlink" || name === "nvswitch" || name === "cpu" || name === "cpucore")
      found.isOtherEntity = true;
  }
  const isExporters = USER_LABELS.some((label) => label in exported) || isExporterPod(found.kept);
  return isExporters ? { ...found, kept: { ...withoutUser(found.kept), ...exported } } : found;
}

function keepLabel(name: string, value: string, kept: Record<string, string>): void {
  const own = Object.hasOwn(KEPT, name) ? KEPT[name] : undefined;
  if (own !== undefined) kept[own] = shortText(value);
}

/** An idle GPU has no pod; with a Prometheus between, it seems to have the exporter's. */
function isExporterPod({ pod = "" }: Record<string, string>): boolean {
  return /(^|-)dcgm-exporter(-|$)/.test(pod);
}

function withoutUser(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !USER_LABELS.includes(name)));
}

/**
 * The attributes that a series gives to where it belongs.
 *
 * @param migId the slice's; undefined if it belongs to the physical GPU, of which a slice's pod is no attribute
 */
export function attributesOf(labels: SeriesLabels, migId: string | undefined): Attributes {
  const { kept } = labels;
  const model = labels.model === undefined ? undefined : shortText(labels.model);
  if (labels.migId === migId)
    return { model, migProfile: migId === undefined ? undefined : labels.migProfile, labels: kept };
  return { model, migProfile: undefined, labels: withoutUser(kept) };
}

/** Both together; where they differ, e.g. for two pods on a GPU, the same one whichever came first. */
function joinAttributes(one: Attributes, other: Attributes): Attributes {
  const [first, second] = userOf(one) <= userOf(other) ? [one, other] : [other, one];
  return {
    model: first.model ?? second.model,
    migProfile: first.migProfile ?? second.migProfile,
    labels: { ...second.labels, ...first.labels },
  };
}

/** Sorts after all others where there is no user. */
function userOf({ labels }: Attributes): string {
  return USER_LABELS.some((name) => name in labels)
    ? USER_LABELS.map((name) => labels[name] ?? "").join("/")
    : "\uffff";
}
