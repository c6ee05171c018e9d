import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BaseError } from "#kernel/errors.ts";
import type { Place } from "./place.ts";

/** Reads files of a build, each once, and remembers them for the identity. */
export class BuildFiles {
  readonly contents = new Map<string, Buffer>();
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** A file's absolute path. */
  pathOf(file: string): string {
    return resolve(this.folder, file);
  }

  /**
   * A file's content.
   *
   * @param place where the manifest names it
   * @throws BaseError `FILE_MISSING`
   */
  async read(file: string, place?: Place): Promise<Buffer> {
    const path = this.pathOf(file);
    const known = this.contents.get(path);
    if (known) return known;
    try {
      const content = await readFile(path);
      this.contents.set(path, content);
      return content;
    } catch (error) {
      const what = `cannot read ${path}`;
      throw new BaseError("FILE_MISSING", place?.tell(what) ?? what, {
        cause: error,
        hints: ["build the subgraph (`graph codegen && graph build`) and name the manifest in its build folder"],
      });
    }
  }
}
