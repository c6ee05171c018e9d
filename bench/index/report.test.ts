import { checkEqual } from "./equal.ts";
import { compareWithGoals } from "./goals.ts";
import { formatTable, medianRun, rateOf } from "./report.ts";
import type { Measured } from "./run.ts";

const MIB = 2 ** 20;

function run(changes: Partial<Measured> = {}): Measured {
  return {
    events: 150_000,
    indexerCpu: 4,
    databaseCpu: 2,
    wallSeconds: 5,
    firstRowSeconds: 1.25,
    peakBytes: 300 * MIB,
    databaseBytes: 40 * MIB,
    digest: "account 1 aa, trade 150000 bb",
    ...changes,
  };
}

it("the rate counts the time of indexer and database", () => {
  expect(rateOf(run())).toBe(25_000);
});

it("the median run is the middle one by rate, the slower of two in the middle", () => {
  const [slow, middle, fast] = [run({ indexerCpu: 8 }), run(), run({ indexerCpu: 1 })];
  expect(medianRun([fast, slow, middle])).toBe(middle);
  expect(medianRun([fast, slow])).toBe(slow);
  expect(() => medianRun([])).toThrow("BUG");
});

it("the table has a line per side with its median run and the spread of rates", () => {
  const text = formatTable(new Map([["limit", [run(), run({ indexerCpu: 1 }), run({ indexerCpu: 13 })]]]));
  expect(text.split("\n")).toEqual([
    "side    events  events/CPU s      CPU s  wall s  first row s  RSS MiB  DB MiB  slowest to fastest",
    "limit  150,000        25,000  4.0 + 2.0     5.0          1.3      300      40    10,000 to 50,000",
  ]);
});

describe("goals", () => {
  it("compare the pruned engine with each side that was run", () => {
    const figures = compareWithGoals(
      new Map([
        ["limit", [run({ indexerCpu: 1, databaseCpu: 1 })]],
        ["engine pruned", [run()]],
        ["ponder", [run({ indexerCpu: 22, databaseCpu: 8 })]],
        ["part: graph-node pruned", [run({ events: 20_000, indexerCpu: 90, databaseCpu: 10 })]],
      ]),
    );
    expect(figures.map(({ name, value, limit, isFloor }) => [name, value, isFloor === true, limit])).toEqual([
      ["engine pruned", 25_000, true, 20_000],
      ["engine pruned / ponder", 5, true, 5],
      ["engine pruned / part: graph-node pruned", 125, true, 20],
      ["engine pruned / limit", 1 / 3, true, 1 / 3],
      ["engine pruned: peak memory", 300, false, 350],
    ]);
  });

  it("compare databases where both indexed the same part", () => {
    const figures = compareWithGoals(
      new Map([
        ["part: engine full", [run({ databaseBytes: 30 * MIB })]],
        ["part: graph-node full", [run({ databaseBytes: 40 * MIB })]],
        ["part: graph-node pruned", [run()]],
      ]),
    );
    expect(figures).toEqual([{ name: "database, full: engine / graph-node", value: 0.75, unit: "×", limit: 1 }]);
  });
});

describe("equal rows", () => {
  it("are demanded of all runs over the same events", () => {
    const other = run({ digest: "account 1 cc, trade 150000 bb" });
    expect(() =>
      checkEqual(
        new Map([
          ["a", [run()]],
          ["b", [run(), other]],
        ]),
      ),
    ).toThrow("b and a have other rows");
    const part = run({ events: 20_000, digest: "account 1 cc, trade 20000 bb" });
    expect(() =>
      checkEqual(
        new Map([
          ["a", [run()]],
          ["b", [part]],
        ]),
      ),
    ).not.toThrow();
  });

  it("have one row for each event", () => {
    const short = run({ digest: "account 1 aa, trade 149999 bb" });
    expect(() => checkEqual(new Map([["a", [short]]]))).toThrow("a has no row for some of 150000 events");
  });
});
