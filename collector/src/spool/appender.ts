import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { joinAdjacent } from "./arena.ts";
import { MAGIC } from "./frame.ts";
import type { Segment } from "./segment.ts";

/** Adds records to the end of the newest segment. */
export class Appender {
  #file: FileHandle | undefined;

  /**
   * Writes records behind the segment's last one and syncs them. It doesn't note them in the segment: after a failure the
   * next try overwrites what this one has left.
   *
   * @param frames as `writeFrame` makes them
   * @throws what the disk says; then none of them is safe
   */
  async append(segment: Segment, frames: readonly Buffer[]): Promise<void> {
    const isFirst = segment.offsets.length === 0;
    this.#file ??= await open(segment.path, "w");
    let position = isFirst ? 0 : segment.bytes;
    for (const bytes of joinAdjacent(isFirst ? [MAGIC, ...frames] : frames)) {
      await writeAll(this.#file, bytes, position);
      position += bytes.length;
    }
    await this.#file.datasync();
    if (isFirst) await syncFolder(dirname(segment.path));
  }

  /** The next record is of another segment. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

/** A disk that is filling up takes a part and says how much: only the next write is refused. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error(`the disk took ${done} of ${bytes.length} bytes and no more`);
    done += bytesWritten;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}
