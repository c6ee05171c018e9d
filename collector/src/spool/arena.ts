const CHUNK_BYTES = 1_048_576;
/** More than a second of a large fleet's records are let go. */
const MAX_FREE = 4;

/**
 * Memory for records on their way to the disk, used again and again: V8 counts every buffer of Node's against the heap,
 * and would collect garbage for no other reason.
 */
export class Arena {
  #free: Buffer[] = [];
  #used: Buffer[] = [];
  /** where the last used chunk is free */
  #at = 0;

  /** Memory for one record, right behind the one before it where that is possible. */
  take(bytes: number): Buffer {
    let chunk = this.#used.at(-1);
    if (!chunk || this.#at + bytes > chunk.length) {
      chunk = bytes > CHUNK_BYTES ? Buffer.allocUnsafeSlow(bytes) : (this.#free.pop() ?? newChunk());
      this.#used.push(chunk);
      this.#at = 0;
    }
    const taken = chunk.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    return taken;
  }

  /** What was taken so far, to be given back later; what is taken from now on lies elsewhere. */
  seal(): Buffer[] {
    const used = this.#used;
    this.#used = [];
    return used;
  }

  /** Nobody reads these any more. */
  giveBack(chunks: readonly Buffer[]): void {
    const whole = chunks.filter(({ length }) => length === CHUNK_BYTES);
    this.#free.push(...whole.slice(0, MAX_FREE - this.#free.length));
  }
}

const newChunk = (): Buffer => Buffer.allocUnsafeSlow(CHUNK_BYTES);

/** Parts of memory, with those made one that follow each other in it. */
export function joinAdjacent(parts: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const isNext = last?.buffer === part.buffer && last.byteOffset + last.length === part.byteOffset;
    if (last && isNext)
      joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + part.length);
    else joined.push(part);
  }
  return joined;
}
