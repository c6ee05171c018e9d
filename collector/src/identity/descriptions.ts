import type { GpuRow } from "../parse/result.ts";
import { identityOf } from "./identity.ts";
import { Subject } from "./subject.ts";

const NEWLINE = 0x0a;

/** What a record says of its GPUs: the identity of each row, a line each. */
interface Described {
  readonly bytes: Buffer;
  subjects: readonly Subject[] | undefined;
  /** those of the rows that it was made of */
  labels: readonly GpuRow["labels"][];
}

/**
 * Remembers what targets say of their GPUs, as it hardly ever changes: neither who writes a target's records nor who reads
 * them then makes it anew, and both hold the same memory.
 */
export class Descriptions {
  readonly #written = new Map<string, Described>();
  readonly #read = new Map<string, Described>();

  /** The identity of each row, a line each. */
  write(url: string, rows: readonly GpuRow[]): Buffer {
    const known = this.#written.get(url);
    if (known && isOf(known, rows)) return known.bytes;
    const text = rows.map(identityOf).join("\n");
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
    bytes.write(text);
    const labels = rows.map((row) => row.labels);
    const same = [known, this.#read.get(url)].find((described) => described?.bytes.equals(bytes));
    if (same) same.labels = labels;
    const described = same ?? { bytes, subjects: undefined, labels };
    this.#written.set(url, described);
    return described.bytes;
  }

  /** Whom such lines, from `start` to `end`, are of. */
  read(url: string, bytes: Buffer, start: number, end: number): readonly Subject[] {
    if (start >= end) return [];
    const isSame = (described: Described | undefined): boolean => described?.bytes.compare(bytes, start, end) === 0;
    let described = this.#read.get(url);
    if (!described || !isSame(described)) {
      const written = this.#written.get(url);
      const copy = (): Described => ({ bytes: copyOf(bytes, start, end), subjects: undefined, labels: [] });
      described = written && isSame(written) ? written : copy();
      this.#read.set(url, described);
    }
    return (described.subjects ??= subjectsIn(described.bytes));
  }
}

/** Parsers give the same labels, the very same object, only where they say the same of the same GPU. */
function isOf({ labels }: Described, rows: readonly GpuRow[]): boolean {
  if (rows.length !== labels.length) return false;
  for (let place = 0; place < rows.length; place++) if (rows[place]?.labels !== labels[place]) return false;
  return true;
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}

function subjectsIn(bytes: Buffer): Subject[] {
  const subjects: Subject[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = lineEnd(bytes, start, bytes.length);
    subjects.push(new Subject(bytes, start, end));
    start = end + 1;
  }
  return subjects;
}

/** Where the line ends that begins at a place, at most at `end`. */
export function lineEnd(bytes: Buffer, start: number, end: number): number {
  const found = bytes.indexOf(NEWLINE, start);
  return found < 0 || found > end ? end : found;
}
