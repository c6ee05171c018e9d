import fc from "fast-check";
import { compress } from "snappyjs";
import { thrownBy } from "../testing/thrown.ts";
import { Refusal } from "./refusal.ts";
import { uncompress } from "./snappy.ts";

const block = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

it("what another's compressor makes comes out as it went in", () => {
  const repetitive = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 5_000 }))
    .map(([piece, times]) => Buffer.concat(Array.from({ length: times }, () => Buffer.from(piece))));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 70_000 }), repetitive), (bytes) => {
      expect(Buffer.from(uncompress(compress(Buffer.from(bytes)), 1e6)).equals(Buffer.from(bytes))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it("blocks written by hand are read by the format's own description", () => {
  expect(text(uncompress(block(0), 10))).toBe("");
  expect(text(uncompress(block(3, 0x08, 97, 98, 99), 10))).toBe("abc");
  // "ab", then a copy with an offset of one byte: 7 bytes from 2 back, which repeat
  expect(text(uncompress(block(9, 0x04, 97, 98, 0x0d, 2), 10))).toBe("ababababa");
  // the same with offsets of two and of four bytes
  expect(text(uncompress(block(9, 0x04, 97, 98, 0x1a, 2, 0), 10))).toBe("ababababa");
  expect(text(uncompress(block(9, 0x04, 97, 98, 0x1b, 2, 0, 0, 0), 10))).toBe("ababababa");
  // literals whose length has one and two bytes of its own
  const long = Array.from({ length: 61 }, () => 120);
  expect(text(uncompress(block(61, 0xf0, 60, ...long), 100))).toBe("x".repeat(61));
  expect(text(uncompress(block(61, 0xf4, 60, 0, ...long), 100))).toBe("x".repeat(61));
});

it.each<[string, Uint8Array, RegExp]>([
  ["nothing at all", block(), /doesn't begin with its length/],
  ["a length that never ends", block(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), /doesn't begin with its length/],
  ["less than it tells", block(5, 0x08, 97, 98, 99), /holds less than it tells/],
  ["more than it tells", block(2, 0x08, 97, 98, 99), /holds more than it tells/],
  ["a literal that is cut off", block(9, 0x20, 97), /ends within a literal/],
  ["a length of a literal that is cut off", block(9, 0xf8, 1), /ends within a literal/],
  ["a copy that is cut off", block(9, 0x00, 97, 0x02, 1), /ends within a copy/],
  ["a copy from before the beginning", block(9, 0x00, 97, 0x09, 2), /before its beginning/],
  ["a copy from 0 bytes back", block(9, 0x00, 97, 0x09, 0), /from where it is/],
  // snappyjs reads this length as -5 and goes round for ever
  ["a literal of 4 GB", block(5, 0xfc, 0xfa, 0xff, 0xff, 0xff, 1, 1, 1), /ends within a literal/],
])("%s is refused as bad, and nothing hangs", (_what, bytes, message) => {
  const refusal = { status: 400, reason: "snappy", message: expect.stringMatching(message) };
  expect(thrownBy(() => uncompress(bytes, 1_000))).toMatchObject(refusal);
});

it("a bomb is refused by what it tells, before there is room for it", () => {
  // 4 GB - 1 told in 5 bytes
  const bomb = block(0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 97);
  expect(thrownBy(() => uncompress(bomb, 16e6))).toMatchObject({ status: 413, reason: "too_large" });
  // 10 MB told by 9 bytes, under the bound
  expect(() => uncompress(block(0x80, 0xad, 0xe2, 0x04, 0x00, 97, 0xfe, 1, 0), 16e6)).toThrow(/more than it can hold/);
});

it("any garbage is read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const error = thrownBy(() => uncompress(bytes, 100_000));
      expect(error === undefined || error instanceof Refusal).toBe(true);
    }),
    { numRuns: 500 },
  );
});
