import { describeFigure, isHeld } from "./figure.ts";
import { readFlags } from "./flags.ts";

it("names of benchmarks and flags may stand in any order", () => {
  expect(
    readFlags(["--runs", "5", "index", "--only", "limit,engine", "--profile", "--api", "http://a/graphql"]),
  ).toEqual({
    names: ["index"],
    flags: { only: "limit,engine", runs: 5, profile: true, api: "http://a/graphql" },
  });
  expect(readFlags([])).toEqual({ names: [], flags: { profile: false } });
});

it("a flag that isn't there or can't be is refused by name", () => {
  expect(() => readFlags(["--fast"])).toThrow("--fast");
  expect(() => readFlags(["--runs", "0"])).toThrow('--runs is "0"');
  expect(() => readFlags(["--runs", "many"])).toThrow('--runs is "many"');
});

it("a floor is held from below, a limit from above, and nothing by what is no number", () => {
  const figure = { name: "x", value: 3, unit: "s", limit: 3 };
  expect([isHeld(figure), isHeld({ ...figure, value: 3.1 }), isHeld({ ...figure, value: NaN })]).toEqual([
    true,
    false,
    false,
  ]);
  const floor = { ...figure, isFloor: true };
  expect([isHeld(floor), isHeld({ ...floor, value: 2.9 }), isHeld({ ...floor, value: NaN })]).toEqual([
    true,
    false,
    false,
  ]);
});

it("a figure's line says what was wanted and whether it is so", () => {
  const figure = { name: "engine / limit", value: 0.288, unit: "×", limit: 1 / 3, isFloor: true };
  expect(describeFigure(figure)).toMatch(/^engine \/ limit +0\.29 × {3}at least 0\.33 × {3}TOO LITTLE$/);
  expect(describeFigure({ name: "memory", value: 300.25, unit: "MiB", limit: 350 })).toMatch(
    /^memory +300\.3 MiB {3}at most 350 MiB {3}ok$/,
  );
});
