import type { AssessedHour } from "./facts.ts";
import { METHODOLOGY_VERSION, toFinding, type Finding } from "./finding.ts";
import { judgeEnergy } from "./rules/energy.ts";
import { judgeHeat } from "./rules/heat.ts";
import { judgeLoad } from "./rules/load.ts";
import { judgeRepeats, sketchOfDay, type OtherDay } from "./rules/repeats.ts";
import { judgeRentedIdle, judgeUnsoldBusy, type Sales } from "./rules/sales.ts";
import { judgeStill } from "./rules/still.ts";

/** What is known of one physical GPU in one day. */
export interface GpuDay {
  uuid: string;
  hours: readonly AssessedHour[];
  sales: Sales;
  /** days that have runs of readings in common, this GPU's and others' */
  others: readonly OtherDay[];
}

/** How plausible a GPU's day is, with all the evidence. */
export interface Assessment {
  methodologyVersion: number;
  /** 0 to 1; null without data, see `reason` */
  score: number | null;
  reason: string | null;
  /** share of all findings, by weight, that the data could tell */
  knownShare: number;
  findings: Finding[];
  /** to recognize this day's readings again */
  sketch: bigint[];
}

/**
 * Judges a GPU's day. Each finding takes away its weight times its severity, one after the other:
 * score = Π (1 − weight · severity) over what is known. What isn't known takes nothing away, and lowers `knownShare`.
 */
export function assess({ uuid, hours, sales, others }: GpuDay): Assessment {
  const findings = [
    toFinding("ENERGY", judgeEnergy(hours)),
    toFinding("LOAD", judgeLoad(hours)),
    toFinding("HEAT", judgeHeat(hours)),
    toFinding("FROZEN", judgeStill(hours)),
    toFinding("REPEATED", judgeRepeats(hours, uuid, others)),
    toFinding("RENTED_IDLE", judgeRentedIdle(hours, sales)),
    toFinding("UNSOLD_BUSY", judgeUnsoldBusy(hours, sales)),
  ];
  const sum = (of: readonly Finding[]): number => of.reduce((total, { weight }) => total + weight, 0);
  const known = findings.filter(({ severity }) => severity !== null);
  // What the chain says alone is no telemetry.
  const isTold = known.some(({ kind }) => kind !== "RENTED_IDLE" && kind !== "UNSOLD_BUSY");
  const score = known.reduce((left, { weight, severity }) => left * (1 - weight * (severity ?? 0)), 1);
  return {
    methodologyVersion: METHODOLOGY_VERSION,
    score: isTold ? Number(score.toFixed(4)) : null,
    reason: isTold ? null : reasonOf(hours),
    knownShare: Number((sum(known) / sum(findings)).toFixed(4)),
    findings,
    sketch: sketchOfDay(hours),
  };
}

function reasonOf(hours: readonly AssessedHour[]): string {
  return hours.length === 0
    ? "no good sample of it on that day"
    : "its samples are too few, or lack the fields, for any finding";
}
