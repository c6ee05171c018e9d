import fc from "fast-check";
import { encodeSeries } from "../testing/remote-write.ts";
import { thrownBy } from "../testing/thrown.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { decodeWriteRequest } from "./write-request.ts";

const decode = (bytes: Uint8Array, limits = REQUEST_LIMITS) => decodeWriteRequest(bytes, limits);
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

it("a request written by hand is read field by field", () => {
  // timeseries { labels { name: "a" value: "b" } samples { value: 1.5 timestamp: 300 } }
  const bytes = hex("0a 16  0a 06 0a 01 61 12 01 62  12 0c 09 00 00 00 00 00 00 f8 3f 10 ac 02");
  expect(decode(bytes)).toEqual([{ labels: [["a", "b"]], samples: [{ at: 300, value: 1.5, isStale: false }] }]);
});

it("the mark of staleness is told from an ordinary NaN", () => {
  const samples: [number | "stale", number][] = [
    ["stale", 1],
    [NaN, 2],
    [Infinity, -3],
  ];
  expect(decode(encodeSeries([{ labels: { a: "ü€" }, samples }]))).toEqual([
    {
      labels: [["a", "ü€"]],
      samples: [
        { at: 1, value: NaN, isStale: true },
        { at: 2, value: NaN, isStale: false },
        { at: -3, value: Infinity, isStale: false },
      ],
    },
  ]);
});

it("exemplars, histograms and metadata are passed over", () => {
  // series with an exemplar (3) and a histogram (4); then metadata (3 of the request)
  const bytes = hex("0a 0c  0a 04 0a 00 12 00  1a 00 22 02 08 01  1a 02 08 01");
  expect(decode(bytes)).toEqual([{ labels: [["", ""]], samples: [] }]);
});

const request = encodeSeries([
  { labels: { __name__: "up", instance: "10.0.0.7:9400" }, samples: [[1, 1_700_000_000_000]] },
  { labels: { __name__: "DCGM_FI_DEV_SM_CLOCK", UUID: "GPU-1" }, samples: [[1_410, 1_700_000_000_000]] },
]);

it("a request that is cut off anywhere but between two series is refused", () => {
  const errors = [...request.keys()].map((end) => thrownBy(() => decode(request.subarray(0, end))));
  const firstSeries = 2 + (request[1] ?? 0);
  expect([...errors.keys()].filter((end) => errors[end] === undefined)).toEqual([0, firstSeries]);
  for (const error of errors) expect(error ?? { status: 400 }).toMatchObject({ status: 400 });
});

it("any garbage, and any request with a byte changed, is read or refused", () => {
  const changed = fc.tuple(fc.nat(request.length - 1), fc.nat(255)).map(([at, byte]) => {
    const bytes = Uint8Array.from(request);
    bytes[at] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      const error = thrownBy(() => decode(bytes));
      expect(error === undefined || (error instanceof Refusal && error.status === 400)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it("a length of more than there is doesn't make it read on for ever", () => {
  expect(() => decode(hex("0a ff ff ff ff ff ff ff 7f"))).toThrow(/ends within a field/);
  expect(() => decode(hex("12 ff ff ff ff ff ff ff ff ff ff ff"))).toThrow(/is no prometheus.WriteRequest/);
});

it("more series, samples or labels than a sender has are refused as too large", () => {
  const two = [...request, ...request];
  const tooLarge = { status: 413, reason: "too_large" };
  expect(thrownBy(() => decode(Uint8Array.from(two), { ...REQUEST_LIMITS, series: 3 }))).toMatchObject(tooLarge);
  expect(thrownBy(() => decode(Uint8Array.from(two), { ...REQUEST_LIMITS, samples: 3 }))).toMatchObject(tooLarge);
  const labels = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`l${index}`, "x"]));
  expect(thrownBy(() => decode(encodeSeries([{ labels, samples: [] }])))).toMatchObject(tooLarge);
});
