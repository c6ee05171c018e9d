import fc from "fast-check";
import type { BaseError } from "#kernel/errors.ts";
import { relationsOf } from "./arms-length.ts";
import { copyEvidence, foldDay, noEvidence, type Evidence } from "./evidence.ts";
import type { Fact, RelationFact } from "./facts.ts";
import { busyHours, conduct, gpuDay, rentalEnd } from "./fixture.ts";
import { decodeEvidence, encodeEvidence } from "./kept-evidence.ts";
import { decodeFacts, encodeFacts } from "./kept-facts.ts";
import { foldKept } from "./publish.ts";
import { scoreAll } from "./score.ts";
import { DAY_SECONDS } from "../window.ts";

const DAY = 100;
const payer = fc.constantFrom("0xaa", "0xab", "0xac", "0xB1");
const minutes = fc.integer({ min: 0, max: 1_440 });
const subject = { memberId: fc.constantFrom(null, "1-0xb1", "1-0xb2"), gpuId: fc.constantFrom(null, "1", "2", "30") };

const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc
    .record({
      ...subject,
      ...{ count: fc.integer({ min: 1, max: 9 }), upMinutes: minutes, downMinutes: minutes, sampledMinutes: minutes },
      overThermalLimitMinutes: fc.integer({ min: 0, max: 9 }),
      xids: fc.uniqueArray(fc.constantFrom(13, 31, 79), { maxLength: 3 }).map((codes) => codes.sort((a, b) => a - b)),
      ...{ hasNewUncorrectableEcc: fc.boolean(), hasRowRemapFault: fc.boolean() },
      rented: fc.uniqueArray(fc.record({ payer, minutes }), { selector: (one) => one.payer, maxLength: 4 }),
    })
    .map(gpuDay),
  fc
    .record({
      ...subject,
      payer,
      busyMs: fc.integer({ min: 1, max: 86_400_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ busyMs, share, ...rest }) => {
      return busyHours({
        ...rest,
        busyHours: busyMs / 3_600_000,
        deliveredHours: Math.round(busyMs * share) / 3_600_000,
      });
    }),
  fc
    .record({
      ...subject,
      ...{
        payer,
        rentalId: fc.integer({ min: 1, max: 1e6 }).map(String),
        downMinutes: fc.integer({ min: 0, max: 60 }),
      },
      ...{ paidSeconds: fc.integer({ min: 1, max: 1e6 }), wasNoticed: fc.boolean() },
      endReason: fc.constantFrom("CUSTOMER" as const, "GPU_OFFLINE" as const, "PREEMPTED" as const),
    })
    .map(rentalEnd),
  fc
    .record({ ...subject, payer: fc.option(payer), eventId: fc.integer({ min: 1, max: 99 }).map((id) => `0x${id}`) })
    .map((over) => conduct({ ...over, event: over.payer === null ? "SHARES_CHANGED" : "SLOT_REFUNDED" })),
);
const anyFacts = fc.array(anyFact, { maxLength: 12 });
const RELATIONS: RelationFact[] = [{ operatorId: "1", account: "0xb1", fromAt: 0, toAt: null }];
const SUBJECTS = [null, "1-0xb1", "1-0xb2"].map((memberId) => ({ operatorId: "1", memberId }));

const kept = (facts: readonly Fact[]): Map<string, string> =>
  new Map([["1", encodeFacts({ facts, relations: RELATIONS })]]);
const scoresOf = (evidence: Evidence, day: number) => scoreAll(evidence, SUBJECTS, day * DAY_SECONDS);

/** The code of the error that is thrown. */
function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as BaseError).code;
  }
}

describe("kept facts", () => {
  it("are one text for the same facts in any order, and come back as they were", () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat()), (facts, luck) => {
        const text = encodeFacts({ facts, relations: RELATIONS });
        const shuffled = facts.map((fact) => [luck.next().value, fact] as const).sort(([a], [b]) => a - b);
        expect(encodeFacts({ facts: shuffled.map(([, fact]) => fact), relations: RELATIONS })).toBe(text);
        expect(encodeFacts(decodeFacts("1", DAY, text))).toBe(text);
      }),
    );
  });

  it("give the scores that the facts themselves give", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const [fresh, again] = [noEvidence(), noEvidence()];
        foldDay(fresh, DAY, facts, relationsOf(RELATIONS));
        foldKept(again, DAY, kept(facts));
        expect(scoresOf(again, DAY).scores.map(({ score, high, mean }) => [score, high, mean])).toEqual(
          scoresOf(fresh, DAY).scores.map(({ score, high, mean }) => [score, high, mean]),
        );
      }),
      { numRuns: 40 },
    );
  });

  it.each(["", "{}", '{"form":9}', "null", "[1"])("are refused as %j", (text) => {
    expect(codeOf(() => decodeFacts("1", DAY, text))).toBe("BAD_FACTS");
  });
});

describe("a copy of the evidence", () => {
  it("and what it was made of don't touch each other, on that day and on the next", () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, anyFacts, fc.integer({ min: 0, max: 3 }), (before, own, others, days) => {
        const later = (facts: Fact[]): Fact[] => facts.map((fact): Fact => ({ ...fact, day: DAY + days }));
        const folded = (after: Fact[]): Evidence => {
          const evidence = noEvidence();
          foldDay(evidence, DAY, before, relationsOf(RELATIONS));
          foldDay(evidence, DAY + days, later(after), relationsOf(RELATIONS));
          return evidence;
        };
        const original = noEvidence();
        foldDay(original, DAY, before, relationsOf(RELATIONS));
        const copy = copyEvidence(original);
        foldDay(copy, DAY + days, later(own), relationsOf(RELATIONS));
        foldDay(original, DAY + days, later(others), relationsOf(RELATIONS));
        expect(copy.subjects).toEqual(folded(own).subjects);
        expect(original.subjects).toEqual(folded(others).subjects);
      }),
      { numRuns: 60 },
    );
  });
});

describe("kept evidence", () => {
  it("goes on as the evidence itself does, to the last bit", () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, fc.integer({ min: 1, max: 90 }), (before, after, days) => {
        const evidence = noEvidence();
        foldKept(evidence, DAY, kept(before));
        const texts = [...evidence.subjects].map(([id, own]) => [id, encodeEvidence(own)] as const);
        const restored = decodeEvidence(DAY, texts);
        expect([...restored.subjects].map(([id, own]) => [id, encodeEvidence(own)])).toEqual(texts);
        const [live, replayed] = [copyEvidence(evidence), restored];
        for (const one of [live, replayed]) {
          const later = after.map((fact): Fact => ({ ...fact, day: DAY + days }));
          foldKept(one, DAY + days, kept(later));
        }
        expect(scoresOf(replayed, DAY + days)).toEqual(scoresOf(live, DAY + days));
      }),
      { numRuns: 40 },
    );
  });

  it.each(["", "{}", '{"form":2,"dimensions":{}}'])("is refused as %j", (text) => {
    expect(codeOf(() => decodeEvidence(DAY, [["1", text]]))).toBe("BAD_EVIDENCE");
  });
});
