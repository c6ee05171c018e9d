import { existsSync, readFileSync } from "node:fs";
import { readings } from "../testing/rows.ts";
import { parseExposition } from "./exposition.ts";
import type { GpuRow, ParseResult } from "./result.ts";

/** Real bodies, collected in public; not part of the repository. Expected values were read off the files by eye. */
const SAMPLES = new URL("../../../../shared/testdata/dcgm/", import.meta.url);
const hasSamples = existsSync(SAMPLES);
const describeSamples = hasSamples ? describe : describe.skip;
const title = `real bodies of dcgm-exporter${hasSamples ? "" : " (skipped: ../shared/testdata/dcgm isn't here)"}`;

const AT = 1_700_000_000_000;
const parse = (name: string): ParseResult =>
  parseExposition(readFileSync(new URL(`${name}.prom`, SAMPLES), "utf8"), AT);
const slice = (rows: readonly GpuRow[], migId: string | null): GpuRow | undefined =>
  rows.find((row) => row.migId === migId);

describeSamples(title, () => {
  it("of an idle A100 are read whole, in canonical units", () => {
    const { rows, rejects, sampleCount, generation } = parse("a100-mig-disabled-idle-1");
    expect({ rejects, sampleCount, generation }).toEqual({ rejects: {}, sampleCount: 23, generation: "classic" });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      uuid: "GPU-7099682b-a20d-2bcc-74ab-b9060454d81e",
      model: "NVIDIA A100-SXM4-40GB",
      migId: null,
      labels: { index: "0", device: "nvidia0", hostname: "nvidia-dcgm-exporter-drqwq", driver_version: "520.56.06" },
    });
    expect(readings(rows[0])).toEqual({
      sm_clock_hertz: 210_000_000,
      mem_clock_hertz: 1_215_000_000,
      mem_temp_celsius: 28,
      gpu_temp_celsius: 29,
      power_watts: 45.999,
      energy_total_joules: 424_405.577,
      pcie_replay_total: 0,
      gpu_util_ratio: 0,
      mem_copy_util_ratio: 0,
      enc_util_ratio: 0,
      dec_util_ratio: 0,
      fb_free_bytes: 40_384 * 1_048_576,
      fb_used_bytes: 0,
      nvlink_bytes_per_second: 0,
      remap_uncorrectable_total: 0,
      remap_correctable_total: 0,
      row_remap_failed: 0,
      gr_active_ratio: 0,
      tensor_active_ratio: 0,
      dram_active_ratio: 0,
      pcie_tx_bytes_per_second: 16_503,
      pcie_rx_bytes_per_second: 11_775,
    });
  });

  it("scraped faster than the exporter collects are the same", () => {
    const [first, second] = [parse("a100-mig-disabled-idle-1"), parse("a100-mig-disabled-idle-2")];
    expect(second.rows).toEqual(first.rows);
  });

  it("of one MIG slice split into the GPU's own readings and the slice's", () => {
    const { rows } = parse("a100-mig-1g-active");
    expect(rows).toHaveLength(2);
    expect(readings(slice(rows, null))).toEqual({
      sm_clock_hertz: 1_410_000_000,
      mem_clock_hertz: 1_215_000_000,
      mem_temp_celsius: 39,
      gpu_temp_celsius: 37,
      power_watts: 115.294,
      energy_total_joules: 27_151.028,
      pcie_replay_total: 0,
      nvlink_bytes_per_second: 0,
    });
    expect(slice(rows, "9")?.migProfile).toBe("1g.5gb");
    expect(readings(slice(rows, "9"))).toEqual({
      fb_free_bytes: 503_316_480,
      fb_used_bytes: 4_596_957_184,
      gr_active_ratio: 0.999892,
      tensor_active_ratio: 0.000118,
      dram_active_ratio: 0.622646,
    });
  });

  it("of four slices count power, energy and temperature once", () => {
    const { rows, rejects } = parse("a100-mig-4-active");
    expect(rejects).toEqual({});
    expect(rows.map(({ migId, migProfile }) => [migId, migProfile])).toEqual([
      [null, null],
      ["7", "1g.5gb"],
      ["8", "1g.5gb"],
      ["9", "1g.5gb"],
      ["5", "2g.10gb"],
    ]);
    // The slices say 112.252 and 106.463 W, one poll apart; energy is 6,890,956 mJ on each of them.
    expect(readings(slice(rows, null))).toMatchObject({
      power_watts: 112.252,
      energy_total_joules: 6_890.956,
      gpu_temp_celsius: 35,
    });
    expect(rows.filter((row) => "power_watts" in readings(row))).toHaveLength(1);
    expect(readings(slice(rows, "8"))).toMatchObject({ gr_active_ratio: 0.408493, dram_active_ratio: 0.250816 });
    expect(readings(slice(rows, "5"))).toMatchObject({
      gr_active_ratio: 0,
      fb_used_bytes: 13 * 1_048_576,
      fb_free_bytes: 9_843 * 1_048_576,
    });
  });

  it("under full tensor load, a GPU and a slice of it in one body, keep the two apart", () => {
    const { rows } = parse("a100-nvidia-docs-dcgmproftester-mig-mixed");
    expect(rows.map(({ migId }) => migId)).toEqual([null, "13"]);
    expect(readings(rows[0])).toMatchObject({
      power_watts: 409.692,
      energy_total_joules: 319_159.391,
      gr_active_ratio: 0.99563,
      tensor_active_ratio: 0.92926,
      pcie_rx_bytes_per_second: 97_863_601,
      mem_temp_celsius: 69,
    });
    expect(readings(rows[1])).toEqual({
      gr_active_ratio: 0.995687,
      tensor_active_ratio: 0.930433,
      dram_active_ratio: 0.800339,
    });
  });

  it("of eight H100s in Kubernetes keep the pod of the one that has one", () => {
    const { rows, rejects, sampleCount } = parse("h100x8-k8s-vllm-2026-02");
    expect({ rejects, sampleCount }).toEqual({ rejects: {}, sampleCount: 30 });
    expect(rows.map((row) => readings(row)["power_watts"])).toEqual([
      ...[67.268, 67.616, 66.477, 69.523],
      ...[66.297, 66.324, 115.22, 69.424],
    ]);
    expect(rows.map((row) => row.labels["pod"])).toEqual([
      ...[undefined, undefined, undefined, undefined],
      ...[undefined, undefined, "vllm-agg-0-vllmdecodeworker-5fljt", undefined],
    ]);
    expect(rows[6]).toMatchObject({
      uuid: "GPU-ca1b8386-093b-60cc-349d-c4a38b9124c0",
      model: "NVIDIA H100 80GB HBM3",
      labels: {
        pci_bus_id: "00000000:B9:00.0",
        driver_version: "580.105.08",
        namespace: "dynamo-workload",
        container: "main",
      },
    });
  });

  it("of the oldest exporter, with blanks between labels, keep what isn't a sentinel", () => {
    const { rows, rejects } = parse("readme-old-format-sentinel");
    expect(rejects).toEqual({ blank: 1 });
    expect(rows.map(readings)).toEqual([{ sm_clock_hertz: 139_000_000, mem_clock_hertz: 405_000_000 }]);
  });
});

describeSamples(`DCGM 4.6's table of renames${hasSamples ? "" : " (skipped: it isn't here)"}`, () => {
  it("agrees with the new names of metrics.csv", async () => {
    const { METRICS } = await import("../metrics.ts");
    const renames = new Map(
      readFileSync(new URL("dcgm-4.6.0-renamed-fields.csv", SAMPLES), "utf8")
        .split("\n")
        .map((line) => line.split(","))
        .map(([, old, renamed]) => [old, renamed]),
    );
    const renamed = METRICS.filter(({ oldName, newName }) => newName !== oldName);
    expect(renamed.map(({ newName }) => newName)).toEqual(renamed.map(({ oldName }) => renames.get(oldName)));
    const kept = METRICS.filter(({ oldName, newName }) => newName === oldName);
    expect(kept.map(({ oldName }) => renames.get(oldName))).toEqual(kept.map(() => undefined));
  });
});
