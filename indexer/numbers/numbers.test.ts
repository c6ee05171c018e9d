import fc from "fast-check";
import {
  add,
  divide,
  equals,
  multiply,
  normalize,
  parseBigDecimal,
  subtract,
  toText,
  type BigDecimal,
} from "./bigdecimal.ts";
import { base58 } from "./base58.ts";
import { bitLength, parseBigInt } from "./bigint.ts";

const decimal = (text: string): BigDecimal => parseBigDecimal(text) ?? { digits: 0n, scale: Number.NaN };

/** Integers whose digits fit 16 places: no rounding happens on them or their products. */
const small = fc.record({
  digits: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
  scale: fc.integer({ min: -20, max: 20 }),
});

/** The value as a fraction of integers, the definition that arithmetic is held against. */
const fraction = ({ digits, scale }: BigDecimal): [bigint, bigint] =>
  scale >= 0 ? [digits, 10n ** BigInt(scale)] : [digits * 10n ** BigInt(-scale), 1n];

const isFraction = (value: BigDecimal, numerator: bigint, denominator: bigint): boolean => {
  const [n, d] = fraction(value);
  return n * denominator === numerator * d;
};

describe("BigDecimal", () => {
  it("multiplies exactly while 34 digits are enough", () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const [[an, ad], [bn, bd]] = [fraction(a), fraction(b)];
        return isFraction(multiply(a, b), an * bn, ad * bd);
      }),
    );
  });

  it("adds and subtracts exactly while 34 digits are enough", () => {
    const near = fc.record({
      digits: fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
      scale: fc.integer({ min: -8, max: 8 }),
    });
    fc.assert(
      fc.property(near, near, (a, b) => {
        const [[an, ad], [bn, bd]] = [fraction(a), fraction(b)];
        return (
          isFraction(add(a, b), an * bd + bn * ad, ad * bd) && isFraction(subtract(a, b), an * bd - bn * ad, ad * bd)
        );
      }),
    );
  });

  it("divides positives to 34 digits, half up, after rounding to 100", () => {
    const positive = fc.bigInt({ min: 1n, max: 10n ** 30n });
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const quotient = divide({ digits: a, scale: 0 }, { digits: b, scale: 0 });
        const [n, d] = fraction(quotient);
        // |quotient − a/b| ≤ half a unit of the 34th digit
        const error = n * b - a * d;
        return (error < 0n ? -error : error) * 2n * 10n ** 33n <= a * d;
      }),
    );
  });

  // observed in graph-node 0.45
  it.each([
    ["1", "3", "0.3333333333333333333333333333333333"],
    ["-1", "3", "-0.33333333333333333333333333333333333"],
    ["2", "3", "0.6666666666666666666666666666666667"],
    ["1", "7", "0.1428571428571428571428571428571429"],
    ["10", "-4", "-2.5"],
    ["0", "-4", "0"],
  ])("divides %s by %s as graph-node does", (a, b, expected) => {
    expect(toText(divide(decimal(a), decimal(b)))).toBe(expected);
  });

  it("rounds positives and truncates negatives of more than 34 digits", () => {
    expect(toText(decimal("12345678901234567890123456789012345"))).toBe("12345678901234567890123456789012350");
    expect(toText(decimal("-12345678901234567890123456789012345"))).toBe("-12345678901234567890123456789012345");
  });

  it("prints plain decimals that parse back to the same value", () => {
    fc.assert(
      fc.property(small, (value) =>
        equals(decimal(toText(normalize(value.digits, value.scale))), normalize(value.digits, value.scale)),
      ),
    );
    expect(toText(decimal("1e3"))).toBe("1000");
    expect(toText(decimal("-1.5e-3"))).toBe("-0.0015");
    expect(toText(decimal("1_000.50"))).toBe("1000.5");
  });

  it.each(["", "e5", "1e", "1 ", "0x1", "--1", "1.2.3", "1e1.5"])("refuses %j", (text) => {
    expect(parseBigDecimal(text)).toBeUndefined();
  });
});

describe("BigInt", () => {
  it("takes Rust's grammar: a sign, and underscores between digits", () => {
    expect(parseBigInt("+1_000")).toBe(1_000n);
    expect(parseBigInt("-007")).toBe(-7n);
    for (const text of ["", "-", "_1", "0x1", " 1", "1.0", "+-1"]) expect(parseBigInt(text)).toBeUndefined();
  });

  it("counts the bits of a magnitude as its binary text has digits", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n }),
        (value) => bitLength(value) === value.toString(2).length && bitLength(-value) === bitLength(value),
      ),
    );
    expect(bitLength(0n)).toBe(0);
  });
});

describe("base58", () => {
  // Bitcoin's test vectors
  it.each([
    ["", ""],
    ["61", "2g"],
    ["626262", "a3gV"],
    ["00000000000000000000", "1111111111"],
    ["00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"],
  ])("encodes %s", (hex, expected) => {
    expect(base58(Buffer.from(hex, "hex"))).toBe(expected);
  });
});
