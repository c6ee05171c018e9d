import type { GpuModel } from "./catalog.ts";
import { FIELDS, XID_FIELD, type Reading } from "./fields.ts";
import type { GpuReadings } from "./physics.ts";
import type { Generation } from "./types.ts";

/** One GPU of a host, as its exporter sees it. */
export interface RenderedGpu {
  uuid: string;
  index: number;
  model: GpuModel;
  readings: GpuReadings;
  /** 0 for none */
  xid: number;
  /** MIG slices by profile, e.g. "1g.10gb"; none for a whole GPU */
  profiles: readonly string[];
}

const DRIVER = { classic: "550.90.07", "2026": "590.48.01" } as const;

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
    if (name.startsWith("DCGM_FI_DEV_DEC_UTIL")) lines.push(...xidLines(rows, generation));
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

interface Row {
  gpu: RenderedGpu;
  labels: string;
  reading: Reading;
}

function rowsOf(gpu: RenderedGpu, host: string, generation: Generation): Row[] {
  const { model, readings, profiles } = gpu;
  if (profiles.length === 0) {
    return [
      {
        gpu,
        labels: labelsOf(gpu, host, generation),
        reading: { model, gpu: readings, memoryShare: 1, isSlice: false },
      },
    ];
  }
  const counts = new Map<number, number>();
  return profiles.map((profile) => {
    const size = Number.parseInt(profile, 10);
    const count = counts.get(size) ?? 0;
    counts.set(size, count + 1);
    const id = (MIG_FIRST_ID[size] ?? 0) + count;
    const reading = { model, gpu: readings, memoryShare: size / (model.migSlices + 1), isSlice: true };
    return { gpu, labels: labelsOf(gpu, host, generation, `GPU_I_PROFILE="${profile}",GPU_I_ID="${id}",`), reading };
  });
}

function labelsOf({ uuid, index, model }: RenderedGpu, host: string, generation: Generation, mig = ""): string {
  const bus = `00000000:${(0x53 + 0x11 * index).toString(16).toUpperCase().padStart(2, "0")}:00.0`;
  const identity = `gpu="${index}",UUID="${uuid}",pci_bus_id="${bus}",device="nvidia${index}",modelName="${model.name}",${mig}`;
  return generation === "classic"
    ? `${identity}Hostname="${host}",DCGM_FI_DRIVER_VERSION="${DRIVER.classic}"`
    : `${identity}hostname="${host}",DCGM_FI_SYSTEM_DRIVER_VERSION="${DRIVER["2026"]}"`;
}

/** The older exporter prints 0 for a healthy GPU, the newer no line at all. */
function xidLines(rows: readonly Row[], generation: Generation): string[] {
  const shown = rows.filter(({ gpu }) => generation === "classic" || gpu.xid > 0);
  if (shown.length === 0) return [];
  const name = XID_FIELD.name[generation];
  return [
    ...head(XID_FIELD, generation),
    ...shown.map(({ gpu, labels }) => {
      const text = XID_TEXTS[gpu.xid] ?? "Unknown Error";
      return `${name}{${labels},err_code="${gpu.xid}",err_msg="${text}"} ${gpu.xid}`;
    }),
  ];
}

function head(
  { name, help, type }: Pick<(typeof FIELDS)[number], "name" | "help" | "type">,
  generation: Generation,
): string[] {
  return [`# HELP ${name[generation]} ${help[generation]}`, `# TYPE ${name[generation]} ${type}`];
}
