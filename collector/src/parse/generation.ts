import { COLUMNS, type Generation } from "../metrics.ts";
import type { Entity } from "./entity.ts";

/** Fields whose size gives the unit away: no chip runs below 4 kHz or above 4 GHz, none has 1 TiB or under 1 MiB. */
const CLOCKS_AND_MEMORY = COLUMNS.map((metric, index) => ({ metric, index })).filter(({ metric }) =>
  ["MHz", "MiB"].includes(metric.rawUnit.classic),
);
const PERCENTAGES = COLUMNS.map((metric, index) => ({ metric, index })).filter(
  ({ metric }) => metric.rawUnit.classic === "%",
);

/**
 * Which units a body is in. Release 4.9.0 changed units under names that stayed, and DCGM 4.6 has some of the new names
 * with the old units: so the values decide by majority, and only where none tells do the spellings.
 *
 * @param hasNewSpelling a name or label is spelled as from 4.9.0 on
 * @example clocks of 1410 → "classic"; clocks of 1410000000 → "2026"
 */
export function detectGeneration(entities: readonly Entity[], hasNewSpelling: boolean): Generation {
  let balance = 0;
  for (const { values } of entities) {
    for (const { metric, index } of CLOCKS_AND_MEMORY) {
      const raw = values[index] ?? NaN;
      const classicMax = (metric.max * metric.scale.classic.over) / metric.scale.classic.times;
      if (raw > 0 && raw <= classicMax) balance--;
      else if (raw > classicMax && raw <= metric.max) balance++;
    }
    for (const { metric, index } of PERCENTAGES) {
      const raw = values[index] ?? NaN;
      if (raw > metric.max && raw <= 100) balance--;
    }
  }
  if (balance !== 0) return balance < 0 ? "classic" : "2026";
  return hasNewSpelling ? "2026" : "classic";
}
