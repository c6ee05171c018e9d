import { valuesOf } from "../testing/rows.ts";
import { edges, NO_SIGNS, signsOf, type Signs } from "./events.ts";

/** The events of a GPU that shows these readings one after the other. */
function tell(...shown: Record<string, number>[]): string[] {
  let before: Signs = NO_SIGNS;
  return shown.flatMap((given, index) => {
    const now = signsOf(valuesOf(given), before);
    const events = edges(index, before, now).map(({ at, kind, code }) => `${at} ${kind} ${code}`);
    before = now;
    return events;
  });
}

describe("events of a GPU", () => {
  it("tell throttling once, when it begins, and not the power cap, which is normal", () => {
    const reasons = [1, 4, 4 | 32, 32, 32 | 64, 0, 8];
    expect(tell(...reasons.map((clock_event_reasons) => ({ clock_event_reasons })))).toEqual([
      "2 THROTTLED 32",
      "6 THROTTLED 8",
    ]);
  });

  it("tell uncorrected errors that are new, not those of an earlier life", () => {
    expect(tell({ ecc_dbe_total: 5 }, { ecc_dbe_total: 5 }, { ecc_dbe_total: 7 })).toEqual(["2 ECC_UNCORRECTED 2"]);
  });

  it("tell an uncorrected error once, though both counters rise", () => {
    const shown = [0, 1].map((count) => ({ ecc_dbe_total: 5 + count, ecc_dbe_volatile_total: count }));
    expect(tell(...shown)).toEqual(["1 ECC_UNCORRECTED 1"]);
  });

  it("aren't made up by a driver reload or by a counter that is missing for a while", () => {
    expect(
      tell(
        { ecc_dbe_total: 5, ecc_dbe_volatile_total: 5 },
        { ecc_dbe_volatile_total: 0 },
        {},
        { ecc_dbe_total: 5, ecc_dbe_volatile_total: 0 },
      ),
    ).toEqual([]);
  });

  it("tell remapped rows and a failed remap, the latter even at first sight", () => {
    expect(tell({ remap_uncorrectable_total: 0 }, { remap_uncorrectable_total: 3 })).toEqual(["1 ROW_REMAPPED 3"]);
    expect(tell({ row_remap_failed: 1 }, {}, { row_remap_failed: 1 })).toEqual(["0 ROW_REMAP_FAILED 1"]);
  });
});
