import type { Phases, ProfileReport } from "#indexer/profile/profile.ts";
import { alignTable } from "./tables.ts";

/** What each phase is, in the order of a block's way through the engine. */
const PHASES: Readonly<Record<keyof Phases, string>> = {
  fetch: "fetch (waiting for the node)",
  decode: "decode (events into memory)",
  mapping: "run: mapping code",
  host: "run: host functions",
  reads: "run: waiting for entities",
  lookups: "run: waiting for transactions, calls",
  blocks: "run: the rest of each block",
  flush: "flush (waiting for the database)",
  other: "other",
};

/** What `bc index --profile` prints: phases, handlers, host functions, store. */
export function profileTable(report: ProfileReport | undefined): string {
  if (!report) return "no profile yet: the indexer isn't open";
  const { totalMs, phases, handlers, hostCalls, store } = report;
  const phaseRows = (Object.keys(PHASES) as (keyof Phases)[]).map((phase) => [
    PHASES[phase],
    seconds(phases[phase]),
    percent(phases[phase], totalMs),
  ]);
  const handlerRows = handlers.map((one) => [
    one.handler,
    String(one.runs),
    seconds(one.totalMs),
    micros(one.meanUs),
    micros(one.p99Us),
    String(one.replays),
    seconds(one.replayMs),
    String(one.failures),
  ]);
  const hostRows = hostCalls.map(({ name, count, ms }) => [
    name,
    String(count),
    seconds(ms),
    micros((ms * 1_000) / count),
  ]);
  const right = (count: number): Set<number> => new Set(Array.from({ length: count }, (_, index) => index + 1));
  return [
    alignTable([["phase", "s", "%"], ...phaseRows, ["total", seconds(totalMs), "100.0"]], right(2)),
    alignTable(
      [["handler", "runs", "s", "mean µs", "p99 µs", "replays", "their s", "failures"], ...handlerRows],
      right(7),
    ),
    alignTable([["host function", "calls", "s", "mean µs"], ...hostRows], right(3)),
    `store: ${store.hits} reads from memory, ${store.misses} misses, ${store.queries} queries in ${seconds(store.queryMs)} s`,
  ].join("\n\n");
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
const micros = (us: number): string => us.toFixed(us < 10 ? 2 : 0);
const percent = (part: number, whole: number): string => ((100 * part) / Math.max(whole, 1)).toFixed(1);
