import { readFileSync } from "node:fs";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** Shorter ones can be guessed. */
const MIN_CHARS = 16;

/**
 * The secrets in a file, one a line; what begins with # is a remark.
 *
 * @throws BaseError `BAD_SECRETS`, which repeats none of them
 */
export function readSecrets(path: string): [string, ...string[]] {
  const [first, ...rest] = textOf(path)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (first === undefined) throw badSecrets(path, "it has none");
  if ([first, ...rest].some((secret) => secret.length < MIN_CHARS))
    throw badSecrets(path, `one is shorter than ${MIN_CHARS} characters`);
  return [first, ...rest];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw badSecrets(path, messageOf(error));
  }
}

function badSecrets(path: string, why: string): BaseError {
  return new BaseError("BAD_SECRETS", `the secrets in ${path} can't be used: ${why}`, {
    hints: ["write one secret a line into it, readable for this program only"],
  });
}
