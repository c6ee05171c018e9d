import { COLUMNS } from "../metrics.ts";
import type { ScannedSeries } from "./series.ts";

/** What the labels of a series say of its GPU or slice, beside which it is. */
export interface Attributes {
  model: string | undefined;
  migProfile: string | undefined;
  labels: Record<string, string>;
}

/** Nothing said. */
export const NO_ATTRIBUTES: Attributes = { model: undefined, migProfile: undefined, labels: {} };

const NO_XIDS: ReadonlyMap<number, string> = new Map();
/** No readings. */
const NONE = new Float64Array(0);

/** A physical GPU or a MIG slice of one target, with what the body being read says of it. */
export class Entity {
  /** by place in `COLUMNS`, raw; NaN where the body says nothing */
  values: Float64Array = NONE;
  /** XIDs shown, with their text */
  xids = NO_XIDS;
  /** number of the body that the readings above are from */
  body = 0;
  attributes: Attributes = NO_ATTRIBUTES;
  #shared: Attributes = NO_ATTRIBUTES;

  constructor(
    /** canonical, see `canonicalUuid` */
    readonly uuid: string,
    readonly migId: string | undefined,
  ) {}

  /**
   * Forgets the readings of the body before.
   *
   * @param values where those of this one go, its own array when left out: parsers, which read one body at a time, share theirs
   */
  begin(body: number, values = this.#ownValues()): void {
    this.body = body;
    this.values = values.fill(NaN);
    this.xids = NO_XIDS;
  }

  #ownValues(): Float64Array {
    return this.values === NONE ? new Float64Array(COLUMNS.length) : this.values;
  }

  showXid(code: number, text: string): void {
    if (this.xids === NO_XIDS) this.xids = new Map();
    (this.xids as Map<number, string>).set(code, text);
  }

  /** The same attributes as an object that is there already, if there is one. */
  shared(attributes: Attributes): Attributes {
    if (JSON.stringify(attributes) !== JSON.stringify(this.#shared)) this.#shared = attributes;
    return this.#shared;
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
};

/** What the labels of a series say about where it belongs. */
export interface SeriesLabels {
  uuid: string | undefined;
  migId: string | undefined;
  migProfile: string | undefined;
  model: string | undefined;
  xidText: string | undefined;
  /** the row is of a link, a switch or a CPU, not of a GPU */
  isOtherEntity: boolean;
  /** spelled as from release 4.9.0 on */
  isNewSpelling: boolean;
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
    isOtherEntity: false,
    isNewSpelling: false,
    kept: {},
  };
  for (const [name, value] of labels) {
    if (value === "") continue;
    const kept = Object.hasOwn(KEPT, name) ? KEPT[name] : undefined;
    if (kept !== undefined) found.kept[kept] = value;
    if (name === "UUID" || name === "uuid") found.uuid = value;
    else if (name === "modelName") found.model = value;
    else if (name === "GPU_I_ID") found.migId = value;
    else if (name === "GPU_I_PROFILE") found.migProfile = value;
    else if (name === "err_msg") found.xidText = value;
    else if (name === "nvlink" || name === "nvswitch" || name === "cpu" || name === "cpucore")
      found.isOtherEntity = true;
    else if (name === "DCGM_FI_SYSTEM_DRIVER_VERSION") found.isNewSpelling = true;
  }
  return found;
}

const POD_LABELS = ["pod", "namespace", "container"];

/**
 * The attributes that a series gives to where it belongs.
 *
 * @param migId the slice's; undefined if it belongs to the physical GPU, of which a slice's pod is no attribute
 */
export function attributesOf(labels: SeriesLabels, migId: string | undefined): Attributes {
  const { model, kept } = labels;
  if (labels.migId === migId)
    return { model, migProfile: migId === undefined ? undefined : labels.migProfile, labels: kept };
  const own = Object.fromEntries(Object.entries(kept).filter(([name]) => !POD_LABELS.includes(name)));
  return { model, migProfile: undefined, labels: own };
}
