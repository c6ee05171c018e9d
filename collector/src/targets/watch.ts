import { stat } from "node:fs/promises";

/** How files stand: by path, a text that changes when the file does. */
export type FileStates = ReadonlyMap<string, string>;

/**
 * Looks at files. Their state is looked at rather than the system's notices waited for, which are lost on network folders
 * and when an editor replaces a file.
 */
export async function lookAt(paths: Iterable<string>): Promise<FileStates> {
  const states = [...new Set(paths)].map(async (path) => [path, await fileState(path)] as const);
  return new Map(await Promise.all(states));
}

/** Whether the same files stand as before. */
export function isUnchanged(before: FileStates, now: FileStates): boolean {
  return before.size === now.size && [...now].every(([path, state]) => before.get(path) === state);
}

async function fileState(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    () => "gone",
  );
}
