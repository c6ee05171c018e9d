import { BaseError } from "#kernel/errors.ts";
import type { Cost } from "./costs.ts";
import type { DimensionEvidence, Evidence, SubjectEvidence, Sums } from "./evidence.ts";
import { DIMENSIONS, type Dimension } from "./facts.ts";

const FORM = 1;

type CostTuple = [
  day: number,
  id: string,
  gpu: string | null,
  value: number,
  weight: number,
  lost: number,
  text: string,
];
type SumsTuple = [
  payer: string,
  ...numbers: [day: number, count: number, weight: number, good: number, unitsToday: number, goodUnitsToday: number],
  /** whether the costs have the payer, too: all of one payer have or none has */
  isPayers: 0 | 1,
  costs: CostTuple[],
];
interface KeptForm {
  form: number;
  dimensions: Partial<Record<Dimension, { excluded: number; sums: SumsTuple[] }>>;
}

/**
 * A subject's evidence as text, the same for the same evidence. Numbers are written so that they come back to the last bit.
 */
export function encodeEvidence(subject: SubjectEvidence): string {
  const dimensions: KeptForm["dimensions"] = {};
  for (const name of DIMENSIONS) {
    const own = subject[name];
    if (!own) continue;
    const payers = [...own.byPayer].sort(([a], [b]) => (a < b ? -1 : 1));
    dimensions[name] = { excluded: own.excludedCount, sums: payers.map(([payer, sums]) => sumsTuple(payer, sums)) };
  }
  return JSON.stringify({ form: FORM, dimensions } satisfies KeptForm);
}

/**
 * Evidence through the end of a day from the texts of its subjects.
 *
 * @throws BaseError `BAD_EVIDENCE` for a text that isn't of this form
 */
export function decodeEvidence(day: number, texts: Iterable<readonly [subject: string, text: string]>): Evidence {
  const subjects = new Map<string, SubjectEvidence>();
  for (const [subject, text] of texts) subjects.set(subject, decodeSubject(subject, text));
  return { day, subjects };
}

function decodeSubject(id: string, text: string): SubjectEvidence {
  let kept: Partial<KeptForm> | null = null;
  try {
    kept = JSON.parse(text) as Partial<KeptForm> | null;
  } catch {
    // told below
  }
  if (kept?.form !== FORM || !kept.dimensions) {
    throw new BaseError("BAD_EVIDENCE", `the kept evidence of ${id} can't be read`, {
      hints: ["delete that day's rows of reputation.evidence: it is worked out again from the facts before it"],
    });
  }
  const subject: SubjectEvidence = {};
  for (const [name, { excluded, sums }] of Object.entries(kept.dimensions) as [
    Dimension,
    { excluded: number; sums: SumsTuple[] },
  ][]) {
    const byPayer: DimensionEvidence["byPayer"] = new Map(sums.map((tuple) => [tuple[0], sumsOf(name, tuple)]));
    subject[name] = { byPayer, excludedCount: excluded };
  }
  return subject;
}

function sumsTuple(payer: string, { day, count, weight, good, unitsToday, goodUnitsToday, costs }: Sums): SumsTuple {
  const tuples = costs.map((one): CostTuple => [one.day, one.id, one.gpuId, one.value, one.weight, one.lost, one.text]);
  const isPayers = costs.some((one) => one.payer !== null) ? 1 : 0;
  return [payer, day, count, weight, good, unitsToday, goodUnitsToday, isPayers, tuples];
}

function sumsOf(dimension: Dimension, tuple: SumsTuple): Sums {
  const [payer, day, count, weight, good, unitsToday, goodUnitsToday, isPayers, tuples] = tuple;
  const costs = tuples.map(([at, id, gpuId, value, factWeight, lost, text]): Cost => {
    const whose = isPayers === 1 ? payer : null;
    return { day: at, id, gpuId, dimension, value, weight: factWeight, payer: whose, lost, text };
  });
  return { day, count, weight, good, unitsToday, goodUnitsToday, costs };
}
