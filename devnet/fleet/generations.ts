/**
 * Exporters, oldest first:
 * - "1.x": `dcgm_*` names, labels `gpu` and `uuid` alone; also what `--use-old-namespace` prints
 * - "classic": 2.x to 4.8.2, the names that most fleets have
 * - "4.8": 4.8.3 on DCGM 4.6, with fields listed under their new names while the units are still the old ones; label
 *   `hostname`; healthy GPUs without an XID, and XIDs of the last five minutes counted
 * - "2026": from 4.9.0 on, new names and new units
 */
export const GENERATIONS = ["1.x", "classic", "4.8", "2026"] as const;

/** Names and units as an exporter prints them. */
export type Generation = (typeof GENERATIONS)[number];

/** A text for each generation. */
export type ByGeneration = Record<Generation, string>;

/** What 1.x calls its fields, by classic name: its own 1.x-compatibility-metrics.csv. Others it hasn't. */
const NAMES_1X: Record<string, string> = {
  DCGM_FI_DEV_SM_CLOCK: "dcgm_sm_clock",
  DCGM_FI_DEV_MEM_CLOCK: "dcgm_memory_clock",
  DCGM_FI_DEV_MEMORY_TEMP: "dcgm_memory_temp",
  DCGM_FI_DEV_GPU_TEMP: "dcgm_gpu_temp",
  DCGM_FI_DEV_POWER_USAGE: "dcgm_power_usage",
  DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: "dcgm_total_energy_consumption",
  DCGM_FI_DEV_PCIE_REPLAY_COUNTER: "dcgm_pcie_replay_counter",
  DCGM_FI_DEV_GPU_UTIL: "dcgm_gpu_utilization",
  DCGM_FI_DEV_MEM_COPY_UTIL: "dcgm_mem_copy_utilization",
  DCGM_FI_DEV_ENC_UTIL: "dcgm_enc_utilization",
  DCGM_FI_DEV_DEC_UTIL: "dcgm_dec_utilization",
  DCGM_FI_DEV_XID_ERRORS: "dcgm_xid_errors",
  DCGM_FI_DEV_POWER_VIOLATION: "dcgm_power_violation",
  DCGM_FI_DEV_THERMAL_VIOLATION: "dcgm_thermal_violation",
  DCGM_FI_DEV_FB_FREE: "dcgm_fb_free",
  DCGM_FI_DEV_FB_USED: "dcgm_fb_used",
  DCGM_FI_DEV_ECC_DBE_AGG_TOTAL: "dcgm_ecc_dbe_aggregate_total",
  DCGM_FI_DEV_RETIRED_PENDING: "dcgm_retired_pages_pending",
  DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL: "dcgm_nvlink_bandwidth_total",
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: "dcgm_fi_prof_gr_engine_active",
  DCGM_FI_PROF_SM_ACTIVE: "dcgm_fi_prof_sm_active",
  DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: "dcgm_fi_prof_pipe_tensor_active",
  DCGM_FI_PROF_DRAM_ACTIVE: "dcgm_fi_prof_dram_active",
  DCGM_FI_PROF_PCIE_TX_BYTES: "dcgm_fi_prof_pcie_tx_bytes",
  DCGM_FI_PROF_PCIE_RX_BYTES: "dcgm_fi_prof_pcie_rx_bytes",
};

/**
 * A field's names: "" where a generation hasn't got it.
 *
 * @param renamed since DCGM 4.6
 * @param base since DCGM 4.7, in another unit
 */
export function namesOf(classic: string, renamed = classic, base = renamed): ByGeneration {
  return { "1.x": NAMES_1X[classic] ?? "", classic, "4.8": renamed, "2026": base };
}

/** A text that goes with the units. */
export function textsOf(oldUnits: string, newUnits: string): ByGeneration {
  return { "1.x": oldUnits, classic: oldUnits, "4.8": oldUnits, "2026": newUnits };
}

/** Hz, J, bytes, ratios in place of MHz, mJ, MiB, percent. */
export function hasNewUnits(generation: Generation): boolean {
  return generation === "2026";
}

/** Whether a GPU without an XID has a line that says 0. */
export function printsNoXid(generation: Generation): boolean {
  return generation === "1.x" || generation === "classic";
}

/** Whether the XIDs of the last five minutes are counted. */
export function countsXids(generation: Generation): boolean {
  return generation === "4.8";
}

const DRIVER: ByGeneration = { "1.x": "", classic: "550.90.07", "4.8": "580.105.08", "2026": "590.48.01" };

/** What sets a row apart from others, as its labels say it. */
export interface RowIdentity {
  uuid: string;
  index: number;
  modelName: string;
  host: string;
  /** of its slice, with a comma before; "" for a whole GPU */
  migLabels: string;
}

/** The labels of a GPU's row, in the order in which the generation prints them. */
export function labelsOf(generation: Generation, { uuid, index, modelName, host, migLabels }: RowIdentity): string {
  if (generation === "1.x") return `gpu="${index}",uuid="${uuid}"${migLabels}`;
  const bus = `00000000:${(0x53 + 0x11 * index).toString(16).toUpperCase().padStart(2, "0")}:00.0`;
  const identity = `gpu="${index}",UUID="${uuid}",pci_bus_id="${bus}",device="nvidia${index}",modelName="${modelName}"`;
  const driver = DRIVER[generation];
  return generation === "classic"
    ? `${identity}${migLabels},Hostname="${host}",DCGM_FI_DRIVER_VERSION="${driver}"`
    : `${identity}${migLabels},hostname="${host}",DCGM_FI_SYSTEM_DRIVER_VERSION="${driver}"`;
}
