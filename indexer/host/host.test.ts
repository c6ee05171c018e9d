import fc from "fast-check";
import { encodeAbiParameters, parseAbiParameters } from "viem";
import { decodeValue } from "../abi/decode.ts";
import { parseType } from "../abi/types.ts";
import { encodeValue } from "../abi/values.ts";
import { UndecodableError } from "../abi/words.ts";
import { decodeToHeap } from "./abi-decode.ts";
import { readAbiValue } from "./abi-read.ts";
import { Heap } from "./heap.ts";
import { JsonNumber, parseJson } from "./json.ts";
import { Reader } from "./reader.ts";
import { writeBigDecimal } from "./values.ts";

/** A heap over a memory of its own, with a bump allocator in a mapping's place. */
function makeHeap(): { heap: Heap; reader: Reader } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let next = 16;
  const heap = new Heap({
    memory,
    id_of_type: (type) => type + 100,
    allocate: (size) => {
      const start = next;
      next = (next + size + 15) & ~15;
      if (next > memory.buffer.byteLength) memory.grow(Math.ceil((next - memory.buffer.byteLength) / 65_536));
      return start;
    },
  });
  return { heap, reader: new Reader(heap) };
}

const { heap, reader } = makeHeap();

describe("memory", () => {
  it("holds integers as minimal two's complement that reads back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (value) => {
        const pointer = heap.bigInt(value);
        const bytes = reader.bytes(pointer);
        const isMinimal = BigInt.asIntN((bytes.length - 1) * 8, value) !== value || bytes.length === 1;
        return reader.bigInt(pointer) === value && isMinimal;
      }),
    );
  });

  it("takes integers from ABI words as viem encodes them", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }), (value) => {
        const word = encodeAbiParameters([{ type: "int256" }], [value]);
        return reader.bigInt(heap.bigIntFromHex(word, 2, 32, true)) === value;
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        const word = encodeAbiParameters([{ type: "uint256" }], [value]);
        return reader.bigInt(heap.bigIntFromHex(word, 2, 32, false)) === value;
      }),
    );
  });

  it("holds text of any length, without U+0000", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        (text) => reader.string(heap.string(text)) === text.replaceAll("\0", ""),
      ),
    );
    expect(() => reader.string(heap.string("\ud800"))).toThrow("lone surrogate");
  });

  it("refuses null, places outside, and decimals beyond their range", () => {
    expect(() => reader.string(0)).toThrow("'null'");
    expect(() => reader.word(2 ** 30, 0)).toThrow("out of bounds");
    expect(() => reader.bigDecimal(writeBigDecimal(heap, { digits: 1n, scale: -6_145 }))).toThrow(
      "outside the `-6143` to `6144` range",
    );
  });
});

describe("ABI values", () => {
  const types = "(uint8,int64,address,bytes4,bytes,string,bool,uint256[],(address,string)[],bytes2[3],string[2])";
  const value = fc.tuple(
    fc.integer({ min: 0, max: 255 }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom("0x00000000000000000000000000000000000000aa", "0xffffffffffffffffffffffffffffffffffffffff"),
    fc.constantFrom("0x01020304", "0xffffffff"),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
    fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0")),
    fc.boolean(),
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), { maxLength: 4 }),
    fc.array(
      fc.tuple(
        fc.constant("0x00000000000000000000000000000000000000bb"),
        fc.string({ maxLength: 40 }).filter((text) => !text.includes("\0")),
      ),
      { maxLength: 3 },
    ),
    fc.constant(["0x0102", "0x0304", "0xffff"]),
    fc.tuple(fc.constant("x"), fc.constant("y".repeat(33))),
  );

  it("decoded into memory and encoded again are what viem encoded", () => {
    const type = parseType(types);
    fc.assert(
      fc.property(value, (values) => {
        const hex = encodeAbiParameters(parseAbiParameters(`${types} x`), [values] as never);
        const pointer = decodeToHeap(heap, type as NonNullable<typeof type>, hex, 2, 2);
        return `0x${encodeValue(readAbiValue(reader, pointer))}` === hex;
      }),
      { numRuns: 60 },
    );
  });

  it("decoded for declared calls and encoded again are what viem encoded", () => {
    const type = parseType(types);
    fc.assert(
      fc.property(value, (values) => {
        const hex = encodeAbiParameters(parseAbiParameters(`${types} x`), [values] as never);
        return `0x${encodeValue(decodeValue(type as NonNullable<typeof type>, hex, 2, 2))}` === hex;
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["(uint256,string)", "0x"],
    ["string", `0x${"f".repeat(64)}`],
    ["uint256[]", `0x${"20".padStart(64, "0")}${"f".repeat(64)}`],
    ["()[]", `0x${"20".padStart(64, "0")}${"1".padStart(64, "0")}`],
  ])("that don't fit %s are refused", (text, hex) => {
    const type = parseType(text) as NonNullable<ReturnType<typeof parseType>>;
    expect(() => decodeToHeap(heap, type, hex, 2, 2)).toThrow(UndecodableError);
    expect(() => decodeValue(type, hex, 2, 2)).toThrow(UndecodableError);
  });

  it.each(["uint7", "bytes33", "(uint256", "uint256]", "tuple", ""])("of type %j don't exist", (text) => {
    expect(parseType(text)).toBeUndefined();
  });
});

describe("JSON", () => {
  it("reads what JSON.stringify writes", () => {
    const plain = (value: unknown): unknown => {
      if (value instanceof JsonNumber) return Number(value.text);
      if (value instanceof Map)
        return Object.fromEntries([...value].map(([key, item]) => [key as string, plain(item)]));
      return Array.isArray(value) ? value.map(plain) : value;
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each(["", "{", "[1 2]", "tru", "nul", '"\\x"', '"\n"', "1.", ".5", "+1", "{a:1}", '{"a"}', "[".repeat(130)])(
    "refuses %j",
    (text) => {
      expect(() => parseJson(text)).toThrow();
    },
  );
});
