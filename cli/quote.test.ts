import type { MadeQuote, NamedOffer } from "#api/src/graphql/quotes.ts";
import { quoteJson, quoteTable } from "./quote-table.ts";

const offer = (gpuId: string, over: Partial<NamedOffer> = {}): NamedOffer => {
  const fact = { operatorName: "Telegraph", region: "us-west", nextBookingAt: null } as NamedOffer["fact"];
  const common = { poolId: "1", operatorId: "1", totalDc: 20_000_000n, totalBctUp: 10n ** 19n + 1n, score: null };
  return { gpuId, ...common, eviction: null, cheaper: null, fact, ...over };
};
const made = (over: Partial<MadeQuote> = {}): MadeQuote => ({
  ...{ methodologyVersion: 1, asOf: 1_767_225_600, price: 200_000_000n, isIntakePaused: false },
  request: {
    ...{ model: "H100", tier: "ON_DEMAND", startAt: 1_767_225_600, hours: 10, count: 2 },
    ...{ region: null, minimumScore: null },
  },
  offers: [offer("1"), offer("2"), offer("3", { totalDc: 30_000_000n })],
  ...{ totalDc: 40_000_000n, totalBctUp: 2n * 10n ** 19n + 1n },
  left: [
    { reason: "REGION", count: 0 },
    { reason: "TAKEN", count: 4 },
  ],
  ...over,
});

describe("the table of a quote", () => {
  it("has a row for GPUs that are alike, the sum of those asked for, and why others fell out", () => {
    const lines = quoteTable(made(), 50).split("\n");
    expect(lines[0]).toBe("2 × H100, ON_DEMAND, 10 hours from 2026-01-01T00:00Z");
    expect(lines[3]).toBe("   2  Telegraph     1  us-west     2         20   10.000001  -           -      1, 2");
    expect(lines[4]).toMatch(/^ {3}1 {2}Telegraph .* 3$/);
    // BCT are rounded up: what is shown suffices
    expect(lines).toContain("the first 2: 40 DC, 20.000001 BCT at $2 a BCT");
    expect(lines).toContain("4 more taken: not in service, rented, or booked in that time");
    expect(lines.join("\n")).not.toContain("region\n");
  });

  it("says how few can be had, what a longer slot would cost, and that nothing can be bought", () => {
    const offers = [offer("1", { cheaper: { hours: 24, totalDc: 19_000_000n } })];
    const text = quoteTable(made({ offers, totalDc: null, totalBctUp: null, isIntakePaused: true }), 50);
    expect(text).toContain("only 1 of 2 can be had");
    expect(text).toContain("pool 1: 24 hours cost 19 DC instead of 20");
    expect(text).toContain("nothing can be bought now");
  });

  it("shows the chance of eviction of spot, and ? where it isn't known", () => {
    const within = [
      { hours: 1, chance: { value: 0.0125, reason: null } },
      { hours: 6, chance: { value: 1, reason: null } },
      { hours: 24, chance: { value: null, reason: "NO_EXPOSURE" } },
    ];
    const eviction = { endsBy: 1_767_229_200, within, takenCount: 7, exposedGpuHours: 0 };
    const text = quoteTable(made({ offers: [offer("1", { eviction })] }), 50);
    expect(text).toMatch(/1\.3 % +100\.0 % +\? +7 +1$/m);
    expect(JSON.stringify(quoteJson(made({ offers: [offer("1", { eviction })] })))).toContain(
      '"totalBct":"10000000000000000001"',
    );
  });
});
