import type { GpuModel } from "./catalog.ts";
import { FIELDS, XID_FIELD, type Reading } from "./fields.ts";
import { countsXids, labelsOf, printsNoXid, type Generation } from "./generations.ts";
import type { GpuReadings } from "./physics.ts";

/** One GPU of a host, as its exporter sees it. */
export interface RenderedGpu {
  uuid: string;
  index: number;
  model: GpuModel;
  readings: GpuReadings;
  /** 0 for none */
  xid: number;
  /** how often each occurred in the last five minutes */
  recentXids: ReadonlyMap<number, number>;
  /** MIG slices by profile, e.g. "1g.10gb"; none for a whole GPU */
  profiles: readonly string[];
}

/** What the exporter says of an XID. */
export const XID_TEXTS: Record<number, string> = {
  0: "No Error",
  13: "Graphics Engine Exception",
  31: "GPU memory page fault",
  43: "GPU stopped processing",
  48: "Double Bit ECC Error",
  63: "ECC page retirement or row remapping recording event",
  74: "NVLINK Error",
  79: "GPU has fallen off the bus",
  94: "Contained ECC error",
  95: "Uncontained ECC error",
};

/** XIDs are counted for so long, unless an operator sets it otherwise. */
export const XID_WINDOW_SECONDS = 300;

/** First instance id of each MIG profile's size. */
const MIG_FIRST_ID: Record<number, number> = { 1: 7, 2: 3, 3: 1, 4: 1, 7: 0 };

/** Body of dcgm-exporter: the same lines, labels, order and number formats. */
export function renderBody(host: string, gpus: readonly RenderedGpu[], generation: Generation): string {
  const rows = gpus.flatMap((gpu) => rowsOf(gpu, host, generation));
  const lines: string[] = [];
  for (const field of FIELDS) {
    const name = field.name[generation];
    const samples = rows.flatMap(({ labels, reading }) => {
      const value = field.value(reading, generation);
      return value === undefined ? [] : [`${name}{${labels}} ${field.print(value, generation)}`];
    });
    if (samples.length > 0) lines.push(...head(field, generation), ...samples);
    if (field.name.classic === "DCGM_FI_DEV_DEC_UTIL") lines.push(...xidLines(rows, generation));
  }
  if (countsXids(generation)) lines.push(...xidCountLines(rows));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

interface Row {
  gpu: RenderedGpu;
  labels: string;
  reading: Reading;
}

function rowsOf(gpu: RenderedGpu, host: string, generation: Generation): Row[] {
  const { model, readings, profiles, uuid, index } = gpu;
  const identity = { uuid, index, modelName: model.name, host };
  if (profiles.length === 0) {
    return [
      {
        gpu,
        labels: labelsOf(generation, { ...identity, migLabels: "" }),
        reading: { model, gpu: readings, memoryShare: 1, isSlice: false },
      },
    ];
  }
  const taken = new Set<number>();
  return profiles.map((profile) => {
    const size = Number.parseInt(profile, 10);
    let id = MIG_FIRST_ID[size] ?? 0;
    while (taken.has(id)) id++;
    taken.add(id);
    const migLabels = `,GPU_I_PROFILE="${profile}",GPU_I_ID="${id}"`;
    const reading = { model, gpu: readings, memoryShare: size / (model.migSlices + 1), isSlice: true };
    return { gpu, labels: labelsOf(generation, { ...identity, migLabels }), reading };
  });
}

/** The older exporter prints 0 for a healthy GPU, the newer no line at all. */
function xidLines(rows: readonly Row[], generation: Generation): string[] {
  const shown = rows.filter(({ gpu }) => printsNoXid(generation) || gpu.xid > 0);
  if (shown.length === 0) return [];
  const name = XID_FIELD.name[generation];
  return [
    ...head(XID_FIELD, generation),
    ...shown.map(({ gpu, labels }) => {
      const text = XID_TEXTS[gpu.xid] ?? "Unknown Error";
      // The labels of the code came with 3.3.6.
      if (generation === "1.x") return `${name}{${labels}} ${gpu.xid}`;
      return `${name}{${labels},err_code="${gpu.xid}",err_msg="${text}"} ${gpu.xid}`;
    }),
  ];
}

/** As the exporter's own collector prints them: a line per code, or one without a code that says 0. */
function xidCountLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [
    "# HELP DCGM_EXP_XID_ERRORS_COUNT Count of XID Errors within user-specified time window (see xid-count-window-size param).",
    "# TYPE DCGM_EXP_XID_ERRORS_COUNT gauge",
    ...rows.flatMap(({ gpu, labels }) => {
      const window = `window_size_in_ms="${XID_WINDOW_SECONDS * 1_000}"`;
      if (gpu.recentXids.size === 0) return [`DCGM_EXP_XID_ERRORS_COUNT{${labels},${window}} 0`];
      return [...gpu.recentXids].map(
        ([code, count]) => `DCGM_EXP_XID_ERRORS_COUNT{${labels},${window},xid="${code}"} ${count}`,
      );
    }),
  ];
}

function head(
  { name, help, type }: Pick<(typeof FIELDS)[number], "name" | "help" | "type">,
  generation: Generation,
): string[] {
  return [`# HELP ${name[generation]} ${help[generation]}`, `# TYPE ${name[generation]} ${type}`];
}
