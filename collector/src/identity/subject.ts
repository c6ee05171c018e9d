import type { GpuRow } from "../parse/result.ts";
import type { GpuState } from "./gpu-state.ts";
import { readIdentity, type Identity } from "./identity.ts";
import { sliceUuid } from "./uuid.ts";

const PHYSICAL = '",null,';

/**
 * A GPU or slice as the spool's records describe it. All rows that say the same of it have the same subject, so that what
 * is known of it is looked up once; what it says is read only when somebody asks, as it hardly ever changes.
 */
export class Subject {
  readonly migId: string | null;
  #uuid: string;
  #state: GpuState | undefined;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** @param bytes that stay as they are: from `start` to `end` it is an `identityOf` */
  constructor(bytes: Buffer, start: number, end: number) {
    [this.#bytes, this.#start, this.#end] = [bytes, start, end];
    const { text } = this;
    // ["GPU-…",null,… : what JSON escapes, which no GPU's UUID has, is read the long way
    const quote = text.indexOf('"', 2);
    const isPhysical = text.startsWith(PHYSICAL, quote) && text[quote - 1] !== "\\";
    const { uuid, migId } = isPhysical ? { uuid: text.slice(2, quote), migId: null } : this.identity;
    // a slice of a text keeps all of it
    this.#uuid = Buffer.from(uuid).toString();
    this.migId = migId;
  }

  get uuid(): string {
    return this.#uuid;
  }

  /** What the registry knows of it; undefined until that was looked up. */
  get state(): GpuState | undefined {
    return this.#state;
  }

  set state(state: GpuState | undefined) {
    this.#state = state;
    if (state?.uuid === this.#uuid) this.#uuid = state.uuid; // one text rather than two
  }

  /** `identityOf` its rows */
  get text(): string {
    return this.#bytes.toString("utf8", this.#start, this.#end);
  }

  /** Whether another says the same. */
  isSame(other: Subject): boolean {
    return this.#bytes.compare(other.#bytes, other.#start, other.#end, this.#start, this.#end) === 0;
  }

  get identity(): Identity {
    return readIdentity(this.text);
  }
}

/** A row as it lay in the spool. Rows are used again, for those of another batch. */
export class KeptRow implements GpuRow {
  constructor(
    public at: number,
    public subject: Subject,
    public values: GpuRow["values"],
  ) {}

  get uuid(): string {
    return this.subject.uuid;
  }

  get migId(): string | null {
    return this.subject.migId;
  }

  get migProfile(): string | null {
    return this.subject.identity.migProfile;
  }

  get model(): string | null {
    return this.subject.identity.model;
  }

  get labels(): Record<string, string> {
    return this.subject.identity.labels;
  }
}

/**
 * What is known of the GPU or slice of a row.
 *
 * @param find by its UUID as in telemetry.gpu
 */
export function stateOf<T extends GpuState | undefined>(row: GpuRow, find: (uuid: string) => T): T | GpuState {
  const { subject } = row;
  if (subject?.state !== undefined && !subject.state.isForgotten) return subject.state;
  const state = find(row.migId === null ? row.uuid : sliceUuid(row.uuid, row.migId));
  if (subject) subject.state = state;
  return state;
}
