import { identityOf } from "./identity/identity.ts";
import { COLUMNS } from "./metrics.ts";
import type { GpuRow } from "./parse/result.ts";
import { RecordDecoder } from "./record-decoder.ts";
import { encodeRecord, type CollectorRecord } from "./records.ts";
import { blankResult } from "./scrape/scrape.ts";
import { readings, rowOf } from "./testing/rows.ts";

const AT = 1_000;
const decodeRecord = (payload: Buffer): CollectorRecord | undefined => new RecordDecoder().decode(payload);
const scrapeOf = (...rows: GpuRow[]): CollectorRecord => ({
  kind: "scrape",
  ...blankResult("http://a:1/metrics", AT, 2_000, 1_000),
  rows,
});
const row = rowOf({ at: AT, readings: { power_watts: 67.268, gpu_temp_celsius: 0 } });

/** A record's rows as plain objects. */
const rowsOf = (record: CollectorRecord | undefined): unknown[] =>
  record?.kind !== "scrape"
    ? []
    : record.rows.map((one) => {
        const { at, uuid, migId, migProfile, model, labels } = one;
        return { at, uuid, migId, migProfile, model, labels, ...readings(one) };
      });

describe("a record", () => {
  it("is read back as it was", () => {
    const labels = { hostname: "hôte \n 1", pod: '{"a"}' };
    const slice = rowOf({ at: AT, migId: "7", migProfile: "1g.10gb", labels, readings: { gr_active_ratio: 0.1 } });
    const bare = rowOf({ at: AT, uuid: "GPU-2", model: null, readings: { ecc_dbe_total: 2_147_483_631 } });
    const scrape = scrapeOf(row, slice, bare);
    const back = decodeRecord(encodeRecord(scrape));
    expect(rowsOf(back)).toEqual(rowsOf(scrape));
    expect(back).toMatchObject({ ...blankResult("http://a:1/metrics", AT, 2_000, 1_000), kind: "scrape", rows: {} });
    expect(back?.kind === "scrape" && back.rows.map(identityOf)).toEqual([row, slice, bare].map(identityOf));
    const heartbeat = { kind: "heartbeat" as const, minute: 60_000, targetCount: 3, spoolBytes: 9 };
    expect(decodeRecord(encodeRecord(heartbeat))).toEqual(heartbeat);
  });

  it("of a GPU that is called as JSON is written is that GPU's", () => {
    const names = ['x",null,y', "x\\", '"', '\\",null,'];
    const scrape = scrapeOf(...names.flatMap((uuid) => [rowOf({ at: AT, uuid }), rowOf({ at: AT, uuid, migId: "1" })]));
    expect(rowsOf(decodeRecord(encodeRecord(scrape)))).toEqual(rowsOf(scrape));
  });

  it("of one batch is as it was while the next one is read, and not after that", () => {
    const decoder = new RecordDecoder();
    const decode = (watts: number): GpuRow => {
      decoder.begin();
      const back = decoder.decode(encodeRecord(scrapeOf(rowOf({ at: AT, readings: { power_watts: watts } }))));
      if (back?.kind !== "scrape" || !back.rows[0]) throw new Error("no row");
      return back.rows[0];
    };
    const [first, second] = [decode(1), decode(2)];
    expect([readings(first), readings(second)]).toEqual([{ power_watts: 1 }, { power_watts: 2 }]);
    expect(decode(3)).toBe(first);
    expect([readings(first), readings(second)]).toEqual([{ power_watts: 3 }, { power_watts: 2 }]);
  });

  it("of a version with other columns keeps those that we still know", () => {
    const names = COLUMNS.map(({ column }) => column);
    const others = [...names].reverse().join().replace("power_watts", "watts_power");
    const bytes = encodeRecord(scrapeOf(row));
    const at = bytes.indexOf(names.join());
    bytes.write(others, at);
    const mirrored = rowOf({ readings: {} }).values.map((_none, place) => row.values[names.length - 1 - place] ?? NaN);
    const back = decodeRecord(bytes);
    const expected = readings({ ...row, values: mirrored });
    delete expected["power_watts"];
    expect(back?.kind === "scrape" && readings(back.rows[0])).toEqual(expected);
  });

  it("as JSON, of versions before, is read as well", () => {
    const old = {
      ...scrapeOf(),
      columns: ["gone", "gpu_temp_celsius", "power_watts"],
      rows: [{ ...row, values: [1, null, 67.268] }],
    };
    expect(rowsOf(decodeRecord(Buffer.from(JSON.stringify(old))))).toMatchObject([
      { uuid: "GPU-1", model: "NVIDIA L40S", power_watts: 67.268 },
    ]);
  });

  it("that nobody of ours wrote is none", () => {
    for (const text of ["", "{", "null", "1", "{}", '{"kind":"other"}', '{"kind":"scrape"}', "\x01", "\x01abc"]) {
      expect(decodeRecord(Buffer.from(text))).toBeUndefined();
    }
    const bytes = encodeRecord(scrapeOf(row));
    expect(decodeRecord(bytes.subarray(0, bytes.length - 1))).toBeUndefined();
  });
});
