import { isRetryable } from "#kernel/errors.ts";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits, PRICE_DECIMALS } from "#kernel/units.ts";
import { REFUSAL_TEXTS } from "./refusal-texts.ts";
import { revertOf, type Revert } from "./revert.ts";

/** Why the chain would refuse a transaction, for programs and for people. */
export interface Refusal {
  /** stable, in SCREAMING_SNAKE: the contract's error, or `REVERTED` for one that we don't know */
  code: string;
  message: string;
  hints: readonly string[];
}

/**
 * Why a call was refused; undefined for any other failure.
 *
 * @example { code: "MARKETPLACE_GPU_BUSY", message: "GPU 1 is in use by rental 7", hints: ["rent another GPU, …"] }
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (isRetryable(error)) return undefined;
  const revert = revertOf(error);
  return revert && toRefusal(revert);
}

/** A contract's error in words. */
export function toRefusal({ name, args, text }: Revert): Refusal {
  const known = REFUSAL_TEXTS[name];
  if (!known) return { code: codeOf(name) || "REVERTED", message: `the contract refuses it: ${text}`, hints: [] };
  const [message, hint] = known.map((template) => fill(template, args));
  return { code: codeOf(name), message: message ?? "", hints: hint === undefined ? [] : [hint] };
}

/** @example codeOf("GpuNFT_NotOwner") === "GPU_NFT_NOT_OWNER"; codeOf("ERC20InvalidReceiver") === "ERC20_INVALID_RECEIVER" */
export function codeOf(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toUpperCase();
}

function fill(template: string, args: Revert["args"]): string {
  return template.replaceAll(/\{(\w+)(?::(\w+))?\}/g, (_match, name: string, format: string | undefined) =>
    (FORMATS[format ?? ""] ?? String)(args[name]),
  );
}

const iso = (seconds: number): string =>
  seconds < 8.64e12 ? new Date(seconds * 1_000).toISOString().replace(".000Z", "Z") : "a time beyond all calendars";

const FORMATS: Readonly<Record<string, (value: unknown) => string>> = {
  dc: (value) => formatUnits(BigInt(value as bigint), DC_DECIMALS),
  bct: (value) => formatUnits(BigInt(value as bigint), BCT_DECIMALS),
  usd: (value) => formatUnits(BigInt(value as bigint), PRICE_DECIMALS),
  time: (value) => iso(Number(value)),
  hour: (value) => iso(Number(value) * 3_600),
};
