import fc from "fast-check";
import { raisedFees } from "./fees.ts";

describe("fees of a transaction that takes another's place", () => {
  it("are an eighth more, or what is asked now", () => {
    const before = { maxFeePerGas: 800n, maxPriorityFeePerGas: 80n };
    const low = { maxFeePerGas: 100n, maxPriorityFeePerGas: 1n };
    expect(raisedFees(before, low, 10_000n)).toEqual({ maxFeePerGas: 901n, maxPriorityFeePerGas: 91n });
    const high = { maxFeePerGas: 5_000n, maxPriorityFeePerGas: 1_000n };
    expect(raisedFees(before, high, 10_000n)).toEqual(high);
  });

  it("stay within the cap, or there are none", () => {
    const before = { maxFeePerGas: 800n, maxPriorityFeePerGas: 80n };
    expect(raisedFees(before, before, 900n)).toBeUndefined();
  });

  it("always satisfy nodes that ask for 12.5 %, and never tip more than they pay", () => {
    const fee = fc.bigInt(1n, 10n ** 12n);
    fc.assert(
      fc.property(fee, fee, fee, (most, part, now) => {
        const before = { maxFeePerGas: most, maxPriorityFeePerGas: part < most ? part : most };
        const raised = raisedFees(before, { maxFeePerGas: now, maxPriorityFeePerGas: now / 2n }, 10n ** 15n);
        expect(raised).toBeDefined();
        if (!raised) return;
        expect(raised.maxFeePerGas * 1_000n >= before.maxFeePerGas * 1_125n).toBe(true);
        expect(raised.maxPriorityFeePerGas * 1_000n >= before.maxPriorityFeePerGas * 1_125n).toBe(true);
        expect(raised.maxPriorityFeePerGas <= raised.maxFeePerGas).toBe(true);
      }),
    );
  });
});
