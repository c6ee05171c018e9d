import { decodeRecord, encodeRecord } from "./records.ts";
import { blankResult } from "./scrape/scrape.ts";
import { readings, rowOf } from "./testing/rows.ts";

const scrape = {
  kind: "scrape" as const,
  ...blankResult("http://a:1/metrics", 1_000, 2_000, 1_000),
  rows: [rowOf({ readings: { power_watts: 67.268, gpu_temp_celsius: 0 } })],
};

describe("a record", () => {
  it("is read back as it was", () => {
    const heartbeat = { kind: "heartbeat" as const, minute: 60_000, targetCount: 3, spoolBytes: 9 };
    expect(decodeRecord(encodeRecord(scrape))).toEqual(scrape);
    expect(decodeRecord(encodeRecord(heartbeat))).toEqual(heartbeat);
  });

  it("of a version with other columns keeps those that we still know", () => {
    const old = JSON.parse(encodeRecord(scrape).toString()) as {
      columns: string[];
      rows: { values: (number | null)[] }[];
    };
    old.columns = ["gone", "gpu_temp_celsius", "power_watts"];
    for (const row of old.rows) row.values = [1, 0, 67.268];
    const record = decodeRecord(Buffer.from(JSON.stringify(old)));
    expect(record?.kind === "scrape" && record.rows.map(readings)).toEqual([
      { power_watts: 67.268, gpu_temp_celsius: 0 },
    ]);
  });

  it("that nobody of ours wrote is none", () => {
    for (const text of ["", "{", "null", "1", "{}", '{"kind":"other"}', '{"kind":"scrape"}']) {
      expect(decodeRecord(Buffer.from(text))).toBeUndefined();
    }
  });
});
