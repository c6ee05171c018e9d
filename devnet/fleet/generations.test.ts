import fc from "fast-check";
import { COLUMNS, parseExposition, type GpuRow, type ParseResult } from "#collector/index.ts";
import { GENERATIONS, type Generation } from "./generations.ts";
import { createFleetModel } from "./model.ts";
import { XID_TEXTS } from "./render.ts";
import type { FleetModel } from "./types.ts";

const T0 = 1_700_000_000_000;
const HOSTS = [
  { name: "a100", model: "NVIDIA A100-SXM4-80GB", gpuCount: 2 },
  { name: "l40s", model: "NVIDIA L40S", gpuCount: 1 },
];

/** Most that two generations may differ in a value, as one of them prints fewer digits. */
function toleranceOf(column: string): number {
  if (column === "energy_total_joules") return 0.501;
  return column.endsWith("_util_ratio") ? 0.005_001 : 0.001;
}

/** Columns that only some exporters have, whatever they are asked for. */
const NOT_IN_ALL = new Set(["fb_total_bytes"]);
/** Columns that 1.x hasn't got at all. */
const NOT_IN_1X = new Set([
  ...["clock_event_reasons", "power_limit_watts", "fb_reserved_bytes"],
  ...["remap_uncorrectable_total", "remap_correctable_total", "row_remap_failed"],
]);

function differences(one: GpuRow, other: GpuRow, left: ReadonlySet<string>): string[] {
  return COLUMNS.flatMap(({ column }, index) => {
    const [a, b] = [one.values[index] ?? NaN, other.values[index] ?? NaN];
    if (left.has(column) || (Number.isNaN(a) && Number.isNaN(b))) return [];
    return Math.abs(a - b) <= toleranceOf(column) ? [] : [`${column}: ${a} and ${b}`];
  });
}

const scenario = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  load: fc.double({ min: 0, max: 1, noNaN: true }),
  seconds: fc.integer({ min: 5, max: 4_000 }),
  mig: fc.constantFrom([], ["1g.10gb", "3g.40gb"], ["2g.20gb", "2g.20gb", "1g.10gb"]),
  xid: fc.constantFrom(0, 13, 31, 48, 94),
  isHot: fc.boolean(),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

function lived({ seed, load, seconds, mig, xid, isHot }: Scenario, generation: Generation): FleetModel {
  const model = createFleetModel({ hosts: HOSTS.map((host) => ({ ...host, generation })), seed });
  model.advanceTo(T0);
  for (const { uuid } of model.gpus) model.setLoad(uuid, load);
  const [first, second] = model.gpus.map(({ uuid }) => uuid) as [string, string];
  if (mig.length > 0) model.order({ kind: "MIG", uuid: first, profiles: mig });
  if (isHot) model.order({ kind: "THERMAL_THROTTLE", uuid: second });
  model.order({ kind: "ECC_ERROR", uuid: second });
  model.advanceTo(T0 + seconds * 1_000);
  if (xid > 0) model.order({ kind: "XID", uuid: second, code: xid });
  return model;
}

const read = (model: FleetModel, host: string): ParseResult => parseExposition(model.body(host) ?? "", T0);
const place = ({ uuid, migId, migProfile }: GpuRow): unknown => [uuid, migId, migProfile];

describe("an exporter of any generation", () => {
  it("says the same of the same GPUs", () => {
    fc.assert(
      fc.property(
        scenario,
        fc.constantFrom(...GENERATIONS),
        fc.constantFrom("a100", "l40s"),
        (one, generation, host) => {
          const expected = read(lived(one, "classic"), host);
          const found = read(lived(one, generation), host);
          expect(found.rows.map(place)).toEqual(expected.rows.map(place));
          const left = generation === "1.x" ? new Set([...NOT_IN_ALL, ...NOT_IN_1X]) : NOT_IN_ALL;
          const differing = found.rows.flatMap((row, index) => differences(row, expected.rows[index] as GpuRow, left));
          expect(differing).toEqual([]);
          expect(found.events.map(({ uuid, code }) => [uuid, code])).toEqual(
            expected.events.map(({ uuid, code }) => [uuid, code]),
          );
          // Only the temperature of a sensor that isn't there.
          expect(Object.keys(found.rejects).filter((reason) => reason !== "blank")).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is read alike in whatever order its lines come, as entity groups come in any", () => {
    fc.assert(
      fc.property(scenario, fc.constantFrom(...GENERATIONS), fc.infiniteStream(fc.nat()), (one, generation, order) => {
        const body = lived(one, generation).body("a100") ?? "";
        const lines = body.split("\n").map((line) => ({ line, key: order.next().value as number }));
        const shuffled = lines.sort((a, b) => a.key - b.key).map(({ line }) => line);
        const sorted = ({ rows }: ParseResult): GpuRow[] =>
          rows.sort((a, b) => `${a.uuid}/${a.migId}`.localeCompare(`${b.uuid}/${b.migId}`));
        expect(sorted(parseExposition(shuffled.join("\n"), T0))).toEqual(sorted(parseExposition(body, T0)));
      }),
      { numRuns: 15 },
    );
  });

  it("of 1.x names neither model nor host, and those since name both", () => {
    const one: Scenario = { seed: 1, load: 0, seconds: 5, mig: [], xid: 0, isHot: false };
    const said = GENERATIONS.map((generation) => {
      const [row] = read(lived(one, generation), "l40s").rows;
      return [row?.model, row?.labels["hostname"], row?.labels["driver_version"] !== undefined];
    });
    expect(said).toEqual([
      [null, undefined, false],
      ["NVIDIA L40S", "l40s", true],
      ["NVIDIA L40S", "l40s", true],
      ["NVIDIA L40S", "l40s", true],
    ]);
  });

  it("of 4.8 counts the XIDs of the last five minutes, and says 0 where there were none", () => {
    const model = createFleetModel({ hosts: HOSTS.map((host) => ({ ...host, generation: "4.8" as const })), seed: 1 });
    model.advanceTo(T0);
    const [first = "", second = ""] = model.gpus.map(({ uuid }) => uuid);
    model.order({ kind: "XID", uuid: first, code: 31 });
    model.order({ kind: "XID", uuid: first, code: 31 });
    const body = model.body("a100") ?? "";
    expect(body).toMatch(new RegExp(`DCGM_EXP_XID_ERRORS_COUNT\\{[^\\n]*${first}[^\\n]*xid="31"\\} 2\\n`));
    expect(body).toMatch(new RegExp(`DCGM_EXP_XID_ERRORS_COUNT\\{[^\\n]*${second}[^\\n]*\\} 0\\n`));
    const shown = { uuid: first, kind: "XID", code: 31, text: XID_TEXTS[31] };
    expect(read(model, "a100").events).toEqual([{ ...shown, recent: 2 }]);
    model.advanceTo(T0 + 301_000);
    // The gauge sticks, as on real hosts.
    expect(read(model, "a100").events).toEqual([{ ...shown, recent: 0 }]);
  });
});
