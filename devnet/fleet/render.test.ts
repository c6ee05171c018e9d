import { existsSync, readFileSync } from "node:fs";
import { createFleetModel } from "./model.ts";

/** Real bodies, collected in public; not part of the repository. */
const SAMPLES = new URL("../../../shared/testdata/dcgm/", import.meta.url);
const hasSamples = existsSync(SAMPLES);
const describeSamples = hasSamples ? describe : describe.skip;

const lines = (body: string): string[] => body.trimEnd().split("\n");
const nameOf = (line: string): string => /^(?:# \w+ )?([A-Z_0-9]+)/.exec(line)?.[1] ?? "";
/** A line with its texts and numbers left out: what kind of line it is. */
const shape = (line: string): string =>
  line
    .replaceAll(/"[^"]*"/g, '""')
    .replace(/,container="",namespace="",pod=""/, "")
    .replace(/ -?\d+\.\d{6}$/, " %f")
    .replace(/ -?\d+$/, " %d");

function classicBody(mig: readonly string[] = []): string[] {
  const fleet = createFleetModel({ hosts: [{ name: "h1", model: "NVIDIA A100-SXM4-80GB", gpuCount: 1 }], seed: 1 });
  fleet.advanceTo(1_700_000_000_000);
  if (mig.length > 0) fleet.order({ kind: "MIG", uuid: fleet.gpus[0]?.uuid ?? "", profiles: mig });
  return lines(fleet.body("h1") ?? "");
}

describe("a body", () => {
  it("has help and type once before the samples of each field, and a newline at its end", () => {
    const body = classicBody();
    const seen = new Set<string>();
    for (const [index, line] of body.entries()) {
      if (!line.startsWith("# HELP")) continue;
      expect(seen.has(nameOf(line))).toBe(false);
      seen.add(nameOf(line));
      expect(body[index + 1]).toMatch(new RegExp(`^# TYPE ${nameOf(line)} (gauge|counter)$`));
      expect(nameOf(body[index + 2] ?? "")).toBe(nameOf(line));
    }
    expect(seen.size).toBeGreaterThan(25);
  });
});

describeSamples(`beside real bodies${hasSamples ? "" : " (skipped: ../shared/testdata/dcgm isn't here)"}`, () => {
  /** Newer exporters have this label, which the samples are too old for; the XID's labels are of 3.3.6 and later. */
  const without = (line: string): string => line.replace(/,pci_bus_id=""/, "").replace(/,err_code="",err_msg=""/, "");

  it.each([
    ["a100-mig-disabled-idle-1.prom", []],
    ["a100-mig-4-active.prom", ["1g.10gb", "1g.10gb", "1g.10gb", "2g.20gb"]],
  ])("a simulated one has the lines of %s: help, type, labels, their order, number formats", (name, mig) => {
    const real = lines(readFileSync(new URL(name, SAMPLES), "utf8"));
    const names = new Set(real.map(nameOf));
    const simulated = classicBody(mig).filter((line) => names.has(nameOf(line)));
    expect(simulated.map((line) => without(shape(line)))).toEqual(real.map(shape));
  });
});
