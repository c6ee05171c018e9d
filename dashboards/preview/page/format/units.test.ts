import { fromNow, formatDate } from "./dates.ts";
import { formatterOf } from "./units.ts";

const write = (unit: string, value: number, decimals?: number): string | undefined =>
  formatterOf(unit)?.(value, decimals);

describe("units are written as Grafana writes them", () => {
  it.each([
    ["percentunit", 0.384, undefined, "38.4%"],
    ["percentunit", 0.99951, 2, "99.95%"],
    ["percent", 12, undefined, "12%"],
    ["watt", 48_120, undefined, "48.1 kW"],
    ["watt", 0.25, 0, "250 mW"],
    ["kwatth", 995, undefined, "995 kWh"],
    ["kwatth", 1_500, undefined, "1.50 MWh"],
    ["watth", 995_000, undefined, "995 kWh"],
    ["celsius", 67, undefined, "67 °C"],
    ["currencyUSD", 1_234_000, 2, "$1.23M"],
    ["currencyUSD", -12.5, 2, "-$12.50"],
    ["suffix: BCT", 3.5, 1, "3.5 BCT"],
    ["bytes", 2 * 1_024 ** 4, undefined, "2 TiB"],
    ["decbytes", 1_500, 1, "1.5 kB"],
    ["s", 0.25, undefined, "250 ms"],
    ["s", 90, undefined, "1.50 mins"],
    ["h", 36, undefined, "1.50 days"],
    ["short", 12_300, undefined, "12.3 K"],
    ["none", 0.0123, undefined, "0.0123"],
    ["none", 1_200, undefined, "1200"],
    ["hertz", 1_980_000_000, 2, "1.98 GHz"],
    ["rowsps", 4_200, 1, "4.2K rows/s"],
    ["dateTimeAsIso", 1_795_468_114_036, undefined, "2026-11-23 21:08:34"],
    ["time:YYYY-MM-DD", 1_795_468_114_036, undefined, "2026-11-23"],
  ])("%s of %d with %p decimals is %p", (unit, value, decimals, text) => {
    expect(write(unit, value, decimals)).toBe(text);
  });

  it("gives nothing for a unit that it doesn't know, so that the panel can say so", () => {
    expect(formatterOf("furlongs")).toBeUndefined();
  });

  it("never writes a zero below zero", () => {
    expect(write("none", -0.001, 1)).toBe("0.0");
  });
});

describe("times", () => {
  it("are in UTC", () => expect(formatDate(0, "YYYY-MM-DD HH:mm:ss.SSS")).toBe("1970-01-01 00:00:00.000"));

  it("say how long ago they were", () => {
    const now = 1_795_468_114_036;
    expect([5 * 60e3, 3_600e3, 3 * 86_400e3].map((ago) => fromNow(now - ago, now))).toEqual([
      "5 minutes ago",
      "1 hour ago",
      "3 days ago",
    ]);
    expect(fromNow(now + 7_200e3, now)).toBe("in 2 hours");
  });
});
