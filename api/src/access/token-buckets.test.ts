import fc from "fast-check";
import { TokenBuckets } from "./token-buckets.ts";

const A = { id: "a", perMinute: 600 };
const B = { id: "b", perMinute: 60 };

describe("a bucket", () => {
  it("holds a minute's worth, refills steadily, and says when there is enough again", () => {
    let now = 0;
    const buckets = new TokenBuckets({ now: () => now });
    expect(buckets.take([A], 500)).toEqual({ isTaken: true, remaining: 100, limit: 600, resetMs: 50_000, retryMs: 0 });
    expect(buckets.take([A], 150)).toMatchObject({ isTaken: false, remaining: 100, retryMs: 5_000 });
    now = 4_999;
    expect(buckets.take([A], 150).isTaken).toBe(false);
    now = 5_000;
    expect(buckets.take([A], 150)).toMatchObject({ isTaken: true, remaining: 0 });
    now = 1_000_000;
    expect(buckets.take([A], 0)).toMatchObject({ remaining: 600, resetMs: 0 });
  });

  it("of several is charged with all of them or with none, and the least tells what is left", () => {
    const buckets = new TokenBuckets({ now: () => 0 });
    expect(buckets.take([A, B], 61)).toMatchObject({ isTaken: false, remaining: 60, limit: 60 });
    expect(buckets.take([A], 0).remaining).toBe(600);
    expect(buckets.take([A, B], 60)).toMatchObject({ isTaken: true, remaining: 0 });
    expect(buckets.give([A, B], 1_000)).toMatchObject({ remaining: 60, resetMs: 0 }); // never more than full
    expect(buckets.drain([A, B], 100)).toMatchObject({ remaining: 0, limit: 60 });
    expect(buckets.take([A], 0).remaining).toBe(500);
  });

  it("is no limit where there is none", () => {
    const charge = new TokenBuckets().take([], 1e9);
    expect(charge).toEqual({ isTaken: true, remaining: undefined, limit: undefined, resetMs: 0, retryMs: 0 });
  });
});

describe("buckets of very many", () => {
  it("keep those touched last, and take no more room than they may", () => {
    const buckets = new TokenBuckets({ capacity: 100, now: () => 0 });
    for (let n = 0; n < 1_000; n++) {
      buckets.take([{ id: `flood ${n}`, perMinute: 10 }], 1);
      buckets.take([A], 0.5);
    }
    expect(buckets.size).toBe(100);
    expect(buckets.take([A], 0).remaining).toBe(100); // 600 − 1000 · 0.5: never forgotten
  });
});

it("never lets more through than a full bucket and what flowed in", () => {
  const act = fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }), cost: fc.integer({ min: 0, max: 700 }) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      let now = 0;
      let taken = 0;
      const buckets = new TokenBuckets({ now: () => now });
      for (const { waitMs, cost } of acts) {
        now += waitMs;
        if (buckets.take([A], cost).isTaken) taken += cost;
      }
      expect(taken).toBeLessThanOrEqual(600 + (now * 600) / 60_000 + 1e-6);
    }),
  );
});
