import { measured, ratio, unknown, type Measure } from "../measure.ts";
import type { UseFact } from "./facts.ts";

/** Three numbers that are never mixed, and what an available hour earned. */
export interface Use {
  /** rented time / available time */
  occupancy: Measure;
  /** up / (up + down) minutes; UNKNOWN ones are in neither */
  uptime: Measure;
  /** busy time / time covered by samples, as DCGM reports it */
  utilization: Measure;
  /** DC burned per available GPU-hour, base units, rounded down: the hotel trade's RevPAR */
  dcPerAvailableHour: Measure<bigint>;
}

/** How GPUs were used over some days. */
export function useOf(facts: readonly UseFact[]): Use {
  const sum = (of: (fact: UseFact) => number): number => facts.reduce((all, fact) => all + of(fact), 0);
  const available = sum(({ availableSeconds }) => availableSeconds);
  const up = sum(({ upMinutes }) => upMinutes);
  const burned = facts.reduce((all, { burnedDc }) => all + burnedDc, 0n);
  return {
    occupancy: ratio(
      sum(({ rentedSeconds }) => rentedSeconds),
      available,
      "NOT_AVAILABLE",
    ),
    uptime: ratio(up, up + sum(({ downMinutes }) => downMinutes), "NO_TELEMETRY"),
    utilization: ratio(
      sum(({ busySeconds }) => busySeconds),
      sum(({ coveredSeconds }) => coveredSeconds),
      "NO_TELEMETRY",
    ),
    dcPerAvailableHour:
      available > 0 ? measured((burned * 3_600n) / BigInt(Math.round(available))) : unknown("NOT_AVAILABLE"),
  };
}

/** Use that isn't known, and why. */
export function unknownUse(reason: string): Use {
  const none = unknown(reason);
  return { occupancy: none, uptime: none, utilization: none, dcPerAvailableHour: unknown(reason) };
}

/**
 * Concentration of payers: Herfindahl–Hirschman index `Σ share²` of the DC burned, from 1 / payers to 1. Unknown where
 * nothing was burned.
 *
 * @example concentration([75n, 25n]).value === 0.625
 */
export function concentration(burnedDcByPayer: readonly bigint[]): Measure {
  const whole = burnedDcByPayer.reduce((sum, burned) => sum + burned, 0n);
  if (whole === 0n) return unknown("NO_BURNS");
  return measured(burnedDcByPayer.reduce((sum, burned) => sum + (Number(burned) / Number(whole)) ** 2, 0));
}
