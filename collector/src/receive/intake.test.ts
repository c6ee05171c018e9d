import { sortSeries } from "./intake.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import type { PushedSeries } from "./write-request.ts";

const NOW = 1_800_000_000_000;
const TARGET = { job: "dcgm", instance: "h1:9400" };

const series = (labels: Record<string, string>, ...times: number[]): PushedSeries => ({
  labels: Object.entries(labels),
  samples: times.map((at) => ({ at, value: 1, isStale: false })),
});
const power = (more: Record<string, string> = {}, ...times: number[]): PushedSeries =>
  series(
    { __name__: "DCGM_FI_DEV_POWER_USAGE", UUID: "GPU-1", ...TARGET, ...more },
    ...(times.length > 0 ? times : [NOW]),
  );
const sort = (...request: PushedSeries[]) => sortSeries(request, NOW, REQUEST_LIMITS);

it("samples are sorted by job, address, replica and time", () => {
  const { parts, rejects } = sort(
    power({}, NOW - 15_000, NOW),
    series({ __name__: "up", ...TARGET }, NOW),
    power({ instance: "h2:9400" }),
    power({ replica: "b" }),
  );
  expect(rejects).toEqual({});
  expect(parts.map(({ source, at, readings }) => [source.instance, source.replica, NOW - at, readings.length])).toEqual(
    [
      ["h1:9400", "", 15_000, 1],
      ["h1:9400", "", 0, 2],
      ["h2:9400", "", 0, 1],
      ["h1:9400", "b", 0, 1],
    ],
  );
});

it("both spellings of a field are kept; other metrics are only counted, and recording rules not even that", () => {
  const { parts, keptCount, otherCount, rejects } = sort(
    power(),
    series({ __name__: "DCGM_FI_DEV_BOARD_POWER_WATTS", UUID: "GPU-2", ...TARGET }, NOW),
    series({ __name__: "go_goroutines", ...TARGET }, NOW),
    series({ __name__: "scrape_series_added", ...TARGET }, NOW),
    series({ __name__: "job:gpu_util:avg" }, NOW),
  );
  expect(rejects).toEqual({});
  expect([keptCount, otherCount]).toEqual([2, 3]);
  expect(parts.find(({ source }) => source.instance !== "")).toMatchObject({ others: [expect.stringMatching(/^go_/)] });
});

it("what is over an hour old or of the future costs itself, and nothing else", () => {
  const { parts, rejects } = sort(power({}, NOW - 3_600_001, NOW - 3_600_000, NOW + 10_000, NOW + 10_001));
  expect(rejects).toEqual({ too_old: 1, in_future: 1 });
  expect(parts.map(({ at }) => at - NOW)).toEqual([-3_600_000, 10_000]);
});

it.each<[string, PushedSeries, string]>([
  ["without a name", series(TARGET, NOW), "bad_labels"],
  ["with a name that can't be", series({ ...TARGET, __name__: "a b" }, NOW), "bad_labels"],
  ["with a label twice", { ...power(), labels: [...power().labels, ["UUID", "GPU-9"]] }, "bad_labels"],
  ["with a label's name that would break a line", power({ 'a="1",b': "x" }), "bad_labels"],
  ["with a zero byte", power({ pod: "a\0b" }), "bad_labels"],
  ["with a label that is too long", power({ pod: "x".repeat(1_025) }), "labels_too_large"],
  [
    "with too many labels",
    power(Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`l${index}`, "x"]))),
    "labels_too_large",
  ],
  ["without a source", series({ __name__: "DCGM_FI_DEV_GPU_TEMP", UUID: "GPU-1" }, NOW), "no_source"],
])("a series %s is rejected by reason, the others are taken", (_what, bad, reason) => {
  const { parts, rejects } = sort(bad, power({ instance: "h3:9400" }));
  expect(rejects).toEqual({ [reason]: 1 });
  expect(parts).toHaveLength(1);
});

it("without an address the exporter's own name of the host is the source", () => {
  const { parts } = sort(series({ __name__: "DCGM_FI_DEV_GPU_TEMP", UUID: "GPU-1", Hostname: "h9" }, NOW));
  expect(parts[0]?.source).toEqual({ job: "", instance: "h9", replica: "" });
});
