import { join } from "node:path";
import { BaseError } from "#kernel/errors.ts";
import { acquireLock, type Release } from "#kernel/lock.ts";
import { waitFor } from "#kernel/time.ts";
import { ROOT } from "./binaries.ts";

/**
 * Runs a build while nobody else in this repository runs the same one: two that write into one folder spoil each other's
 * work. Who comes second waits, and should look then whether there is anything left to do.
 *
 * @throws BaseError `LOCKED` after ten minutes; what `body` throws
 */
export async function buildAlone<T>(name: "contracts" | "subgraph", body: () => Promise<T>): Promise<T> {
  const path = join(ROOT, ".cache", `build-${name}.lock`);
  let held: unknown;
  const release = await waitFor<Release>(
    async () => {
      try {
        return acquireLock(path, `the build of ${name}`);
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
        held = error;
        return undefined;
      }
    },
    { timeoutMs: 600_000, everyMs: 100, onTimeout: () => held as BaseError },
  );
  try {
    return await body();
  } finally {
    release();
  }
}
