import { createHash, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { BaseError, messageOf } from "#kernel/errors.ts";

/** Who may push, and how we know it. */
export interface TokenEntry {
  /** operator's id on the chain */
  operator: string;
  /** SHA-256 of the token, hex: the file holds no secret */
  tokenSha256: string;
  /** seconds between two scrapes of its Prometheus, where they can't be learned from what comes */
  intervalSeconds?: number | undefined;
}

const ENTRIES = z.array(
  z.strictObject({
    operator: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "must be the operator's id, as text"),
    tokenSha256: z.string().regex(/^[0-9a-f]{64}$/i, "must be 64 hex digits"),
    intervalSeconds: z.number().min(1).max(300).optional(),
  }),
);

/**
 * Reads a list of tokens. An operator may have several, so that one can be replaced without a gap.
 *
 * @param where named in errors, e.g. the file's path
 * @throws BaseError `BAD_TOKENS` naming every faulty entry
 */
export function parseTokens(text: string, where: string): TokenEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw badTokens(where, [`it is no JSON: ${messageOf(error)}`]);
  }
  const result = ENTRIES.safeParse(json);
  if (!result.success) {
    throw badTokens(
      where,
      result.error.issues.map(({ path, message }) => `${describePath(path)}${message}`),
    );
  }
  const owners = new Map<string, string>();
  for (const { operator, tokenSha256 } of result.data) {
    const hash = tokenSha256.toLowerCase();
    const other = owners.get(hash);
    if (other !== undefined && other !== operator) {
      throw badTokens(where, [`operators ${other} and ${operator} have the same token`]);
    }
    owners.set(hash, operator);
  }
  return result.data;
}

const describePath = ([index, ...rest]: PropertyKey[]): string =>
  typeof index === "number" ? `entry ${index + 1}: ${rest.map(String).join(".")} ` : "";

function badTokens(where: string, faults: string[]): BaseError {
  return new BaseError("BAD_TOKENS", `token file ${where}: ${faults.join("; ")}`, {
    hints: [
      'the shape is [{ "operator": "1", "tokenSha256": "<64 hex digits>" }]',
      "`bc telemetry token 1` makes a token and its entry",
    ],
  });
}

/** The tokens of a file that may be edited at any time: the last good list stays in force. */
export class TokenFile {
  /** what is wrong with the file now */
  fault: string | undefined;
  readonly #path: string;
  #entries: TokenEntry[] = [];
  #hashes: Buffer[] = [];
  #state = "";

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads the file for the first time.
   *
   * @throws BaseError `NO_TOKENS_FILE` or `BAD_TOKENS`
   */
  async load(): Promise<void> {
    this.#state = await this.#look();
    this.#take(await this.#read());
  }

  /** Reads it again if it has changed. A file that can't be read, or is bad, changes nothing but `fault`. */
  async refresh(): Promise<void> {
    const state = await this.#look();
    if (state === this.#state) return;
    try {
      this.#take(await this.#read());
      this.#state = state; // a bad one is read anew each time: it may be half-written
      this.fault = undefined;
    } catch (error) {
      this.fault = messageOf(error);
    }
  }

  /** Whose token it is; undefined for nobody's. Takes as long for a wrong one as for a right one. */
  entryOf(token: string): TokenEntry | undefined {
    const hash = createHash("sha256").update(token).digest();
    let found: TokenEntry | undefined;
    this.#hashes.forEach((other, index) => {
      if (timingSafeEqual(hash, other)) found = this.#entries[index];
    });
    return found;
  }

  #take(entries: TokenEntry[]): void {
    this.#entries = entries;
    this.#hashes = entries.map(({ tokenSha256 }) => Buffer.from(tokenSha256, "hex"));
  }

  async #read(): Promise<TokenEntry[]> {
    const text = await readFile(this.#path, "utf8").catch((error: unknown) => {
      throw new BaseError("NO_TOKENS_FILE", `token file ${this.#path} cannot be read: ${messageOf(error)}`, {
        hints: ["set PUSH_TOKENS_FILE to a list of operators' tokens; `bc telemetry token 1` makes an entry"],
        cause: error,
      });
    });
    return parseTokens(text, this.#path);
  }

  async #look(): Promise<string> {
    return stat(this.#path, { bigint: true }).then(
      ({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`,
      () => "gone",
    );
  }
}
