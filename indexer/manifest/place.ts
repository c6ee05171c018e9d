import { BaseError } from "#kernel/errors.ts";
import type { LocatedDocument, ManifestPath } from "./document.ts";

/** A part of a manifest: whoever finds a fault in it names its line. */
export class Place {
  private readonly lineOf: LocatedDocument["lineOf"];
  private readonly path: ManifestPath;

  constructor(lineOf: LocatedDocument["lineOf"], path: ManifestPath = []) {
    this.lineOf = lineOf;
    this.path = path;
  }

  /** A part of this part. */
  at(...steps: ManifestPath): Place {
    return new Place(this.lineOf, [...this.path, ...steps]);
  }

  /** A message with this part's line. */
  tell(what: string): string {
    const line = this.lineOf(this.path);
    return line === undefined ? what : `${what} (manifest line ${line})`;
  }

  /** The error for a fault found here. */
  fault(code: string, what: string, hints: readonly string[], cause?: unknown): BaseError {
    return new BaseError(code, this.tell(what), { hints, cause });
  }
}
