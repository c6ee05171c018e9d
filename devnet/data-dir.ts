import { join } from "node:path";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { acquireLock, type Release } from "#kernel/lock.ts";

/**
 * Takes a data folder, which is made if it isn't there, for the life of this process.
 *
 * @throws BaseError `LOCKED` by another process, or `BAD_DATA_DIR` if it can't be written to
 */
export function takeDataDir(dataDir: string): Release {
  try {
    return acquireLock(join(dataDir, "lock"), `data folder ${dataDir}`);
  } catch (error) {
    if (error instanceof BaseError) throw error;
    throw new BaseError("BAD_DATA_DIR", `data folder ${dataDir} can't be used: ${messageOf(error)}`, {
      cause: error,
      hints: ["set DATA_DIR to a folder that you may write to"],
    });
  }
}
