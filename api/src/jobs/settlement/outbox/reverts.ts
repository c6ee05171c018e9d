import { BaseError as ViemError, decodeErrorResult, RawContractError, type Hex } from "viem";
import { epochRewardsAbi } from "#contracts/abi/epochRewards.ts";
import { marketplaceAbi } from "#contracts/abi/marketplace.ts";
import { timeSlotsAbi } from "#contracts/abi/timeSlots.ts";
import { BaseError } from "#kernel/errors.ts";

const ERRORS = [...epochRewardsAbi, ...marketplaceAbi, ...timeSlotsAbi].filter(({ type }) => type === "error");

/**
 * A call that would revert, as an error that names the contract's; undefined for any other failure.
 *
 * @example "attest:3 would revert: EpochRewards_AlreadyAttested(3, 0x…)"
 */
export function toRevert(purpose: string, error: unknown): Reverted | undefined {
  if (!(error instanceof ViemError)) return undefined;
  const isRevert = error.walk((cause) => /revert/i.test((cause as Error).message)) !== null;
  if (!isRevert) return undefined;
  const { name, text } = decode(dataOf(error)) ?? { name: "", text: error.details || error.shortMessage };
  return new Reverted(purpose, name, text, error);
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

function dataOf(error: ViemError): Hex | undefined {
  let data: unknown;
  error.walk((cause) => {
    const found = cause instanceof RawContractError ? cause.data : (cause as { data?: unknown }).data;
    const hex = typeof found === "object" && found !== null ? (found as { data?: unknown }).data : found;
    if (typeof hex === "string" && hex.startsWith("0x") && hex.length >= 10) data = hex;
    return false;
  });
  return data as Hex | undefined;
}

function decode(data: Hex | undefined): { name: string; text: string } | undefined {
  if (data === undefined) return undefined;
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: ERRORS, data });
    return { name: errorName, text: `${errorName}(${(args as readonly unknown[]).map(String).join(", ")})` };
  } catch {
    return { name: "", text: `an error with selector ${data.slice(0, 10)}` };
  }
}
