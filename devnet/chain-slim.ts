import { createReadStream, createWriteStream, renameSync } from "node:fs";
import { pipeline } from "node:stream/promises";

const TRACES = Buffer.from('"traces":[');
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENING, CLOSING] = [0x5b, 0x5d];

/**
 * Takes the call traces out of a state that anvil has written, in pieces: they are three quarters of it, are asked for by
 * `debug_` and `trace_` calls only, and would be read and written again at every start and interval.
 *
 * @throws Error if the file breaks off
 */
export async function dropTraces(path: string): Promise<void> {
  const draft = `${path}.new`;
  await pipeline(createReadStream(path, { highWaterMark: 4 * 1024 * 1024 }), withoutTraces, createWriteStream(draft));
  renameSync(draft, path);
}

/** Passes JSON on with every array called "traces" empty. A quote in a text is escaped, so the name stands in no text. */
async function* withoutTraces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const skipper = new ArraySkipper();
  let rest: Buffer = Buffer.alloc(0);
  let isSkipping = false;
  for await (const chunk of chunks) {
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    rest = Buffer.alloc(0);
    while (bytes.length > 0) {
      if (isSkipping) {
        const end = skipper.endIn(bytes);
        if (end === -1) break;
        isSkipping = false;
        bytes = bytes.subarray(end);
        continue;
      }
      const at = bytes.indexOf(TRACES);
      if (at === -1) {
        const kept = Math.max(0, bytes.length - TRACES.length + 1);
        yield bytes.subarray(0, kept);
        rest = bytes.subarray(kept);
        break;
      }
      yield bytes.subarray(0, at + TRACES.length);
      bytes = bytes.subarray(at + TRACES.length);
      isSkipping = true;
    }
  }
  if (isSkipping) throw new Error("the chain's state breaks off");
  yield rest;
}

/** Finds the end of an array in pieces of JSON, from behind its opening bracket on. */
class ArraySkipper {
  #depth = 1;
  #isText = false;
  #isEscaped = false;

  /** Where its closing bracket is; -1: not in these bytes. Then begins anew. */
  endIn(bytes: Buffer): number {
    for (let place = 0; place < bytes.length; place++) {
      const byte = bytes[place];
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isText = false;
      } else if (byte === QUOTE) this.#isText = true;
      else if (byte === OPENING) this.#depth++;
      else if (byte === CLOSING && --this.#depth === 0) {
        this.#depth = 1;
        return place;
      }
    }
    return -1;
  }
}
