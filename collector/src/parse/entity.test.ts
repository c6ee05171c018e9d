import { ExpositionParser, parseExposition } from "./exposition.ts";
import type { GpuRow } from "./result.ts";

const AT = 1_700_000_000_000;
const line = (name: string, labels: string, value: string | number = 1): string =>
  `${name}{UUID="GPU-1",${labels}} ${value}`;
const POWER = "DCGM_FI_DEV_POWER_USAGE";
const rowsOf = (...lines: string[]): GpuRow[] => parseExposition(lines.join("\n"), AT).rows;
const only = (...lines: string[]): GpuRow | undefined => rowsOf(...lines)[0];

describe("what a GPU's labels say", () => {
  it("isn't forgotten when a series without them comes last", () => {
    const full = line(POWER, 'modelName="NVIDIA L40S",hostname="h1",pod="p"');
    const bare = line("DCGM_FI_DEV_GPU_TEMP", "");
    const expected = { model: "NVIDIA L40S", labels: { hostname: "h1", pod: "p" } };
    expect(only(full, bare)).toMatchObject(expected);
    expect(only(bare, full)).toMatchObject(expected);
  });

  it("doesn't outlive its body", () => {
    const parser = new ExpositionParser();
    parser.parse(line(POWER, 'modelName="A",hostname="h1",pod="p"'), AT);
    expect(parser.parse(line(POWER, 'modelName="A",hostname="h1"'), AT).rows[0]?.labels).toEqual({ hostname: "h1" });
  });

  it("is kept under one name whatever the exporter calls it", () => {
    const spellings = [
      'gpu="0",modelName="M",Hostname="h",DCGM_FI_DRIVER_VERSION="5",pod="p",namespace="n",container="c",DCGM_FI_DEV_SERIAL="s"',
      'gpu="0",modelName="M",hostname="h",DCGM_FI_SYSTEM_DRIVER_VERSION="5",pod="p",namespace="n",container="c",DCGM_FI_DEV_BOARD_SERIAL="s"',
      'gpu="0",model_name="M",hostname="h",DCGM_FI_DRIVER_VERSION="5",pod_name="p",pod_namespace="n",container_name="c",DCGM_FI_DEV_SERIAL="s"',
    ];
    const labels = {
      index: "0",
      hostname: "h",
      driver_version: "5",
      pod: "p",
      namespace: "n",
      container: "c",
      serial: "s",
    };
    for (const spelling of spellings) expect(only(line(POWER, spelling))).toMatchObject({ model: "M", labels });
  });

  it("is nothing where it is empty, or DCGM's word for nothing", () => {
    const row = only(line(POWER, 'pod="",hostname="<<<NULL>>>",DCGM_FI_DEV_SERIAL="<<<NOT_SUPPORTED>>>",modelName=""'));
    expect(row).toMatchObject({ model: null, labels: {} });
    const { rows, rejects } = parseExposition(`${POWER}{UUID="<<<NOT_FOUND>>>"} 67`, AT);
    expect({ rows, rejects }).toEqual({ rows: [], rejects: { no_uuid: 1 } });
  });

  it("of several jobs or pods on it is the same in whatever order they come", () => {
    const first = line(POWER, 'hostname="h",pod="a",namespace="x",hpc_job="7"');
    const second = line(POWER, 'hostname="h",pod="b",namespace="x",hpc_job="9"');
    const idle = line(POWER, 'hostname="h"');
    const labels = { hostname: "h", pod: "a", namespace: "x", hpc_job: "7" };
    for (const order of [
      [first, second, idle],
      [idle, second, first],
      [second, idle, first],
    ])
      expect(only(...order)?.labels).toEqual(labels);
  });

  it("is what the exporter set, where a Prometheus between has put its own pod in that place", () => {
    const scraped = 'pod="nvidia-dcgm-exporter-tl46n",namespace="gpu-operator",container="exporter"';
    const exported = 'exported_pod="vllm-0",exported_namespace="serving",exported_container=""';
    expect(only(line(POWER, `hostname="h",${scraped},${exported}`))?.labels).toEqual({
      hostname: "h",
      pod: "vllm-0",
      namespace: "serving",
    });
    // An idle GPU has none: the exporter's own pod isn't its user.
    expect(only(line(POWER, `hostname="h",${scraped}`))?.labels).toEqual({ hostname: "h" });
  });

  it("of a slice's pod isn't said of the GPU", () => {
    const slice = 'GPU_I_PROFILE="1g.10gb",GPU_I_ID="7",pod="a",hpc_job="3"';
    const rows = rowsOf(line(POWER, slice), line("DCGM_FI_DEV_FB_USED", slice, 12));
    expect(rows.map(({ migId, labels }) => [migId, labels])).toEqual([
      [null, {}],
      ["7", { pod: "a", hpc_job: "3" }],
    ]);
  });
});

describe("rows of other things beside GPUs", () => {
  it.each([
    ["a link", 'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL{nvlink="3",gpu="0",gpu_uuid="GPU-1",model_name="M"} 5'],
    ["a switch", 'DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL{nvswitch="1",hostname="h"} 5'],
    ["a CPU", 'DCGM_FI_DEV_POWER_USAGE{cpu="0",hostname="h"} 5'],
    ["a core", 'DCGM_FI_DEV_GPU_TEMP{cpucore="7",cpu="0",hostname="h"} 5'],
  ])("are no reading, and no reject: %s", (_what, text) => {
    expect(parseExposition(text, AT)).toMatchObject({ rows: [], events: [], rejects: {}, sampleCount: 1 });
  });
});

describe("counted XIDs", () => {
  const count = (name: string, more: string, value: number): string => line(`DCGM_EXP_XID_ERRORS_${name}`, more, value);
  const xids = (...lines: string[]): unknown => parseExposition(lines.join("\n"), AT).events;

  it("come beside the gauge's text, as one XID", () => {
    const gauge = line("DCGM_FI_DEV_XID_ERRORS", 'err_code="31",err_msg="GPU memory page fault"', 31);
    const recent = [count("COUNT", 'window_size_in_ms="300000",xid="31"', 2), count("COUNT", 'xid="13"', 1)];
    const total = count("TOTAL", 'xid="31"', 9);
    expect(xids(gauge, ...recent, total)).toEqual([
      { uuid: "GPU-1", kind: "XID", code: 31, text: "GPU memory page fault", recent: 2, total: 9 },
      { uuid: "GPU-1", kind: "XID", code: 13, text: "", recent: 1, total: 0 },
    ]);
  });

  it("of none are no XID, but say that the one that sticks in the gauge is old", () => {
    const none = count("COUNT", 'window_size_in_ms="300000"', 0);
    expect(xids(none)).toEqual([]);
    expect(xids(none, line("DCGM_FI_DEV_XID_ERRORS", 'err_msg="text"', 79))).toEqual([
      { uuid: "GPU-1", kind: "XID", code: 79, text: "text", recent: 0 },
    ]);
  });

  it("of slices, which repeat their GPU's, count once", () => {
    const slices = ["7", "8"].map((id) => count("COUNT", `GPU_I_PROFILE="1g.10gb",GPU_I_ID="${id}",xid="13"`, 1));
    expect(xids(...slices)).toEqual([{ uuid: "GPU-1", kind: "XID", code: 13, text: "", recent: 1 }]);
  });

  it("make no row: a GPU of which nothing else is said isn't alive", () => {
    expect(rowsOf(count("COUNT", 'xid="79"', 1))).toEqual([]);
  });
});
