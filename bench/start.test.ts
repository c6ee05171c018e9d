import { isGoodAnswer, type GpuAnswer } from "./start.ts";

const STARTED_AT = Date.parse("2026-11-22T10:05:00.020Z");

type Gpu = NonNullable<NonNullable<GpuAnswer["data"]>["gpu"]>;

/** What a network that started at 10:05 answers half a minute later, with `changes`. */
const answer = (changes: Partial<Gpu> = {}): GpuAnswer => ({
  data: {
    gpu: {
      owner: { address: "0xa1" },
      operator: { id: "1" },
      pool: { id: "1" },
      telemetry: { at: ["2026-11-22T10:04:00.000Z", "2026-11-22T10:05:00.000Z"], powerWatts: [500, 510] },
      asOf: { block: { timestamp: "2026-11-22T10:05:30.000Z" }, sampledThrough: "2026-11-22T10:05:28.000Z" },
      ...changes,
    },
  },
});

describe("a good answer", () => {
  it("is whole and of this run", () => {
    expect(isGoodAnswer(answer(), STARTED_AT)).toBe(true);
  });

  it.each<[string, GpuAnswer]>([
    ["none", {}],
    ["an error", { ...answer(), errors: [{}] }],
    ["one without the GPU", { data: { gpu: null } }],
    ["one without an owner", answer({ owner: null })],
    ["one without telemetry", answer({ telemetry: null })],
    [
      "one on a block of the run before",
      answer({
        asOf: { block: { timestamp: "2026-11-22T10:04:59.000Z" }, sampledThrough: "2026-11-22T10:05:28.000Z" },
      }),
    ],
    [
      "one on samples of the run before",
      answer({
        asOf: { block: { timestamp: "2026-11-22T10:05:30.000Z" }, sampledThrough: "2026-11-22T10:04:58.000Z" },
      }),
    ],
    [
      "one before the first sample",
      answer({ asOf: { block: { timestamp: "2026-11-22T10:05:30.000Z" }, sampledThrough: null } }),
    ],
    [
      "one with readings of the run before only",
      answer({ telemetry: { at: ["2026-11-22T10:04:00.000Z", "2026-11-22T10:05:00.000Z"], powerWatts: [500, null] } }),
    ],
  ])("is not %s", (_what, given) => {
    expect(isGoodAnswer(given, STARTED_AT)).toBe(false);
  });
});
