import { COLUMNS, type Generation } from "../metrics.ts";
import { EITHER_UNIT, NEW_UNIT, OLD_UNIT, type Entity } from "./entity.ts";

/** Fields whose size gives the unit away: no chip runs below 4 kHz or above 4 GHz, none has 1 TiB or under 1 MiB. */
const CLOCKS_AND_MEMORY = COLUMNS.map((metric, index) => ({ metric, index })).filter(({ metric }) =>
  ["MHz", "MiB"].includes(metric.rawUnit.classic),
);
const PERCENTAGES = COLUMNS.map((metric, index) => ({ metric, index })).filter(
  ({ metric }) => metric.rawUnit.classic === "%",
);

/** The units of a body's values, by the `Spelling` of the names that they came under. */
export interface Units {
  old: Generation;
  either: Generation;
  /** what the body as a whole is called */
  body: Generation;
}

/**
 * Which units a body is in. DCGM 4.7 gave the quantities in new units new names, which say it all, so that one exporter
 * may print both. Names of before have the old units, unless the size of clocks and memory says otherwise by majority: a
 * relay may have converted them. One name has meant both: `DCGM_FI_DEV_GPU_UTIL_RATIO` is the percentage of DCGM 4.6, a
 * whole number, and the ratio of 4.7.
 *
 * @example clocks of 1410 → "classic"; clocks of 1410000000 → "2026"
 */
export function detectUnits(entities: readonly Entity[]): Units {
  const balance = sizeBalance(entities);
  const hasNewNames = entities.some(({ readings: { values, spellings } }) =>
    values.some((value, index) => !Number.isNaN(value) && spellings[index] === NEW_UNIT),
  );
  const ratios = ratioBalance(entities);
  const old = balance > 0 ? "2026" : "classic";
  const either = ratios === 0 ? (hasNewNames || balance >= 0 ? "2026" : "classic") : ratios > 0 ? "2026" : "classic";
  return { old, either, body: hasNewNames || old === "2026" || (balance === 0 && ratios > 0) ? "2026" : "classic" };
}

/** Above 0: more clocks, memories and percentages under old names are in new units than in old ones. */
function sizeBalance(entities: readonly Entity[]): number {
  let balance = 0;
  for (const { readings } of entities) {
    const { values, spellings } = readings;
    for (const { metric, index } of CLOCKS_AND_MEMORY) {
      if (spellings[index] !== OLD_UNIT) continue;
      const raw = values[index] ?? NaN;
      const classicMax = (metric.max * metric.scale.classic.over) / metric.scale.classic.times;
      if (raw > 0 && raw <= classicMax) balance--;
      else if (raw > classicMax && raw <= metric.max) balance++;
    }
    for (const { metric, index } of PERCENTAGES) {
      const raw = values[index] ?? NaN;
      if (spellings[index] === OLD_UNIT && raw > metric.max && raw <= 100) balance--;
    }
  }
  return balance;
}

/** Above 0: more values under a name that means both are ratios than percentages. 0 and 1 may be either. */
function ratioBalance(entities: readonly Entity[]): number {
  let balance = 0;
  for (const { readings } of entities) {
    const { values, spellings } = readings;
    for (const { metric, index } of PERCENTAGES) {
      if (spellings[index] !== EITHER_UNIT) continue;
      const raw = values[index] ?? NaN;
      if (raw > metric.max && raw <= 100) balance--;
      else if (raw >= 0 && raw <= metric.max && !Number.isInteger(raw)) balance++;
    }
  }
  return balance;
}
