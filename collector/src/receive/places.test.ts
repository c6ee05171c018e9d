import fc from "fast-check";
import { scanSeries } from "../parse/series.ts";
import type { Reading } from "./intake.ts";
import { placeReading, pushUrl, toText } from "./places.ts";

const reading = (labels: Record<string, string>, name = "DCGM_FI_DEV_GPU_TEMP"): Reading => ({
  name,
  labels: Object.entries(labels),
  key: name,
  value: 61,
  isStale: false,
});
const TARGET = { job: "dcgm", instance: "10.0.0.7:9400" };

it("a target's URL begins with the operator of its token, and no label can lead out of it", () => {
  expect(pushUrl("1", TARGET)).toBe("push://operator-1/dcgm/10.0.0.7%3A9400");
  expect(pushUrl("1", { ...TARGET, zone: "a b", host: "h1" })).toBe(
    "push://operator-1/dcgm/10.0.0.7%3A9400?host=h1&zone=a+b",
  );
  expect(pushUrl("1", { job: "../../operator-2", instance: "x?y#z" })).toBe(
    "push://operator-1/..%2F..%2Foperator-2/x%3Fy%23z",
  );
});

it("of two targets at one address a series belongs to the one whose labels it has", () => {
  const places = [
    { ...TARGET, host: "h1" },
    { ...TARGET, host: "h2" },
  ];
  const { place, reading: own } = placeReading(reading({ ...TARGET, host: "h2", UUID: "GPU-1" }), places);
  expect(place).toEqual({ ...TARGET, host: "h2" });
  expect(own.labels).toEqual([["UUID", "GPU-1"]]);
});

it("the exporter's labels that Prometheus renamed have their names back, and its own pod is no GPU's", () => {
  const place = { ...TARGET, pod: "dcgm-exporter-x7", namespace: "monitoring" };
  const idle = placeReading(reading({ ...place, UUID: "GPU-1" }), [place]);
  expect(idle.reading.labels).toEqual([["UUID", "GPU-1"]]);
  const busy = { ...place, UUID: "GPU-1", exported_pod: "llm-0", exported_namespace: "tenant" };
  const expected = [
    ["UUID", "GPU-1"],
    ["pod", "llm-0"],
    ["namespace", "tenant"],
  ];
  expect(placeReading(reading(busy), [place]).reading.labels).toEqual(expected);
  // even where `up` was never sent, so that nobody says what Prometheus added
  expect(placeReading(reading(busy), []).reading.labels).toEqual(expected);
});

it("without `up` the host's name tells targets at one address apart", () => {
  const { place } = placeReading(reading({ ...TARGET, Hostname: "h1", UUID: "GPU-1" }), []);
  expect(place).toEqual({ ...TARGET, host: "h1" });
});

it("a label's value goes into the text and comes out of it as it was", () => {
  const value = fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "}", "{", ",", " ", "ü") });
  fc.assert(
    fc.property(value, (pod) => {
      const text = toText([reading({ pod })]);
      expect(text.indexOf("\n")).toBe(text.length - 1);
      const end = text.lastIndexOf("}") + 1;
      expect(scanSeries(text, 0, end)?.labels).toEqual([["pod", pod]]);
    }),
  );
});
