import { intervalOf, formatInterval, parseInterval } from "./intervals.ts";
import { expandMacros, type MacroValues } from "./macros.ts";

const values: MacroValues = {
  from: new Date("2026-11-22T10:00:00Z"),
  to: new Date("2026-11-22T11:00:00Z"),
  variables: { gpu: "7", pool: ["1", "o'2"] },
};
const expand = (sql: string, more: Partial<MacroValues> = {}): string => expandMacros(sql, { ...values, ...more });

describe("macros", () => {
  it("become what Grafana's data source makes of them", () => {
    expect(expand("select $__timeGroupAlias(t, '1h') from x where $__timeFilter(t) and g = '$gpu'")).toBe(
      `select time_bucket('3600.000s',t) AS "time" from x where t BETWEEN '2026-11-22T10:00:00.000Z' AND '2026-11-22T11:00:00.000Z' and g = '7'`,
    );
    expect(expand("$__timeFrom() $__timeTo()")).toBe("'2026-11-22T10:00:00.000Z' '2026-11-22T11:00:00.000Z'");
    expect(expand("$__unixEpochFilter(t)")).toBe("t >= 1795341600 AND t <= 1795345200");
  });

  it("take the interval bare or quoted", () => {
    expect(
      expand("$__timeGroup(t,$__interval) $__timeGroup(t, '$__interval') $__interval_ms", { intervalMs: 60_000 }),
    ).toBe("time_bucket('60.000s',t) time_bucket('60.000s',t) 60000");
  });

  it("that Grafana doesn't know are an error", () => {
    expect(() => expand("select $__timeMagic(t)")).toThrow("no macro $__timeMagic");
  });
});

describe("variables", () => {
  it("are written as Grafana writes them", () => {
    expect(expand("${gpu:sqlstring} ${pool:sqlstring} ${pool:csv} '$gpu' $pool")).toBe(
      "'7' '1','o''2' 1,o'2 '7' '1','o''2'",
    );
  });

  it("can't leave their quotes, nor be looked through for macros", () => {
    const hostile = "x'; drop table y; -- $__timeFrom() ${pool:csv} $__evil(";
    expect(expand("a = ${gpu:sqlstring} and $__timeFilter(t)", { variables: { gpu: hostile } })).toMatch(
      /^a = 'x''; drop table y; -- \$__timeFrom\(\) \$\{pool:csv\} \$__evil\(' and t BETWEEN /,
    );
  });

  it("that nobody declared, and formats that aren't there, are an error", () => {
    expect(() => expand("$nothing")).toThrow("no variable nothing");
    expect(() => expand("${constructor}")).toThrow("no variable constructor");
    expect(() => expand("${gpu:queryparam}")).toThrow("no format :queryparam");
  });
});

describe("the interval", () => {
  it("is the range by the points, rounded to Grafana's steps, and not below the least", () => {
    const hours = (count: number) => [new Date(0), new Date(count * 3_600_000)] as const;
    expect(intervalOf(...hours(1))).toBe(10_000); // 3.6 s
    expect(intervalOf(...hours(24))).toBe(60_000); // 86.4 s
    expect(intervalOf(...hours(24 * 30), 100)).toBe(6 * 3_600_000); // 7.2 h
    expect(intervalOf(...hours(6), 1_000, 3_600_000)).toBe(3_600_000);
  });

  it("is read as it is written", () => {
    for (const text of ["500ms", "30s", "1m", "12h", "1d"]) expect(formatInterval(parseInterval(text))).toBe(text);
    for (const text of ["", "1", "m", "0s", "1 h", "1x"]) expect(() => parseInterval(text)).toThrow("no interval");
  });
});
