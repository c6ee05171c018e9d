import { createReadStream, existsSync } from "node:fs";
import { copyFile, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

// anvil writes its state in place: whoever cuts it off in the middle (kill -9, a power cut) leaves half a chain. So a copy
// is kept of the last state that was written to its end.

/** A file that was written to so lately may be written to still, milliseconds. */
const STILL_MS = 1_000;

const [NUL, QUOTE, BACKSLASH] = [0, 0x22, 0x5c];
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/** Where anvil keeps the state of the chain in `dir`. */
export const statePath = (dir: string): string => join(dir, "state.json");
/** Where the copy of it is. */
export const previousPath = (dir: string): string => join(dir, "state.previous.json");

/**
 * Whether a JSON object's or array's file was written to its end: every bracket is closed, and nothing was left as zeros.
 * Reads it in pieces, because it can have hundreds of MB and others of this process want to go on meanwhile.
 */
export async function isWholeJson(path: string): Promise<boolean> {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let isOver = false;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte === NUL) return false;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (OPENING.has(byte)) depth++;
      else if (CLOSING.has(byte)) isOver = --depth === 0;
    }
  }
  return isOver && depth === 0;
}

/**
 * Puts the copy in the place of a state that was cut off. A state that is whole stays, and so does one without a whole
 * copy.
 *
 * @returns when the copy was made; undefined: nothing was done
 */
export async function mendState(dir: string): Promise<Date | undefined> {
  const [state, previous] = [statePath(dir), previousPath(dir)];
  if (!existsSync(state) || !existsSync(previous)) return undefined;
  if ((await isWholeJson(state)) || !(await isWholeJson(previous))) return undefined;
  await copyWhole(previous, state);
  return (await stat(previous)).mtime;
}

/** Keeps a copy of the state in `dir` that a running anvil has begun with, or written since. */
export class StateKeeper {
  readonly #dir: string;
  #kept = "";
  #looking = Promise.resolve();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Copies the state if it has changed since the last copy, stands still and is whole. */
  look(): Promise<void> {
    return (this.#looking = this.#looking.then(() => this.#copy().catch(() => undefined))); // the next look may succeed
  }

  async #copy(): Promise<void> {
    const [state, previous] = [statePath(this.#dir), previousPath(this.#dir)];
    const before = await version(state);
    if (before.text === this.#kept || Date.now() - before.changedAt < STILL_MS) return;
    const isGood = async (copy: string): Promise<boolean> =>
      (await version(state)).text === before.text && (await isWholeJson(copy));
    if (await copyWhole(state, previous, isGood)) this.#kept = before.text;
  }
}

async function version(path: string): Promise<{ text: string; changedAt: number }> {
  const { mtimeNs, mtimeMs, size } = await stat(path, { bigint: true });
  return { text: `${mtimeNs}/${size}`, changedAt: Number(mtimeMs) };
}

/** Copies a file so that `to` is never half a file, also after a power cut; leaves it if the copy isn't good. */
async function copyWhole(
  from: string,
  to: string,
  isGood: (copy: string) => Promise<boolean> = async () => true,
): Promise<boolean> {
  const draft = `${to}.new`;
  try {
    await copyFile(from, draft);
    if (!(await isGood(draft))) return false;
    const file = await open(draft, "r+");
    await file.sync().finally(() => file.close());
    await rename(draft, to);
    return true;
  } finally {
    await rm(draft, { force: true });
  }
}
