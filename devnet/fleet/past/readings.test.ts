import fc from "fast-check";
import { PastReader } from "#collector/src/history/reader.ts";
import { GENERATIONS } from "../generations.ts";
import { createFleetModel } from "../model.ts";
import type { Fault, FleetOptions } from "../types.ts";
import { HostReader } from "./readings.ts";

const T0 = 1_700_000_000_000;
const OPTIONS: FleetOptions = {
  hosts: [
    { name: "h100", model: "NVIDIA H100 80GB HBM3", gpuCount: 3 },
    { name: "l40s", model: "NVIDIA L40S", gpuCount: 2, generation: "2026" },
  ],
  seed: 3,
};
const UUIDS = createFleetModel(OPTIONS).gpus.map(({ uuid }) => uuid);

const uuids = fc.constantFrom(...UUIDS);
const hosts = fc.constantFrom("h100", "l40s");
const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("XID" as const), uuid: uuids, code: fc.constantFrom(13, 31, 79, 999) }),
  fc.record({ kind: fc.constantFrom("THERMAL_THROTTLE" as const, "ECC_ERROR" as const), uuid: uuids }),
  fc.record({
    kind: fc.constantFrom("HOST_DOWN" as const, "EMPTY_BODY" as const, "COUNTER_RESET" as const),
    host: hosts,
  }),
  fc.record({
    kind: fc.constant("GENERATION" as const),
    host: hosts,
    generation: fc.constantFrom(...GENERATIONS),
  }),
  fc.record({ kind: fc.constant("WRONG_MODEL" as const), uuid: uuids, model: fc.constantFrom("NVIDIA B200", "T4") }),
  fc.record({ kind: fc.constantFrom("FROZEN" as const, "IDLE" as const), uuid: uuids }),
  fc.record({ kind: fc.constant("REPLAYED" as const), uuid: uuids, seconds: fc.integer({ min: 5, max: 3_000 }) }),
  fc.constant({ kind: "DUPLICATE_UUID" as const, host: "l40s", uuid: UUIDS[1] ?? "" }),
  fc.constant({ kind: "MIG" as const, uuid: UUIDS[0] ?? "", profiles: ["3g.40gb", "1g.10gb"] }),
);
const steps = fc.array(
  fc.record({
    seconds: fc.integer({ min: 1, max: 2_000 }),
    load: fc.record({ uuid: uuids, load: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fault: fc.option(faults, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 12 },
);

it("a host read without its text gives what its text gives, to the last digit", () => {
  fc.assert(
    fc.property(steps, (moves) => {
      const model = createFleetModel(OPTIONS);
      const readers = OPTIONS.hosts.map(({ name }) => ({ name, host: new HostReader(model, name) }));
      let at = T0;
      model.leapTo(at);
      for (const { seconds, load, fault } of moves) {
        model.leapTo((at += seconds * 1_000));
        model.setLoad(load.uuid, load.load);
        if (fault) model.order(fault);
        for (const { name, host } of readers) {
          const bare = host.read().body;
          const scrape = { url: `http://${name}`, labels: {}, at };
          const [, byText] = new PastReader(300_000).read({ ...scrape, body: model.body(name) });
          const [, byValue] = new PastReader(300_000).read({ ...scrape, body: bare });
          expect({ ...byValue, bodyBytes: 0 }).toEqual({ ...byText, bodyBytes: 0 });
        }
      }
    }),
    { numRuns: 150 },
  );
});
