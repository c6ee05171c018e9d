import fc from "fast-check";
import { accruedDc, isRunning, owedDcUp } from "./rental.ts";

const rental = {
  rateDcPerHour: 2_490_000n, // $2.49 an hour
  depositedDc: 4_980_000n, // two hours
  startAt: 1_000n,
  paidUntil: 8_200n,
  endsBy: null,
  endAt: null,
};

describe("owedDcUp", () => {
  it("rounds a part of a unit up and whole hours not at all", () => {
    expect(owedDcUp(2_490_000n, 0n)).toBe(0n);
    expect(owedDcUp(2_490_000n, 1n)).toBe(692n); // 691.67
    expect(owedDcUp(2_490_000n, 3_600n)).toBe(2_490_000n);
    expect(owedDcUp(1n, 1n)).toBe(1n);
  });

  it("is never 0 for use and never a whole unit too much", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 12n), fc.bigInt(1n, 10n ** 9n), (rate, seconds) => {
        const owed = owedDcUp(rate, seconds);
        return owed > 0n && owed * 3_600n >= rate * seconds && (owed - 1n) * 3_600n < rate * seconds;
      }),
    );
  });
});

describe("isRunning", () => {
  it("holds from the start until the funds run out", () => {
    expect(isRunning(rental, 999n)).toBe(false);
    expect(isRunning(rental, 1_000n)).toBe(true);
    expect(isRunning(rental, 8_199n)).toBe(true);
    expect(isRunning(rental, 8_200n)).toBe(false);
  });

  it("is over once it was ended", () => {
    expect(isRunning({ ...rental, endAt: 2_000n }, 2_500n)).toBe(false);
  });
});

describe("a rental that gives way to a booking", () => {
  it("is over and owes no more at that hour, though funds are left", () => {
    const spot = { ...rental, endsBy: 4_600n };
    expect(isRunning(spot, 4_599n)).toBe(true);
    expect(isRunning(spot, 4_600n)).toBe(false);
    expect(accruedDc(spot, 8_000n)).toBe(2_490_000n); // an hour
  });

  it("is over when its funds end before the booking", () => {
    expect(isRunning({ ...rental, endsBy: 9_000n }, 8_200n)).toBe(false);
  });
});

describe("accruedDc", () => {
  it("grows by the rate and stops at the deposit", () => {
    expect(accruedDc(rental, 1_000n)).toBe(0n);
    expect(accruedDc(rental, 4_600n)).toBe(2_490_000n);
    expect(accruedDc(rental, 1_000_000n)).toBe(4_980_000n);
  });

  it("stops when the rental was ended", () => {
    expect(accruedDc({ ...rental, endAt: 1_001n }, 5_000n)).toBe(692n);
  });
});
