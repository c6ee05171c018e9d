import { BaseError } from "#kernel/errors.ts";

/** The methodology that new epochs are settled by. */
export const METHODOLOGY_VERSION = 1;

/** @throws BaseError `UNKNOWN_METHODOLOGY` for a version that this program can't compute */
export function requireVersion(version: number): void {
  if (version === METHODOLOGY_VERSION) return;
  throw new BaseError("UNKNOWN_METHODOLOGY", `methodologyVersion is ${version}; this program computes version 1 only`, {
    hints: ["take the release of the program that knows this version"],
  });
}
