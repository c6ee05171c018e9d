import fc from "fast-check";
import { formatUnits, parseUnits } from "./units.ts";

describe("formatUnits", () => {
  it("prints base units as plain decimals", () => {
    expect(formatUnits(1_500_000n, 6)).toBe("1.5");
    expect(formatUnits(0n, 6)).toBe("0");
    expect(formatUnits(1n, 18)).toBe("0.000000000000000001");
    expect(formatUnits(-2_000_001n, 6)).toBe("-2.000001");
  });

  it("is undone by parseUnits for every amount", () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.nat(30),
        (amount, decimals) => parseUnits(formatUnits(amount, decimals), decimals) === amount,
      ),
    );
  });
});

describe("parseUnits", () => {
  it("refuses text that would lose a digit or isn't a number", () => {
    for (const text of ["", "1.", ".5", "1e3", " 1", "0x10", "1.0000001"]) {
      expect(() => parseUnits(text, 6)).toThrow(RangeError);
    }
  });
});
