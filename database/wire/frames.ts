import { BaseError } from "#kernel/errors.ts";

/** Messages that carry no user data; PostgreSQL takes no more than 10,000 bytes of them, and ends the session over it. */
const SMALL = new Set("XSHCDEcf");
const SMALL_LIMIT = 10_000;
/** Longest start-up packet PostgreSQL takes. */
const STARTUP_LIMIT = 10_000;

/** Every message type that a client may send once it is started. Anything else would end the backend, not the client. */
const KNOWN = new Set("QPBDECSHFXdcf");

/** One message of a client: `type` is "" for the untyped packets of the start-up. */
export interface Frame {
  type: string;
  /** the whole message with its header */
  bytes: Buffer;
  /** the part after type and length */
  body: Buffer;
}

/**
 * Cuts a client's byte stream into messages. Chunks are joined only once a message is complete, so that a message of
 * many chunks is copied once.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;
  /** bytes needed before another look is worth it */
  #wanted = 0;

  /** @param maxBytes bound of one message */
  constructor(private readonly maxBytes: number) {}

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /**
   * The next complete message, or `undefined`.
   *
   * @param isStarted whether the start-up is over, so that messages begin with a type
   * @throws BaseError `PROTOCOL` for what can't be a message, naming what it was
   */
  next(isStarted: boolean): Frame | undefined {
    if (this.#size < Math.max(this.#wanted, isStarted ? 5 : 4)) return undefined;
    const bytes = this.#joined();
    const header = isStarted ? 5 : 4;
    const type = isStarted ? String.fromCharCode(bytes[0] ?? 0) : "";
    const length = bytes.readInt32BE(header - 4) + header - 4;
    check(type, length, header, isStarted, this.maxBytes);
    if (bytes.length < length) {
      this.#wanted = length;
      return undefined;
    }
    this.#wanted = 0;
    const message = bytes.subarray(0, length);
    this.#chunks = bytes.length > length ? [bytes.subarray(length)] : [];
    this.#size = bytes.length - length;
    return { type, bytes: message, body: message.subarray(header) };
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first) return first;
    const joined = Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [joined];
    return joined;
  }
}

function check(type: string, length: number, header: number, isStarted: boolean, maxBytes: number): void {
  if (isStarted && !KNOWN.has(type)) throw new BaseError("PROTOCOL", `invalid message type ${type.charCodeAt(0)}`);
  if (length < header) throw new BaseError("PROTOCOL", `invalid message length ${length}`);
  const limit = !isStarted ? STARTUP_LIMIT : SMALL.has(type) ? SMALL_LIMIT : maxBytes;
  if (length > limit) throw new BaseError("PROTOCOL", `message of ${length} bytes is longer than ${limit}`);
}

/**
 * Reads the fields of a message's body in order.
 *
 * @throws BaseError `PROTOCOL` where the body ends too early
 */
export class BodyReader {
  #at = 0;
  constructor(private readonly body: Buffer) {}

  /** text up to a NUL byte; latin1 keeps names apart whatever their encoding */
  cstring(encoding: "utf8" | "latin1" = "latin1"): string {
    const end = this.body.indexOf(0, this.#at);
    if (end < 0) throw new BaseError("PROTOCOL", "invalid string in message");
    const text = this.body.toString(encoding, this.#at, end);
    this.#at = end + 1;
    return text;
  }

  byte(): string {
    const value = this.body[this.#at++];
    if (value === undefined) throw new BaseError("PROTOCOL", "insufficient data left in message");
    return String.fromCharCode(value);
  }

  rest(): Buffer {
    return this.body.subarray(this.#at);
  }
}
