import type { Frame } from "../wire/frames.ts";
import { COPY_DONE, copyFail, message } from "../wire/messages.ts";
import type { Hub } from "./hub.ts";
import type { BackendStep } from "./steps.ts";

/**
 * A COPY … FROM STDIN that is being received. The backend can't wait for data, so the client is told to go on and its
 * data is kept until it is complete; a COPY that can't begin (no such table) fails at its end.
 */
export class CopyIn {
  #data: Buffer[] = [];
  #bytes = 0;
  #isOver = false;

  /** @param head the step up to and with the COPY */
  constructor(
    private readonly hub: Hub,
    private readonly isBinary: boolean,
    private readonly head: BackendStep,
  ) {}

  /** CopyInResponse: the format, and no columns, as drivers don't look at them */
  greeting(): Buffer {
    const acknowledgements = [...this.head.sent].slice(0, -1).map((type) => {
      return type === "t" ? message("t", Buffer.from([0, 0])) : message(type);
    });
    return Buffer.concat([...acknowledgements, message("G", Buffer.from([this.isBinary ? 1 : 0, 0, 0]))]);
  }

  /** Takes a message; gives the step once the COPY is complete. */
  accept(frame: Frame): BackendStep | undefined {
    if (frame.type === "d") this.#add(frame.bytes);
    else if (frame.type === "c") return this.#finish(this.#isOver ? this.#tooLong() : COPY_DONE);
    else if (frame.type === "f") return this.#finish(frame.bytes);
    else if (frame.type !== "H" && frame.type !== "S") {
      return this.#finish(copyFail(`unexpected message type ${frame.type} during COPY from stdin`));
    }
    return undefined;
  }

  /** Forgets the data. Idempotent. */
  drop(): void {
    this.hub.copyBytes -= this.#bytes;
    this.#bytes = 0;
    this.#data = [];
  }

  #add(bytes: Buffer): void {
    if (this.#isOver) return;
    const { maxCopyBytes, maxCopyTotalBytes } = this.hub.limits;
    this.#data.push(bytes);
    this.#bytes += bytes.length;
    this.hub.copyBytes += bytes.length;
    this.#isOver = this.#bytes > maxCopyBytes || this.hub.copyBytes > maxCopyTotalBytes;
    if (this.#isOver) this.drop();
  }

  #tooLong(): Buffer {
    return copyFail(`more than ${this.hub.limits.maxCopyBytes} bytes in one COPY: send it in parts`);
  }

  #finish(last: Buffer): BackendStep {
    const isDone = last === COPY_DONE;
    const step = { ...this.head, bytes: Buffer.concat([this.head.bytes, ...(isDone ? this.#data : []), last]) };
    this.drop();
    return step;
  }
}
