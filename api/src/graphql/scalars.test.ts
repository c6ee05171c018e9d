import { DateTimeScalar } from "./scalars.ts";

describe("DateTime", () => {
  it.each([0, 1, 86_399, 86_400, 1_795_435_200, 1_795_478_399, 1_795_435_261, 951_782_400, 253_402_300_800, -1])(
    "writes %d seconds since 1970 as Date does",
    (at) => expect(DateTimeScalar.serialize(BigInt(at))).toBe(new Date(at * 1_000).toISOString()),
  );

  it("has no text for what is beyond the calendar, and goes on after it", () => {
    expect(() => DateTimeScalar.serialize(10n ** 18n)).toThrow(RangeError);
    expect(DateTimeScalar.serialize(1_795_435_200n)).toBe("2026-11-23T12:00:00.000Z");
  });
});
