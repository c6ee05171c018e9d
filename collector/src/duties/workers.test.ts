import { MINUTE_MS } from "#kernel/time.ts";
import { judgeWorkers, type WorkerFacts } from "./workers.ts";

const NOW = 1_700_000_000_000;
const ago = (minutes: number): number => NOW - minutes * MINUTE_MS;
const who = (facts: Partial<WorkerFacts>, watchedMinutes = 60): string =>
  judgeWorkers(
    { isEmbedded: false, maxWorkers: 16, lastRunAt: null, dueSince: null, ...facts },
    NOW,
    ago(watchedMinutes),
  ).by;

it("the embedded database runs its own jobs, whatever its views say", () => {
  expect(who({ isEmbedded: true, maxWorkers: 0, dueSince: 0 })).toBe("database");
});

it("a server that may start no worker leaves them to us at once", () => {
  expect(who({ maxWorkers: 0 }, 0)).toBe("collector");
});

it("jobs that have run lately, or aren't due, are left alone", () => {
  expect(who({ lastRunAt: ago(1), dueSince: ago(90) })).toBe("database");
  expect(who({ lastRunAt: ago(14), dueSince: ago(90) })).toBe("database");
  expect(who({ lastRunAt: ago(300), dueSince: ago(14) })).toBe("database");
  expect(who({ lastRunAt: ago(300), dueSince: null })).toBe("database");
  expect(who({ lastRunAt: null, dueSince: null })).toBe("database");
});

it("jobs that were due for a quarter of an hour while none was run are ours", () => {
  expect(who({ lastRunAt: ago(300), dueSince: ago(15) })).toBe("collector");
  expect(who({ lastRunAt: ago(15), dueSince: ago(300) })).toBe("collector");
});

it("a server whose first worker hasn't come yet gets that time too", () => {
  expect(who({ lastRunAt: null, dueSince: 0 }, 14)).toBe("database");
  expect(who({ lastRunAt: null, dueSince: 0 }, 15)).toBe("collector");
});
