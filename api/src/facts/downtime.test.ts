import fc from "fast-check";
import { Downtime } from "./downtime.ts";

const HOUR = 3_600;
/** Any of three hours, and the minutes of it in which a GPU was down. */
const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 179 }), { maxLength: 90 });

/** As the database has it: bits of half hours. */
function rowsOf(starts: readonly number[]) {
  return [0, 1, 2].flatMap((h) => {
    const row = { uuidHash: "aa", hour: h * HOUR, low: 0, high: 0 };
    for (const minute of starts.filter((start) => Math.floor(start / 60) === h)) {
      if (minute % 60 < 30) row.low |= 1 << (minute % 60);
      else row.high |= 1 << ((minute % 60) - 30);
    }
    return row.low === 0 && row.high === 0 ? [] : [row];
  });
}

describe("the DOWN minutes of a GPU", () => {
  it("within a span are those that start in it, whatever second it begins and ends at", () => {
    const second = fc.integer({ min: -100, max: 3 * HOUR + 100 });
    fc.assert(
      fc.property(minutes, second, second, (starts, from, to) => {
        const down = new Downtime(rowsOf(starts));
        const expected = starts
          .map((minute) => minute * 60)
          .filter((at) => at >= from && at < to)
          .sort((a, b) => a - b);
        expect(down.startsWithin("aa", from, to)).toEqual(expected);
        expect(down.minutesWithin("aa", from, to)).toBe(expected.length);
      }),
    );
  });

  it("are none of a GPU that it doesn't know", () => {
    const down = new Downtime(rowsOf([5]));
    expect([down.minutesWithin("bb", 0, HOUR), down.startsWithin("bb", 0, HOUR)]).toEqual([0, []]);
  });
});
