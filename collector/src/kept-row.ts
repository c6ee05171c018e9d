import { readIdentity, type Identity } from "./identity/identity.ts";
import type { GpuRow } from "./parse/result.ts";

const PHYSICAL = '",null,';

/** A row as it lay in the spool: what it says of its GPU is read only when somebody asks, as it hardly ever changes. */
export class KeptRow implements GpuRow {
  readonly uuid: string;
  readonly #isPhysical: boolean;
  #read: Identity | undefined;

  constructor(
    readonly at: number,
    readonly identity: string,
    readonly values: readonly number[],
  ) {
    // ["GPU-…",null,… : what JSON escapes, which no GPU's UUID has, is read the long way
    const end = identity.indexOf('"', 2);
    this.#isPhysical = identity.startsWith(PHYSICAL, end) && identity[end - 1] !== "\\";
    this.uuid = this.#isPhysical ? identity.slice(2, end) : this.#all.uuid;
  }

  get migId(): string | null {
    return this.#isPhysical ? null : this.#all.migId;
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
