import { liveRight, type GpuPeople } from "./live-right.ts";

const rental = { customer: "0xc", startAt: 100n, paidUntil: 1_000n, endsBy: null, endAt: null };
const people: GpuPeople = { owner: "0xa", operator: "0xb", rental };

describe("who may see a GPU's samples as they come", () => {
  it("its owner and its operator: of any time", () => {
    for (const wallet of ["0xa", "0xb"]) expect(liveRight(wallet, people, 500n)).toEqual({ from: null, until: null });
  });

  it("who rents it: from the start, to a minute beyond the block, and never past the end", () => {
    expect(liveRight("0xc", people, 500n)).toEqual({ from: 100n, until: 560n });
    expect(liveRight("0xc", people, 990n)).toEqual({ from: 100n, until: 1_000n });
    const ending = { ...people, rental: { ...rental, endsBy: 520n } };
    expect(liveRight("0xc", ending, 500n)).toEqual({ from: 100n, until: 520n });
  });

  it("nobody else, and not who rented it once, or will", () => {
    expect(liveRight("0xd", people, 500n)).toBeUndefined();
    expect(liveRight("0xc", people, 99n)).toBeUndefined();
    expect(liveRight("0xc", people, 1_000n)).toBeUndefined();
    expect(liveRight("0xc", { ...people, rental: { ...rental, endAt: 400n } }, 500n)).toBeUndefined();
    expect(liveRight("0xc", { ...people, rental: null, operator: null }, 500n)).toBeUndefined();
  });
});
