import { BaseError } from "#kernel/errors.ts";
import { revertOf } from "../../chain/revert.ts";

/**
 * A call that would revert, as an error that names the contract's; undefined for any other failure.
 *
 * @example "attest:3 would revert: EpochRewards_AlreadyAttested(3, 0x…)"
 */
export function toRevert(purpose: string, error: unknown): Reverted | undefined {
  const revert = revertOf(error);
  return revert && new Reverted(purpose, revert.name, revert.text, error);
}

/** A call that the chain as it is would refuse. */
export class Reverted extends BaseError {
  /** the contract's error, "" if it gave none that we know */
  readonly reason: string;

  constructor(purpose: string, reason: string, text: string, cause?: unknown) {
    super("WOULD_REVERT", `${purpose} would revert: ${text}`, { cause });
    this.reason = reason;
  }
}
