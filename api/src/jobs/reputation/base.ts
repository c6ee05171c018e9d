import { createHash } from "node:crypto";
import { copyEvidence, noEvidence, type Evidence } from "../../domain/reputation/evidence.ts";
import { decodeEvidence, encodeEvidence } from "../../domain/reputation/kept-evidence.ts";
import { foldKept } from "../../domain/reputation/publish.ts";
import {
  findEvidence,
  forgetEvidence,
  readEvidence,
  readFacts,
  readLastRuns,
  storeEvidence,
  type Queryable,
} from "../../sources/reputation-runs.ts";

const DAY_SECONDS = 86_400;

/** Evidence through the end of a day. It must not be folded on: see `copyEvidence`. */
export interface Base {
  day: number;
  /** of the kept evidence that it is; empty: none is kept of that day */
  mark: string;
  evidence: Evidence;
}

/**
 * The evidence through the end of a day: as kept, or folded on from an earlier day's with the facts that were kept since.
 *
 * @param known what is in hand from the last time; taken if it is the newest kept one
 * @throws BaseError `BAD_EVIDENCE`, `BAD_FACTS`
 */
export async function readBase(client: Queryable, throughDay: number, known?: Base): Promise<Base> {
  const found = await findEvidence(client, throughDay);
  if (known && found && known.day === found.day && known.mark === found.mark) {
    if (known.day === throughDay) return known;
    return foldOn(client, known, throughDay);
  }
  const start: Base = found
    ? { ...found, evidence: decodeEvidence(found.day, await readEvidence(client, found.day)) }
    : nothing();
  return start.day === throughDay ? start : foldOn(client, start, throughDay);
}

/** The evidence before the first day. */
export function nothing(): Base {
  return { day: -1, mark: "", evidence: noEvidence() };
}

/** Folds the days after `base` up to and with `throughDay`, each as its last run had it. */
export async function foldOn(client: Queryable, base: Base, throughDay: number): Promise<Base> {
  const runs = await readLastRuns(client, (base.day + 1) * DAY_SECONDS, (throughDay + 1) * DAY_SECONDS);
  if (runs.length === 0) return { ...base, day: throughDay };
  const evidence = copyEvidence(base.evidence);
  for (const { at } of runs) foldKept(evidence, dayOfRun(at), await readFacts(client, at));
  return { day: throughDay, mark: "", evidence };
}

/** The day whose facts a run at `at` has: one at midnight has those of the day that it ends. */
export function dayOfRun(at: number): number {
  return Math.ceil(at / DAY_SECONDS) - 1;
}

/** So many subjects' sums are written down at a time: those of a large network are a hundred megabytes. */
const SUBJECTS_AT_ONCE = 50;

/**
 * Keeps the evidence through the end of a day. While one part is being stored the next one is written down. Nobody takes it before
 * all of it is there, with or without a transaction: the mark comes last.
 */
export async function keepBase(client: Queryable, day: number, evidence: Evidence): Promise<Base> {
  const hash = createHash("sha256");
  const subjects = [...evidence.subjects].sort(([a], [b]) => (a < b ? -1 : 1));
  let stored: Promise<void> = forgetEvidence(client, day);
  for (let at = 0; at < subjects.length; at += SUBJECTS_AT_ONCE) {
    const texts = subjects
      .slice(at, at + SUBJECTS_AT_ONCE)
      .map(([subject, own]) => [subject, encodeEvidence(own)] as const);
    for (const [subject, text] of texts) hash.update(`${subject} `).update(text).update("\n");
    await stored;
    stored = storeEvidence(client, day, texts);
  }
  await stored;
  const mark = hash.digest("hex");
  await storeEvidence(client, day, [["", mark]]);
  return { day, mark, evidence };
}
