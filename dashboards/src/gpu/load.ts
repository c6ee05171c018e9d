import type { RowSpec } from "../spec.ts";
import { weighted } from "../telemetry.ts";
import { gpuPanel, gpuSeries } from "./sql.ts";

/** How the GPU runs. A gap in a line: no sample. */
export const LOAD: RowSpec = {
  title: "How does it run?",
  panels: [
    gpuPanel({
      title: "Utilization",
      description:
        "Mean shares of the time that DCGM reported: the GPU busy, its tensor cores, its memory. A gap: no sample.",
      unit: "percentunit",
      max: 1,
      queries: gpuSeries(
        "util_ratio, tensor_active_ratio, dram_active_ratio",
        `${weighted("util_ratio")} as "busy", ${weighted("tensor_active_ratio")} as "tensor cores", ${weighted("dram_active_ratio")} as "memory"`,
      ),
    }),
    gpuPanel({
      title: "Power",
      description: "Power of the board: mean, and the highest sample of each point.",
      unit: "watt",
      overrides: [{ match: { name: "highest" }, lineWidth: 1, fill: 0, isDashed: true }],
      queries: gpuSeries(
        "power_watts, power_watts_max",
        `${weighted("power_watts")} as "mean", max(power_watts_max) as "highest"`,
      ),
    }),
    gpuPanel({
      title: "Temperature",
      description:
        "Mean temperature of the chip, and the highest of chip and memory in each point; dashed: 83 and 87 °C.",
      unit: "celsius",
      min: 20,
      hasThresholdLines: true,
      thresholds: [
        { value: null, color: "transparent" },
        { value: 83, color: "orange" },
        { value: 87, color: "red" },
      ],
      queries: gpuSeries(
        "gpu_temp_celsius, gpu_temp_celsius_max, mem_temp_celsius_max",
        `${weighted("gpu_temp_celsius")} as "chip", max(gpu_temp_celsius_max) as "chip, highest", max(nullif(mem_temp_celsius_max, 0)) as "memory, highest"`,
      ),
    }),
    gpuPanel({
      title: "Clocks",
      description: "Mean clock of the multiprocessors, at all times and while the GPU was busy.",
      unit: "hertz",
      queries: gpuSeries(
        "sm_clock_hertz, busy_sm_clock_hertz",
        `${weighted("sm_clock_hertz")} as "all the time", ${weighted("busy_sm_clock_hertz")} as "while busy"`,
      ),
    }),
    gpuPanel({
      title: "Memory",
      description: "Framebuffer in use: mean and highest.",
      unit: "bytes",
      queries: gpuSeries(
        "fb_used_bytes, fb_used_bytes_max",
        `${weighted("fb_used_bytes")} as "mean", max(fb_used_bytes_max) as "highest"`,
      ),
    }),
    gpuPanel({
      title: "PCIe and NVLink",
      description: "Bytes per second over PCIe from and to the GPU, and over NVLink.",
      unit: "Bps",
      queries: gpuSeries(
        "pcie_tx_bytes, pcie_rx_bytes, nvlink_bytes",
        ["pcie_tx_bytes", "pcie_rx_bytes", "nvlink_bytes"]
          .map(
            (name, place) =>
              `sum(${name}) / nullif(sum(covered_seconds), 0) as "${["PCIe out", "PCIe in", "NVLink"][place]}"`,
          )
          .join(", "),
      ),
    }),
  ],
};
