import fc from "fast-check";
import { relationsOf } from "./arms-length.ts";
import { copyEvidence, foldAll, foldDay, noEvidence, type Evidence } from "./evidence.ts";
import type { Fact, RelationFact, Subject } from "./facts.ts";
import { busyHours, conduct, gpuDay, rentalEnd } from "./fixture.ts";
import { improvements } from "./improve.ts";
import type { Part } from "./part.ts";
import { findScore, scoreAll, type Score, type Scores } from "./score.ts";
import { DAY_SECONDS } from "../window.ts";

const ONE: Subject = { operatorId: "1", memberId: null };
const at = (day: number): number => day * DAY_SECONDS + 43_200;

function evidenceOf(facts: readonly Fact[], relations: readonly RelationFact[] = []): Evidence {
  const evidence = noEvidence();
  foldAll(evidence, facts, relationsOf(relations));
  return evidence;
}
const scoresOf = (facts: readonly Fact[], day: number, relations: readonly RelationFact[] = []): Scores =>
  scoreAll(evidenceOf(facts, relations), [ONE, { operatorId: "2", memberId: null }], at(day));
const scoreOf = (...args: Parameters<typeof scoresOf>): Score => findScore(scoresOf(...args), ONE);
const partOf = (score: Score, name: Part["dimension"]): Part => {
  const part = score.parts.find(({ dimension }) => dimension === name);
  if (!part) throw new Error(`no part ${name}`);
  return part;
};

describe("a score", () => {
  it("of nobody's facts is the prior's: neither at the top nor shut out, and no mean was observed", () => {
    const score = scoreOf([], 100);
    // five times 100 · share · Beta(18, 2): 5 % quantile 0.773626, 95 % 0.980960, mean 0.9
    expect(score.score).toBeCloseTo(77.3626, 3);
    expect(score.mean).toBeCloseTo(90, 6);
    expect(score.isPriorOnly).toBe(true);
    expect(score.parts.map(({ observedMean }) => observedMean)).toEqual(
      Array(5).fill({ value: null, reason: "NO_OUTCOMES" }),
    );
  });

  it("follows a small history worked by hand", () => {
    // day 70: 1 GPU-day at 0.5; day 100: 2 GPU-days at 1. As of day 100: weight 0.5 + 2, good 0.25 + 2.
    const facts = [
      gpuDay({ day: 70, upMinutes: 720, downMinutes: 720 }),
      gpuDay({ gpuId: "1" }),
      gpuDay({ gpuId: "2" }),
    ];
    const part = partOf(scoreOf(facts, 100), "AVAILABILITY");
    expect(part.count).toBe(3);
    expect(part.weight).toBeCloseTo(2.5, 12);
    expect(part.observedMean.value).toBeCloseTo(0.9, 12);
    expect(part.priorMean).toBeCloseTo(0.9, 12); // the only operator known is the network
    expect(part.alpha).toBeCloseTo(18 + 2.25, 12);
    expect(part.beta).toBeCloseTo(2 + 0.25, 12);
    expect(part.mean).toBeCloseTo(0.9, 12);
    // the one outcome below 1 lost 0.25 of 22.5, times 35 points
    expect(part.costs.map(({ day, id, costPoints }) => [day, id, costPoints])).toEqual([
      [70, "gpu-day 1", expect.closeTo((35 * 0.25) / 22.5, 9)],
    ]);
    expect(part.costs[0]?.text).toBe("GPU 1 was DOWN for 720 of 1440 minutes known");
  });

  it("weighs its dimensions 35, 30, 15, 15 and 5", () => {
    const { score, mean, high, parts } = scoreOf(
      [gpuDay({ xids: [79] }), rentalEnd({ downMinutes: 6 }), busyHours(), conduct()],
      100,
    );
    const [availability = 0, completion = 0, performance = 0, health = 0, conduct_ = 0] = parts.map(
      (part) => part.mean,
    );
    expect(mean).toBeCloseTo(35 * availability + 30 * completion + 15 * performance + 15 * health + 5 * conduct_, 5);
    const all = new Set([availability, completion, performance, health, conduct_].map((part) => part.toFixed(3)));
    expect(all.size).toBeGreaterThanOrEqual(4); // so that no two shares can be mixed up but those that are equal
    expect(score).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
  });

  it("adds up: what the outcomes and the prior cost is what the mean lacks", () => {
    const facts = [
      gpuDay({ upMinutes: 900, downMinutes: 540 }),
      rentalEnd({ endReason: "GPU_OFFLINE", paidSeconds: 3_600 }),
    ];
    for (const { share, costs, mean, alpha, beta, priorMean } of scoreOf(facts, 104).parts) {
      const prior = (100 * share * 20 * (1 - priorMean)) / (alpha + beta);
      const lost = costs.reduce((sum, { costPoints }) => sum + costPoints, prior);
      expect(lost).toBeCloseTo(100 * share * (1 - mean), 9);
    }
  });

  it("lists the ten that cost most of thirty, whichever came first", () => {
    const facts = Array.from({ length: 30 }, (_, i) =>
      gpuDay({ gpuId: String(i + 1), day: 71 + i, upMinutes: 1_440 - 10 * (i + 1), downMinutes: 10 * (i + 1) }),
    );
    const ids = scoreOf(facts, 100).costs.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 10 }, (_, i) => `gpu-day ${30 - i}`));
  });

  it("knows of whom it is asked", () => {
    expect(() => findScore(scoresOf([], 100), { operatorId: "3", memberId: null })).toThrow("there is no operator 3");
    expect(() => scoresOf([gpuDay({ day: 101 })], 100)).toThrow("after day 100");
  });

  it("of a member stands on the GPUs that it brought", () => {
    const members = ["1-0xaa", "1-0xbb"].map((memberId) => ({ operatorId: "1", memberId }));
    const facts = [
      ...Array.from({ length: 40 }, (_, i) => gpuDay({ memberId: "1-0xaa", gpuId: "1", day: 61 + i })),
      ...Array.from({ length: 40 }, (_, i) =>
        gpuDay({ memberId: "1-0xbb", gpuId: "2", day: 61 + i, upMinutes: 720, downMinutes: 720 }),
      ),
    ];
    const { scores } = scoreAll(evidenceOf(facts), [...members, ONE], at(100));
    expect(scores.map(({ memberId, rank }) => [memberId, rank])).toEqual([
      [null, 1],
      ["1-0xaa", 1],
      ["1-0xbb", 2],
    ]);
    expect(scores.map((score) => partOf(score, "AVAILABILITY").observedMean.value)).toEqual([
      expect.closeTo(0.75, 9),
      1,
      0.5,
    ]);
  });
});

describe("arm's length", () => {
  const owner: RelationFact = { operatorId: "1", account: "0xAA", fromAt: 0, toAt: null };
  const busy: Fact[] = [rentalEnd(), busyHours(), gpuDay({ rented: [{ payer: "0xaa", minutes: 1_440 }] })];

  it("leaves rentals of the operator's own side out, and their failures as well", () => {
    const score = scoreOf([...busy, rentalEnd({ rentalId: "2", endReason: "GPU_OFFLINE" })], 100, [owner]);
    expect(score.parts.map(({ weight, excludedCount }) => [weight, excludedCount])).toEqual([
      [1, 1], // the day was seen, but its rented minutes weigh no more than others
      [0, 2],
      [0, 1],
      [1, 0],
      [0, 0],
    ]);
  });

  it("holds while the relation lasts, not before and not after", () => {
    const span = { ...owner, fromAt: 98 * DAY_SECONDS, toAt: 99 * DAY_SECONDS };
    expect(partOf(scoreOf(busy, 100, [span]), "COMPLETION").count).toBe(1);
    expect(partOf(scoreOf([rentalEnd({ startAt: 98.5 * DAY_SECONDS })], 100, [span]), "COMPLETION").count).toBe(0);
    const until = { ...owner, toAt: 100 * DAY_SECONDS }; // the very second in which the rental begins
    expect(partOf(scoreOf(busy, 100, [until]), "COMPLETION").count).toBe(1);
    expect(partOf(scoreOf(busy, 100, [{ ...until, toAt: until.toAt + 1 }]), "COMPLETION").count).toBe(0);
    expect(partOf(scoreOf(busy, 100, [{ ...owner, operatorId: "2" }]), "COMPLETION").count).toBe(1);
  });
});

describe("what would raise a score", () => {
  it("names what costs most first, with the points that the formula gives", () => {
    const facts = [
      ...Array.from({ length: 50 }, (_, i) =>
        gpuDay({ gpuId: String(i), upMinutes: i < 10 ? 0 : 1_440, downMinutes: i < 10 ? 1_440 : 0 }),
      ),
      conduct(),
    ];
    const score = scoreOf(facts, 100);
    const mended = scoreOf([...Array.from({ length: 50 }, (_, i) => gpuDay({ gpuId: String(i) })), conduct()], 100);
    const offered = improvements(score);
    expect(offered.map(({ points }) => points)).toEqual([...offered.map(({ points }) => points)].sort((a, b) => b - a));
    const mend = offered.find(({ dimension, action }) => dimension === "AVAILABILITY" && action === "MEND");
    // the same α and β but for the network's mean, which mending would raise as well
    expect(mend?.points).toBeGreaterThan(3);
    expect(mend?.points).toBeLessThan(mended.score - score.score);
    expect(offered.some(({ dimension, action }) => dimension === "COMPLETION" && action === "FIRST_OUTCOMES")).toBe(
      true,
    );
  });

  it("tells an operator with one customer that others are needed", () => {
    const score = scoreOf([rentalEnd({ paidSeconds: 360_000 })], 100);
    expect(partOf(score, "COMPLETION").weight).toBeCloseTo(5, 9);
    expect(improvements(score).some(({ action }) => action === "MORE_PAYERS")).toBe(true);
  });
});

const fact: fc.Arbitrary<Fact> = fc
  .record({
    kind: fc.constantFrom("gpu", "busy", "rental", "conduct"),
    operatorId: fc.constantFrom("1", "2"),
    memberId: fc.constantFrom(null, "1-0xaa"),
    day: fc.integer({ min: 60, max: 100 }),
    id: fc.integer({ min: 1, max: 1_000_000 }).map(String),
    payer: fc.constantFrom("0xaa", "0xbb", "0xcc"),
    minutes: fc.integer({ min: 0, max: 1_440 }),
  })
  .map(({ kind, id, payer, minutes, ...common }) => {
    if (kind === "gpu") {
      return gpuDay({
        ...common,
        gpuId: id,
        upMinutes: minutes,
        downMinutes: 1_440 - minutes,
        rented: [{ payer, minutes: 700 }],
      });
    }
    if (kind === "busy") return busyHours({ ...common, gpuId: id, payer, busyHours: 24, deliveredHours: minutes / 60 });
    if (kind === "rental")
      return rentalEnd({ ...common, rentalId: id, payer, paidSeconds: minutes * 60, downMinutes: minutes % 7 });
    return conduct({ ...common, eventId: id, payer });
  });
const history = fc.uniqueArray(fact, {
  maxLength: 80,
  selector: (one) =>
    JSON.stringify([
      one.kind,
      "gpuId" in one ? one.gpuId : "",
      "rentalId" in one ? one.rentalId : "",
      "eventId" in one ? one.eventId : "",
      one.day,
      "payer" in one ? one.payer : "",
      one.operatorId,
    ]),
});

describe("replay", () => {
  it("gives the same to the last bit, in whatever order the facts come", () => {
    fc.assert(
      fc.property(history, fc.integer(), (facts, seed) => {
        const shuffled = [...facts].sort((a, b) => hash(a, seed) - hash(b, seed));
        expect(scoresOf(shuffled, 100)).toEqual(scoresOf(facts, 100));
      }),
      { numRuns: 60 },
    );
  });

  it("is what came of adding day by day, and looking at each day on a copy", () => {
    fc.assert(
      fc.property(history, (facts) => {
        const evidence = noEvidence();
        for (let day = 60; day <= 100; day++) {
          const today = facts.filter((one) => one.day === day);
          const look = copyEvidence(evidence);
          foldDay(look, day, today.slice(0, 1), relationsOf([]));
          scoreAll(look, [ONE], at(day));
          foldDay(evidence, day, today, relationsOf([]));
        }
        const subjects = [ONE, { operatorId: "2", memberId: null }];
        expect(scoreAll(evidence, subjects, at(100))).toEqual(scoresOf(facts, 100));
      }),
      { numRuns: 60 },
    );
  });

  it("is the same to the last bit when a fleet's days without a fault come as one", () => {
    const minutes = fc.array(
      fc.record({ up: fc.integer({ min: 1, max: 1_440 }), rented: fc.integer({ min: 0, max: 720 }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(minutes, (days) => {
        const flawed = [
          gpuDay({ gpuId: "bad", upMinutes: 700, downMinutes: 11 }),
          rentalEnd({ rentalId: "bad", downMinutes: 9 }),
        ];
        const rentedBy = (part: number): { payer: string; minutes: number }[] => [{ payer: "0xaa", minutes: part }];
        const single = days.flatMap(({ up, rented }, i) => [
          gpuDay({ gpuId: String(i), upMinutes: up, rented: rentedBy(Math.min(up, rented)) }),
          rentalEnd({ rentalId: String(i), paidSeconds: up }),
        ]);
        const sum = (of: (day: { up: number; rented: number }) => number): number =>
          days.reduce((all, day) => all + of(day), 0);
        const count = days.length;
        const together = [
          gpuDay({
            gpuId: null,
            count,
            upMinutes: sum(({ up }) => up),
            rented: rentedBy(sum(({ up, rented }) => Math.min(up, rented))),
          }),
          rentalEnd({ gpuId: null, count, paidSeconds: sum(({ up }) => up) }),
        ];
        expect(scoresOf([...flawed, ...together], 103)).toEqual(scoresOf([...flawed, ...single], 103));
      }),
    );
  });

  it("refuses a day that is over and a fact of another day", () => {
    const evidence = evidenceOf([gpuDay({ day: 100 })]);
    expect(() => foldDay(evidence, 99, [], relationsOf([]))).toThrow("has reached day 100");
    expect(() => foldDay(evidence, 101, [gpuDay()], relationsOf([]))).toThrow("a fact of day 100 came among");
  });
});

function hash(value: unknown, seed: number): number {
  return [...JSON.stringify(value)].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, seed | 0);
}
