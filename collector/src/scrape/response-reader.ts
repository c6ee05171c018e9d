import { StringDecoder } from "node:string_decoder";
import { ScrapeFailure } from "../parse/limits.ts";
import { notHttp, readHead, type Head } from "./http-head.ts";

const MAX_HEAD_BYTES = 16_384;
const HEAD_END = "\r\n\r\n";
const NEWLINE = 0x0a;
/** A chunk's size with its extensions. */
const MAX_SIZE_LINE = 256;

/** Reads one answer as its bytes come; they may be overwritten after each call. */
export class ResponseReader {
  head: Head | undefined;
  text = "";
  bodyBytes = 0;
  isDone = false;
  readonly #maxBytes: number;
  readonly #onHead: (head: Head) => void;
  readonly #decoder = new StringDecoder("utf8");
  #headText = "";
  /** bytes left of the body, or of the chunk being read */
  #left = 0;
  /** of a chunk's size, or of the lines behind the last one */
  #line = "";
  #place: "size" | "data" | "gap" | "trailer" = "size";

  /**
   * @param maxBytes of the body
   * @param onHead may refuse it by throwing
   */
  constructor(maxBytes: number, onHead: (head: Head) => void) {
    this.#maxBytes = maxBytes;
    this.#onHead = onHead;
  }

  /**
   * Takes what has come.
   *
   * @throws ScrapeFailure for what isn't HTTP, is too large, or is refused
   */
  take(bytes: Buffer): void {
    const from = this.head ? 0 : this.#takeHead(bytes);
    const { head } = this;
    if (!head || this.isDone) return;
    if (head.body === "chunked") this.#takeChunks(bytes, from);
    else this.#takeBody(bytes, from, head.body === "close" ? Infinity : this.#left);
    if (head.body === this.bodyBytes) this.#finish();
  }

  /** The other side has ended the connection: whether the answer is whole. */
  end(): boolean {
    if (this.head?.body === "close" && !this.isDone) this.#finish();
    return this.isDone;
  }

  /** @returns where the body begins in these bytes */
  #takeHead(bytes: Buffer): number {
    const before = this.#headText.length;
    // Mostly all of it comes at once, with the body behind it.
    const whole = before === 0 ? bytes.indexOf(HEAD_END) : -1;
    this.#headText += bytes.toString("latin1", 0, whole < 0 ? MAX_HEAD_BYTES : whole + HEAD_END.length);
    const end = this.#headText.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length));
    // what doesn't begin as HTTP does is told at once, not after 16 KB of it
    if (!"HTTP/1.".startsWith(this.#headText.slice(0, 7))) readHead(this.#headText.slice(0, 60));
    if (end < 0) {
      if (this.#headText.length >= MAX_HEAD_BYTES) throw notHttp(`its head is longer than ${MAX_HEAD_BYTES} bytes`);
      return bytes.length;
    }
    const head = readHead(this.#headText.slice(0, end));
    const bodyAt = end + HEAD_END.length - before;
    this.#headText = "";
    if (head.statusCode < 200) return this.#takeHead(bytes.subarray(bodyAt)) + bodyAt; // 100: the real one follows
    this.#onHead(head);
    this.head = head;
    if (typeof head.body === "number") this.#left = head.body;
    return bodyAt;
  }

  /** @returns where it ended */
  #takeBody(bytes: Buffer, from: number, most: number): number {
    const to = Math.min(bytes.length, from + most);
    this.bodyBytes += to - from;
    if (this.bodyBytes > this.#maxBytes) {
      throw new ScrapeFailure("body_too_large", `sent more than ${this.#maxBytes} bytes`);
    }
    if (to > from) this.text += this.#decoder.write(bytes.subarray(from, to));
    this.#left -= to - from;
    // More than it said, and nothing was asked after it: the next answer can't be told from this one's rest.
    if (to < bytes.length && this.head?.body !== "chunked") this.head = { ...(this.head as Head), isKept: false };
    return to;
  }

  #takeChunks(bytes: Buffer, from: number): void {
    for (let at = from; at < bytes.length && !this.isDone;) {
      if (this.#place === "data") {
        at = this.#takeBody(bytes, at, this.#left);
        if (this.#left === 0) this.#place = "gap";
        continue;
      }
      const end = bytes.indexOf(NEWLINE, at);
      const next = end < 0 ? bytes.length : end + 1;
      this.#line += bytes.toString("latin1", at, next);
      at = next;
      if (this.#line.length > MAX_SIZE_LINE) throw notHttp("a chunk's size is no number");
      if (end >= 0) this.#takeLine(this.#line.replace(/\r?\n$/, ""));
    }
  }

  #takeLine(line: string): void {
    this.#line = "";
    if (this.#place === "gap") {
      if (line !== "") throw notHttp("a chunk is longer than it says");
      this.#place = "size";
    } else if (this.#place === "trailer") {
      if (line === "") this.#finish();
    } else {
      const [, size] = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line) ?? [];
      if (size === undefined) throw notHttp(`a chunk's size is ${JSON.stringify(line.slice(0, 40))}`);
      this.#left = Number.parseInt(size, 16);
      this.#place = this.#left === 0 ? "trailer" : "data";
    }
  }

  #finish(): void {
    this.text += this.#decoder.end();
    this.isDone = true;
  }
}
