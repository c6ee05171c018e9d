import { PastSchedule, type PlannedScrape } from "./schedule.ts";

const MINUTE = 60_000;
const TARGETS = ["a", "b", "c"].map((host) => ({ url: `http://127.0.0.1:9400/${host}/metrics`, labels: {} }));
const FROM = 1_700_000_400_000;
const FINE_FROM = FROM + 120 * MINUTE;
const TO = FINE_FROM + 60 * MINUTE;

const scrapesOf = (schedule: PastSchedule, ...ends: number[]): PlannedScrape[] =>
  ends.flatMap((end) => [...schedule.until(end)]);

it("targets are scraped every five minutes, then every minute, without a gap where it changes", () => {
  const scrapes = scrapesOf(new PastSchedule(TARGETS, () => FROM, FINE_FROM), TO);
  for (const target of TARGETS) {
    const own = scrapes.filter((scrape) => scrape.target === target);
    expect(own[0]?.at).toBeLessThan(FROM + 5 * MINUTE);
    expect(own.at(-1)?.dueUntil).toBeGreaterThanOrEqual(TO);
    own.slice(1).forEach((scrape, index) => {
      const before = own[index] as PlannedScrape;
      const expected = before.at < FINE_FROM ? 5 * MINUTE : MINUTE;
      expect(scrape.at - before.at).toBe(expected);
      expect([scrape.intervalMs, before.dueUntil]).toEqual([expected, scrape.at]);
    });
  }
  // 2 hours at 12 an hour; then 55 to 60 a target, as the last of the five minutes reach into the hour.
  expect(scrapes.filter(({ at }) => at < FINE_FROM)).toHaveLength(3 * 24);
});

it("scrapes come in the order of their times, the same however the past is cut into days", () => {
  const whole = scrapesOf(new PastSchedule(TARGETS, () => FROM, FINE_FROM), TO);
  expect(whole.map(({ at }) => at)).toEqual(whole.map(({ at }) => at).sort((a, b) => a - b));
  const cut = scrapesOf(new PastSchedule(TARGETS, () => FROM, FINE_FROM), FROM + 7 * MINUTE, FROM + 100 * MINUTE, TO);
  expect(cut).toEqual(whole);
});

it("a target that comes later is scraped from then on", () => {
  const [first] = TARGETS;
  const later = FROM + 33 * MINUTE;
  const scrapes = scrapesOf(new PastSchedule(TARGETS, (target) => (target === first ? later : FROM), FINE_FROM), TO);
  const own = scrapes.filter(({ target }) => target === first).map(({ at }) => at);
  const whole = scrapesOf(new PastSchedule(TARGETS, () => FROM, FINE_FROM), TO).filter(
    ({ target }) => target === first,
  );
  expect(own).toEqual(whole.map(({ at }) => at).filter((at) => at >= later));
});
