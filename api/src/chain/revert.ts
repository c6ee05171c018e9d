import { BaseError as ViemError, decodeErrorResult, RawContractError, type Abi, type Hex } from "viem";
import { ABIS } from "./contracts.ts";

/** Every error that a contract of the network can give; one that several have, once. */
export const CONTRACT_ERRORS: Abi = [
  ...new Map(
    Object.values(ABIS)
      .flatMap((abi) => [...(abi as Abi)])
      .flatMap((item) => (item.type === "error" ? [[item.name, item] as const] : [])),
  ).values(),
];

/** Why a contract refused a call. */
export interface Revert {
  /** the contract's error; "" if it gave none that we know */
  name: string;
  /** by the names that the ABI has */
  args: Readonly<Record<string, unknown>>;
  /** for people: the error with its arguments, or what the node says */
  text: string;
}

/** Why a call reverted; undefined for any other failure. */
export function revertOf(error: unknown): Revert | undefined {
  if (!(error instanceof ViemError)) return undefined;
  if (error.walk((cause) => /revert/i.test((cause as Error).message)) === null) return undefined;
  return decode(dataOf(error)) ?? { name: "", args: {}, text: error.details || error.shortMessage };
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

function decode(data: Hex | undefined): Revert | undefined {
  if (data === undefined) return undefined;
  try {
    const { errorName: name, args = [], abiItem } = decodeErrorResult({ abi: CONTRACT_ERRORS, data });
    const values = args;
    const inputs = "inputs" in abiItem ? abiItem.inputs : [];
    const named = Object.fromEntries(inputs.map((input, place) => [input.name ?? String(place), values[place]]));
    return { name, args: named, text: `${name}(${values.map(String).join(", ")})` };
  } catch {
    return { name: "", args: {}, text: `an error with selector ${data.slice(0, 10)}` };
  }
}
