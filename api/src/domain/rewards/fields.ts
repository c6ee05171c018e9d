import { BaseError } from "#kernel/errors.ts";
import type { Hex } from "./hash/hex.ts";

/** The error for inputs that break a rule. `entry` names the one that does. */
export function badInputs(entry: string, fault: string): BaseError {
  return new BaseError("BAD_EPOCH_INPUTS", `${entry}: ${fault}`, {
    hints: ["mend this entry: what each field must be stands in api/src/domain/rewards/README.md"],
  });
}

/** An object of the inputs being read, and its place in words, made only where it is needed. */
export class Entry {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #name: () => string;

  /**
   * @param keys the fields that it must have; no other may be there
   * @throws BaseError `BAD_EPOCH_INPUTS`, as all methods
   */
  constructor(value: unknown, keys: ReadonlySet<string>, name: () => string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw badInputs(name(), `must be an object, but is ${show(value)}`);
    }
    this.#fields = value as Record<string, unknown>;
    this.#name = name;
    const found = Object.keys(value);
    const strange = found.find((key) => !keys.has(key));
    if (strange !== undefined) throw badInputs(name(), `has a field ${show(strange)}, which doesn't belong there`);
    if (found.length === keys.size) return;
    const missing = [...keys].find((key) => !Object.hasOwn(value, key)) ?? "";
    throw badInputs(name(), `has no ${missing}`);
  }

  /** A whole number from `min` to `max`. */
  whole(key: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#fields[key];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw this.#bad(key, `a whole number from ${min} to ${max}`);
  }

  /** A whole number of at most 256 bits, from decimal digits in a string. */
  amount(key: string): bigint {
    const value = this.#fields[key];
    if (typeof value === "string" && /^(0|[1-9]\d{0,77})$/.test(value)) {
      const amount = BigInt(value);
      if (value.length < 78 || amount < 2n ** 256n) return amount;
    }
    throw this.#bad(key, "a string of decimal digits without zeros in front, below 2^256");
  }

  /** The id of a pool, a GPU or an operator; they are counted from 1. */
  id(key: string): bigint {
    const id = this.amount(key);
    if (id > 0n) return id;
    throw this.#bad(key, "an id, from 1");
  }

  /** An account that can be paid. */
  account(key: string): Hex {
    const value = this.#fields[key];
    if (typeof value === "string" && /^0x[0-9a-f]{40}$/.test(value) && !/^0x0{40}$/.test(value)) return value as Hex;
    throw this.#bad(key, "an address in lower case, not zero");
  }

  /** What is made of each item of a list. */
  list<T>(key: string, make: (item: unknown, index: number) => T): T[] {
    const value = this.#fields[key];
    if (Array.isArray(value)) return value.map(make);
    throw this.#bad(key, "a list");
  }

  /** An object within. */
  inner(key: string, keys: ReadonlySet<string>): Entry {
    return new Entry(this.#fields[key], keys, () => `${this.#name()}: ${key}`);
  }

  #bad(key: string, wanted: string): BaseError {
    return badInputs(this.#name(), `${key} is ${show(this.#fields[key])}, but must be ${wanted}`);
  }
}

/** A value as JSON, cut where it is long. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
