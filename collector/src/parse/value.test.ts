import { readValue } from "./value.ts";

describe("readValue", () => {
  it.each([
    ["45.999000", 45.999],
    ["0", 0],
    ["0.5", 0.5],
    ["0e1", 0],
    ["-12", -12],
    ["1e3", 1000],
    ["27151028", 27_151_028],
    ["132983784093", 132_983_784_093],
  ])("reads %s", (token, value) => {
    expect(readValue(token)).toBe(value);
  });

  it("takes DCGM's blanks for no reading, in all their sizes", () => {
    const sentinels = [
      ...["9223372036854775792", "9223372036854775793", "9223372036854775794", "9223372036854775795"],
      ...["2147483632", "2147483633", "2147483634", "2147483635"],
      ...["140737488355328", "140737488355329.000000", "140737488355330", "140737488355331"],
    ];
    expect(sentinels.map(readValue)).toEqual(sentinels.map(() => "blank"));
    expect(["2147483631", "2147483636"].map(readValue)).toEqual([2_147_483_631, 2_147_483_636]);
  });

  it("takes NaN for no reading, and infinity for an impossible one", () => {
    expect(["NaN", "nan", "+Inf", "-Inf", "Infinity", "1e999"].map(readValue)).toEqual([
      ...["blank", "blank", "out_of_range"],
      ...["out_of_range", "out_of_range", "out_of_range"],
    ]);
  });

  it("refuses what JavaScript alone would call a number, and text", () => {
    const tokens = ["", "0x1f", "0b1", "0o7", "1_000", "ERROR", "<<<NULL>>>", "12abc", "--1"];
    expect(tokens.map(readValue)).toEqual(tokens.map(() => "bad_value"));
  });
});
