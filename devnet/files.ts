import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./binaries.ts";

/** Every file under the given files and folders, sorted; paths relative to the repository's root. */
export function listFiles(paths: readonly string[], skip: (path: string) => boolean = () => false): string[] {
  const walk = (path: string): string[] => {
    if (skip(relative(ROOT, path))) return [];
    if (!statSync(path).isDirectory()) return [relative(ROOT, path)];
    return readdirSync(path).flatMap((name) => walk(join(path, name)));
  };
  return paths.flatMap((path) => walk(join(ROOT, path))).sort();
}

/** Hash of the names and contents of files, to tell whether what was built from them is current. */
export function hashFiles(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  return hash.digest("hex");
}

/** The text of a file; "" if it isn't there. */
export function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Writes a file so that nobody ever finds half of it. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
