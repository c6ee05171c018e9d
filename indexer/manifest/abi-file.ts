import { z } from "zod";
import { messageOf } from "#kernel/errors.ts";
import { ContractAbi } from "../abi/functions.ts";
import type { AbiEntry, AbiParameter } from "../abi/types.ts";
import type { Place } from "./place.ts";

const parameter: z.ZodType<AbiParameter> = z.lazy(() =>
  z.object({
    name: z.string().exactOptional(),
    type: z.string(),
    indexed: z.boolean().exactOptional(),
    components: z.array(parameter).exactOptional(),
  }),
);
const entry: z.ZodType<AbiEntry> = z.object({
  type: z.string(),
  name: z.string().exactOptional(),
  anonymous: z.boolean().exactOptional(),
  inputs: z.array(parameter).exactOptional(),
  outputs: z.array(parameter).exactOptional(),
});
const abi = z.union([z.array(entry), z.object({ abi: z.array(entry) }).transform((content) => content.abi)]);

/**
 * Reads a contract's JSON ABI, as a list or as the `abi` of a compiler's artifact.
 *
 * @throws BaseError `BAD_ABI` naming the file and the manifest's line
 */
export function parseAbi(name: string, text: string, file: string, place: Place): ContractAbi {
  const fail = (what: string, cause: unknown): never => {
    throw place.fault("BAD_ABI", `${file} is no ABI: ${what}`, ["give the contract's JSON ABI"], cause);
  };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return fail(messageOf(error), error);
  }
  const parsed = abi.safeParse(content);
  return parsed.success
    ? new ContractAbi(name, parsed.data)
    : fail("it is neither a list of functions and events nor has one as `abi`", parsed.error);
}
