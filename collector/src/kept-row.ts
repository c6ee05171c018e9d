import { readIdentity, type Identity } from "./identity/identity.ts";
import type { GpuRow } from "./parse/result.ts";

const PHYSICAL = '",null,';

/** A row as it lay in the spool: what it says of its GPU is read only when somebody asks, as it hardly ever changes. */
export class KeptRow implements GpuRow {
  readonly uuid: string;
  #read: Identity | undefined;

  constructor(
    readonly at: number,
    readonly identity: string,
    readonly values: readonly number[],
  ) {
    // ["GPU-…",null,… : a canonical UUID has nothing that JSON escapes
    const end = identity.indexOf('"', 2);
    if (identity.startsWith(PHYSICAL, end)) this.uuid = identity.slice(2, end);
    else this.uuid = this.#all.uuid;
  }

  get migId(): string | null {
    return this.identity.startsWith(PHYSICAL, this.uuid.length + 2) ? null : this.#all.migId;
  }

  get migProfile(): string | null {
    return this.#all.migProfile;
  }

  get model(): string | null {
    return this.#all.model;
  }

  get labels(): Record<string, string> {
    return this.#all.labels;
  }

  get #all(): Identity {
    return (this.#read ??= readIdentity(this.identity));
  }
}
