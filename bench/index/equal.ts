import { BaseError } from "#kernel/errors.ts";
import type { Measured } from "./run.ts";

/**
 * Sides that indexed the same events must have the same rows, in each run, with a row for each event.
 *
 * @throws BaseError `ROWS_DIFFER` with the counts and digests of two that don't
 */
export function checkEqual(measured: ReadonlyMap<string, readonly Pick<Measured, "events" | "digest">[]>): void {
  const first = new Map<number, { name: string; digest: string }>();
  for (const [name, runs] of measured) {
    for (const { events, digest } of runs) {
      const known = first.get(events) ?? { name, digest };
      first.set(events, known);
      if (known.digest !== digest) {
        throw new BaseError("ROWS_DIFFER", `${name} and ${known.name} have other rows`, {
          hints: [`${name}: ${digest}`, `${known.name}: ${known.digest}`],
        });
      }
      if (!digest.includes(`trade ${events} `)) {
        throw new BaseError("ROWS_DIFFER", `${name} has no row for some of ${events} events`, { hints: [digest] });
      }
    }
  }
}
