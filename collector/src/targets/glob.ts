import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Whether Prometheus would take it: wildcards in the last part only, and JSON or YAML by name. */
export function isFilePattern(pattern: string): boolean {
  return /^[^*]*(\*[^/]*)?\.(json|ya?ml)$/i.test(pattern);
}

/** Whether it stands for whatever files there are, rather than for one that must be there. */
function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(basename(pattern));
}

/** The files that a pattern stands for, in the order of their names; one without wildcards is its own file. */
export async function expandPattern(pattern: string): Promise<string[]> {
  if (!hasWildcard(pattern)) return [pattern];
  const dir = dirname(pattern);
  const shape = new RegExp(
    `^${basename(pattern)
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  const names = await readdir(dir).catch((): string[] => []);
  return names
    .filter((name) => shape.test(name) && !name.startsWith("."))
    .sort()
    .map((name) => join(dir, name));
}
