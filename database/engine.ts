import { BaseError } from "#kernel/errors.ts";
import { copyFail, errorResponse, message, query, readyForQuery, type Status } from "./wire/messages.ts";
import { messagesOf, readReply, rowsOf, type TextRow } from "./wire/reply.ts";

/** More than this in one reply is dropped, so that a query without a LIMIT can't take the machine's memory. */
const REPLY_LIMIT_BYTES = 512 * 1024 * 1024;

/** What we use of PGlite's instance: its WebAssembly module, and its orderly end. */
export interface Pglite {
  close(): Promise<void>;
  Module: {
    HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    /** where the C stack's top is; it grows down */
    ___stack_pointer: { value: number };
    /** makes a function callable from WebAssembly; `signature` is of emscripten's letters */
    addFunction(callback: (pointer: number, length: number) => number, signature: string): number;
    _set_read_write_cbs(read: number, write: number): void;
    /** runs the messages that the read callback gives */
    _interactive_one(length: number, firstByte: number): void;
  };
}

/** The build's own stack is 64 KiB: 43 levels of PL/pgSQL, beyond which it overwrites the backend's data unnoticed. */
const STACK_BYTES = 16 * 1024 * 1024;

/** The backend died of a WASM trap: its memory can't be trusted any more, only a new process and WAL replay help. */
export class TrapError extends BaseError {
  constructor(cause: unknown) {
    super("DATABASE_TRAPPED", "the embedded database has crashed", { cause, isRetryable: true });
  }
}

/**
 * The one PostgreSQL backend, spoken to in bytes of its wire protocol. Calls are synchronous: nothing else runs in this
 * process meanwhile. PGlite's own message parser is left out (it keeps what it parsed: 7.5 KB a query).
 */
export class Engine {
  #input: Buffer = Buffer.alloc(0);
  #offset = 0;
  #output: Buffer[] = [];
  #outputBytes = 0;
  #isClosed = false;
  /** told of NotificationResponse messages that the backend said to one of our own queries */
  onNotification: (notification: Buffer) => void = () => undefined;
  /** whose the backend's unnamed statement is; a simple query, such as ours, drops it */
  unnamedOwner: object | undefined;

  constructor(private readonly pglite: Pglite) {
    const { Module: wasm } = pglite;
    // Node's own stack now ends first, cleanly: the call throws, and a new process recovers.
    wasm.___stack_pointer.value = (wasm._malloc(STACK_BYTES) + STACK_BYTES) & ~15;
    wasm._set_read_write_cbs(
      wasm.addFunction((target, max) => this.#read(target, max), "iii"),
      wasm.addFunction((source, length) => this.#write(source, length), "iii"),
    );
  }

  /**
   * Runs client messages and gives everything the backend answers. They must be whole messages of known types, without
   * Terminate; COPY data must follow its COPY in the same call.
   *
   * @throws TrapError
   */
  exec(input: Buffer): Buffer {
    if (this.#isClosed) throw new BaseError("DATABASE_CLOSED", "the embedded database is closed");
    this.#input = input;
    this.#offset = 0;
    try {
      // The backend stops early when a message ends where its 8 KB receive buffer does.
      while (this.#offset < this.#input.length) {
        this.pglite.Module._interactive_one(this.#input.length - this.#offset, this.#input[this.#offset] ?? 0);
      }
    } catch (error) {
      this.#isClosed = true;
      throw new TrapError(error);
    }
    return this.#takeOutput();
  }

  /**
   * Runs SQL of our own and gives the rows as text.
   *
   * @throws BaseError `SQL_<SQLSTATE>`, or TrapError
   */
  query(sql: string): TextRow[] {
    this.unnamedOwner = undefined;
    const reply = readReply(this.exec(query(sql)));
    reply.notifications.forEach((notification) => this.onNotification(notification));
    return rowsOf(reply.bytes);
  }

  /** Writes everything to the folder and ends the backend. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.query("checkpoint");
    this.#isClosed = true;
    this.#input = message("X"); // PGlite sends Terminate through its own buffer, which we have replaced
    this.#offset = 0;
    await this.pglite.close();
  }

  #read(target: number, max: number): number {
    if (this.#offset >= this.#input.length) {
      // Only a COPY FROM STDIN that we didn't recognize asks for more; an end of input would kill the backend.
      this.#input = copyFail("the gateway found no COPY ... FROM STDIN in this statement");
      this.#offset = 0;
    }
    const length = Math.min(max, this.#input.length - this.#offset);
    this.pglite.Module.HEAPU8.set(this.#input.subarray(this.#offset, this.#offset + length), target);
    this.#offset += length;
    return length;
  }

  #write(source: number, length: number): number {
    const bytes = Buffer.from(this.pglite.Module.HEAPU8.subarray(source, source + length));
    this.#outputBytes += length;
    if (this.#outputBytes <= REPLY_LIMIT_BYTES) this.#output.push(bytes);
    else this.#output = [...this.#output.slice(-1), bytes]; // the end may be in two pieces
    return length;
  }

  #takeOutput(): Buffer {
    const output = this.#output;
    const isTooLong = this.#outputBytes > REPLY_LIMIT_BYTES;
    this.#output = [];
    this.#outputBytes = 0;
    if (!isTooLong) return output.length === 1 && output[0] ? output[0] : Buffer.concat(output);
    return tooLong(Buffer.concat(output));
  }
}

/** What is said in place of a reply over the limit. The status is at the end of what the backend wrote last. */
function tooLong(last: Buffer): Buffer {
  const end = last.subarray(-6);
  const isReady = end[0] === 0x5a;
  const status = [...messagesOf(end)].at(-1)?.body.toString("latin1") as Status;
  const error = errorResponse(
    "ERROR",
    "54000",
    `the result is longer than ${REPLY_LIMIT_BYTES} bytes (the statement itself was carried out)`,
    "use LIMIT, a cursor or COPY (SELECT ...) in parts",
  );
  return isReady ? Buffer.concat([error, readyForQuery(status)]) : error;
}
