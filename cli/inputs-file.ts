import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { EpochInputs } from "#api/src/domain/rewards/types.ts";
import { BaseError } from "#kernel/errors.ts";

/**
 * Reads and checks an epoch's inputs from a file, or - from the standard input.
 *
 * @throws BaseError `NO_INPUTS`, or `BAD_EPOCH_INPUTS` that names the file or the entry
 */
export async function readInputsFile(file: string): Promise<EpochInputs> {
  const { parseInputs } = await import("#api/src/domain/rewards/parse.ts");
  const name = file === "-" ? "the standard input" : file;
  const content = await (file === "-" ? text(process.stdin) : readFile(file, "utf8")).catch((cause: unknown) => {
    throw new BaseError("NO_INPUTS", `${name} can't be read`, { cause, hints: ["name a file with --inputs"] });
  });
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new BaseError("BAD_EPOCH_INPUTS", `${name} is no JSON`, {
      cause,
      hints: ["fetch the file again", "its form stands in api/src/domain/rewards/README.md"],
    });
  }
  return parseInputs(value);
}
