import { relationsOf } from "./arms-length.ts";
import { foldAll, noEvidence } from "./evidence.ts";
import type { Fact, RelationFact } from "./facts.ts";
import { busyHours, gpuDay, rentalEnd } from "./fixture.ts";
import { findScore, scoreAll, type Score } from "./score.ts";
import { DAY_SECONDS } from "../window.ts";

/** What an operator is like on a day; null: the collector saw nothing of it. */
interface Character {
  operatorId: string;
  gpuCount: number;
  customerCount: number;
  /** expected uptime of a GPU on a day */
  uptime: (day: number) => number | null;
  /** how many rentals fail */
  failing: (day: number) => number;
  /** what is delivered of 10 busy hours */
  deliveredHours: number;
}

const LAST = 89;
const HONEST: Character = {
  operatorId: "1",
  gpuCount: 5,
  customerCount: 8,
  uptime: () => 0.995,
  failing: () => 0.01,
  deliveredHours: 9.8,
};
const UNRELIABLE: Character = {
  operatorId: "2",
  gpuCount: 60,
  customerCount: 60,
  uptime: () => 0.7,
  failing: () => 0.3,
  deliveredHours: 9,
};
const SELF_DEALER: Character = { ...UNRELIABLE, operatorId: "3", gpuCount: 5, customerCount: 6 };
const NEWCOMER: Character = { ...HONEST, operatorId: "4", gpuCount: 0 };
const SLEEPER: Character = {
  ...HONEST,
  operatorId: "5",
  uptime: (day) => (day < 70 ? 0.995 : 0.5),
  failing: (day) => (day < 70 ? 0.01 : 0.7),
};
const BLIND: Character = { ...HONEST, operatorId: "6", uptime: (day) => (day % 2 === 0 ? 0.995 : null) };
/** A market in which most are honest, and the characters in question. */
const OTHERS = ["7", "8", "9", "10"].map((operatorId): Character => ({ ...HONEST, operatorId, gpuCount: 4 }));
const ALL = [HONEST, UNRELIABLE, SELF_DEALER, NEWCOMER, SLEEPER, BLIND, ...OTHERS];
const SELF: RelationFact = { operatorId: "3", account: "0x5e1f", fromAt: 0, toAt: null };

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function history(character: Character, seed: number, through = LAST): Fact[] {
  const next = random(seed * 1_000 + Number(character.operatorId));
  const { operatorId, customerCount } = character;
  const facts: Fact[] = [];
  for (let day = 0; day <= through; day++) {
    for (let gpu = 0; gpu < character.gpuCount; gpu++) {
      const payer = `0x${operatorId}${Math.floor(next() * customerCount)}`;
      const common = { operatorId, day, gpuId: `${operatorId}.${gpu}`, payer };
      const [luck, fate] = [next(), next()];
      const uptime = character.uptime(day);
      if (uptime !== null) {
        // half of what is lost is lost on every day, the rest by chance
        const up = Math.round(1_440 * Math.max(0, 1 - (1 - uptime) * (0.5 + luck)));
        facts.push(gpuDay({ ...common, upMinutes: up, downMinutes: 1_440 - up, rented: [{ payer, minutes: 600 }] }));
        facts.push(busyHours({ ...common, deliveredHours: character.deliveredHours }));
      }
      const downMinutes = fate < character.failing(day) ? 30 : 0;
      facts.push(rentalEnd({ ...common, rentalId: `${day}.${common.gpuId}`, downMinutes }));
    }
  }
  return facts;
}

/** Rentals from its own wallet, or one that looks strange to it, all of them faultless. */
function washed(payers: readonly string[], hours: number): Fact[] {
  return payers.flatMap((payer) => {
    const part = hours / payers.length;
    const common = { operatorId: "3", day: LAST, gpuId: "3.9", payer };
    return [
      rentalEnd({ ...common, rentalId: `wash ${payer}`, paidSeconds: part * 3_600 }),
      busyHours({ ...common, busyHours: part, deliveredHours: part }),
    ];
  });
}

function scoresOf(facts: readonly Fact[], day = LAST): Score[] {
  const evidence = noEvidence();
  foldAll(evidence, facts, relationsOf([SELF]));
  const subjects = ALL.map(({ operatorId }) => ({ operatorId, memberId: null }));
  return scoreAll(evidence, subjects, day * DAY_SECONDS).scores;
}
const scoreOf = (scores: readonly Score[], { operatorId }: Character): Score =>
  findScore(
    { methodologyVersion: 1, asOf: 0, priorMeans: {} as never, scores: [...scores] },
    { operatorId, memberId: null },
  );

const SEEDS = [1, 2, 3];
/** By seed, made once: most tests hold something against the plain one. */
const MARKETS = new Map(SEEDS.map((seed) => [seed, ALL.flatMap((character) => history(character, seed))]));
const market = (seed: number): readonly Fact[] => MARKETS.get(seed) ?? [];
const plainScores = new Map<number, Score[]>();

function scoresOfMarket(seed: number): readonly Score[] {
  const scores = plainScores.get(seed) ?? scoresOf(market(seed));
  plainScores.set(seed, scores);
  return scores;
}

describe("among simulated operators", () => {
  it.each(SEEDS)("the order is what a fair person would give (seed %i)", (seed) => {
    const scores = scoresOfMarket(seed);
    const [newcomer, ...bad] = [NEWCOMER, SLEEPER, UNRELIABLE, SELF_DEALER].map((who) => scoreOf(scores, who).score);
    for (const who of [HONEST, BLIND, ...OTHERS]) expect(scoreOf(scores, who).score).toBeGreaterThan(newcomer ?? 100);
    expect(newcomer).toBeGreaterThan(Math.max(...bad));
  });

  it.each(SEEDS)("a sleeper falls below a newcomer within 20 days of turning bad (seed %i)", (seed) => {
    const at = (day: number): Score[] =>
      scoresOf(
        ALL.flatMap((character) => history(character, seed, day)),
        day,
      );
    const before = at(69);
    expect(scoreOf(before, SLEEPER).score).toBeGreaterThan(scoreOf(before, NEWCOMER).score);
    const after = [72, 76, 80, 84, 89].map(at);
    const falling = after.map((scores) => scoreOf(scores, SLEEPER).score);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    expect(scoreOf(after[4] ?? [], SLEEPER).score).toBeLessThan(scoreOf(after[4] ?? [], NEWCOMER).score);
  });

  it.each(SEEDS)("the less is known, the wider the interval (seed %i)", (seed) => {
    const scores = scoresOfMarket(seed);
    const width = (character: Character): number => scoreOf(scores, character).high - scoreOf(scores, character).low;
    expect(width(NEWCOMER)).toBeGreaterThan(width(HONEST));
    expect(width(BLIND)).toBeGreaterThan(width(HONEST));
    expect(width(SELF_DEALER)).toBeGreaterThan(width(UNRELIABLE));
  });
});

describe("a blind collector", () => {
  it("changes neither what was observed nor its count: a day UNKNOWN is a day not told", () => {
    const seen = market(1);
    const blind = ALL.flatMap(({ operatorId }) =>
      Array.from({ length: 90 }, (_, day) =>
        gpuDay({ operatorId, day, gpuId: "dark", upMinutes: 0, sampledMinutes: 0 }),
      ),
    );
    expect(scoresOf([...seen, ...blind])).toEqual(scoresOfMarket(1));
  });

  it("leaves the mean of one GPU where it is when half of its minutes are UNKNOWN, and widens the interval", () => {
    const days = (minutes: number): Fact[] =>
      Array.from({ length: 90 }, (_, day) => gpuDay({ day, upMinutes: 0.9 * minutes, downMinutes: 0.1 * minutes }));
    const [full, half] = [1_440, 720].map((minutes) => scoreOf(scoresOf(days(minutes)), HONEST).parts[0]);
    expect(half?.mean).toBeCloseTo(full?.mean ?? 0, 9);
    expect(half?.observedMean.value).toBeCloseTo(0.9, 9);
    expect((half?.high ?? 0) - (half?.low ?? 0)).toBeGreaterThan((full?.high ?? 0) - (full?.low ?? 0));
  });
});

describe("self-dealing", () => {
  const SIZES = [1, 10, 100, 1_000, 10_000, 1_000_000];

  it.each(SIZES)("of %i hours from its own wallet moves nobody's score", (hours) => {
    const plain = market(1);
    const points = (scores: readonly Score[]): unknown =>
      scores.map(({ operatorId, score, high }) => [operatorId, score, high]);
    expect(points(scoresOf([...plain, ...washed([SELF.account], hours)]))).toEqual(points(scoresOfMarket(1)));
  });

  it.each(SIZES)("of %i hours by a wallet that nobody knows of doesn't lift it past a newcomer", (hours) => {
    const plain = market(1);
    const scores = scoresOf([...plain, ...washed(["0xunknown"], hours)]);
    expect(scoreOf(scores, SELF_DEALER).score).toBeLessThan(scoreOf(scores, NEWCOMER).score);
    expect(scoreOf(scores, SELF_DEALER).score - scoreOf(scoresOfMarket(1), SELF_DEALER).score).toBeLessThan(6);
  });

  it.each([100, 10_000])(
    "of %i hours by fifty unknown wallets gains little where the hardware fails as it does",
    (hours) => {
      const plain = market(1);
      const next = random(7);
      // a thousand rentals, which fail as the honest customers' do
      const payers = Array.from({ length: 1_000 }, (_, i) => `0xunknown${i % 50}`);
      const real = washed(payers, hours).map((fact, i) => {
        if (fact.kind === "BUSY_HOURS") return { ...fact, deliveredHours: 0.9 * fact.busyHours };
        if (fact.kind !== "RENTAL_END") return fact;
        return { ...fact, rentalId: `wash ${i}`, downMinutes: next() < SELF_DEALER.failing(LAST) ? 30 : 0 };
      });
      const gain =
        scoreOf(scoresOf([...plain, ...real]), SELF_DEALER).score - scoreOf(scoresOfMarket(1), SELF_DEALER).score;
      expect(gain).toBeLessThan(1);
    },
  );
});
