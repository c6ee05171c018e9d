import { BaseError } from "#kernel/errors.ts";

/**
 * A time as a flag gives it, in UTC: a day, or a day with a time.
 *
 * @throws BaseError `BAD_FLAG`
 * @example timeFlag("--at", "2026-11-23T12:00")?.toISOString() === "2026-11-23T12:00:00.000Z"
 */
export function timeFlag(flag: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?Z?)?$/.exec(text);
  const at = found ? new Date(`${found[1]}T${found[2] ?? "00:00"}${found[3] ?? ""}Z`) : new Date(NaN);
  // a 31st of a month without one would be the 1st of the next
  if (!Number.isNaN(at.getTime()) && at.toISOString().startsWith(found?.[1] ?? "")) return at;
  throw new BaseError("BAD_FLAG", `${flag} is "${text}", but must be a time in UTC`, {
    hints: [`write it as 2026-11-23 or 2026-11-23T12:00Z`],
  });
}
