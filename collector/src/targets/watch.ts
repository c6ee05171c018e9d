import { readFile, stat } from "node:fs/promises";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { sleep } from "#kernel/time.ts";
import { parseFileSd } from "./file-sd.ts";
import type { Target } from "./target.ts";

/**
 * Reads the target file.
 *
 * @throws BaseError `NO_TARGETS_FILE` if it can't be read, `BAD_TARGETS` if it is malformed
 */
export async function readTargetsFile(path: string): Promise<Target[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new BaseError("NO_TARGETS_FILE", `target file ${path} cannot be read: ${messageOf(error)}`, {
      hints: ["set TARGETS_FILE to a Prometheus file_sd JSON file"],
      cause: error,
    });
  }
  return parseFileSd(text, path);
}

/** What `watchTargetsFile` tells. */
export interface TargetsWatcher {
  onTargets(targets: Target[]): void;
  /** the edited file is bad, and the last good list stays in force */
  onError(error: unknown): void;
}

/**
 * Follows edits of the target file until `signal` is aborted. It looks at the file's state rather than wait for the
 * system's notices, which are lost on network folders and when an editor replaces the file.
 */
export async function watchTargetsFile(
  path: string,
  watcher: TargetsWatcher,
  signal: AbortSignal,
  everyMs = 1_000,
): Promise<void> {
  let seen = await fileState(path);
  let last = seen;
  while (!signal.aborted) {
    await sleep(everyMs, signal).catch(() => undefined);
    const state = await fileState(path);
    // A file that has just changed may be half-written: it is read once it has stood still from one look to the next.
    const isStill = state === last;
    last = state;
    if (signal.aborted || state === seen || !isStill) continue;
    const read = readTargetsFile(path).then((targets) => (): void => watcher.onTargets(targets));
    const tell = await read.catch((error: unknown) => (): void => watcher.onError(error));
    if ((await fileState(path)) !== state) continue;
    seen = state;
    tell();
  }
}

async function fileState(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs }) => `${ino} ${size} ${mtimeNs}`,
    () => "gone",
  );
}
