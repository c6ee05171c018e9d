import { connect, type LookupFunction, type Socket } from "node:net";
import { ScrapeFailure } from "../parse/limits.ts";
import type { Head } from "./http-head.ts";
import { ResponseReader } from "./response-reader.ts";

/** One GET. */
export interface PlainRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  lookup: LookupFunction;
  signal: AbortSignal;
  maxBytes: number;
  /** may refuse the answer by throwing */
  onHead: (head: Pick<Head, "statusCode" | "headers">) => void;
}

/** The server closed a kept connection before it answered. */
export class StaleConnection extends Error {}

/** What all connections read into, one read after the other: more than a host of eight GPUs prints. */
const READ_BUFFER = Buffer.allocUnsafeSlow(262_144);

const NOTHING = (): void => undefined;

interface Connection {
  readonly socket: Socket;
  /** takes what comes; without one nothing is expected */
  reader: ResponseReader | undefined;
  onEvent: (error?: Error) => void;
}

/**
 * GETs over http, with connections that are kept and share the memory they read into. Node's own client makes a buffer of
 * every body, which V8 counts against its heap: at hundreds of bodies a second it would do little but look for garbage.
 */
export class PlainClient {
  readonly #idle = new Map<string, Connection>();
  readonly #all = new Set<Connection>();

  /**
   * @throws what `onHead` throws, ScrapeFailure for what isn't HTTP or is too large, StaleConnection, or the socket's error
   */
  async get(request: PlainRequest): Promise<{ head: Head; text: string; bodyBytes: number }> {
    const { url, signal, maxBytes, onHead } = request;
    signal.throwIfAborted();
    const place = url.host;
    const kept = this.#idle.get(place);
    this.#idle.delete(place);
    const connection = kept ?? this.#connect(url, request.lookup);
    const reader = new ResponseReader(maxBytes, onHead);
    connection.reader = reader;
    try {
      await exchange(connection, requestText(request), signal, kept !== undefined);
    } catch (error) {
      connection.socket.destroy();
      throw error;
    }
    const { head, text, bodyBytes } = reader;
    if (!head) throw new Error("BUG: an answer without a head");
    if (head.isKept && !this.#idle.has(place) && !connection.socket.destroyed) this.#idle.set(place, connection);
    else connection.socket.destroy();
    return { head, text, bodyBytes };
  }

  /** Cuts every connection, those in use too. */
  close(): void {
    for (const { socket } of this.#all) socket.destroy(new Error("the collector is stopping"));
    this.#idle.clear();
  }

  #connect(url: URL, lookup: LookupFunction): Connection {
    const callback = (length: number): boolean => {
      take(connection, READ_BUFFER.subarray(0, length));
      return true;
    };
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = url.port === "" ? 80 : Number(url.port);
    const socket = connect({ host, port, lookup, onread: { buffer: READ_BUFFER, callback } });
    const connection: Connection = { socket, reader: undefined, onEvent: NOTHING };
    this.#all.add(connection);
    socket.setNoDelay(true);
    socket.on("error", (error) => connection.onEvent(error));
    socket.on("end", () => connection.onEvent());
    socket.on("close", () => {
      this.#all.delete(connection);
      if (this.#idle.get(url.host) === connection) this.#idle.delete(url.host);
      connection.onEvent();
    });
    return connection;
  }
}

function take(connection: Connection, bytes: Buffer): void {
  const { reader, socket } = connection;
  try {
    if (!reader || reader.isDone)
      socket.destroy(); // nothing was asked
    else {
      reader.take(bytes);
      if (reader.isDone) connection.onEvent();
    }
  } catch (error) {
    connection.onEvent(error as Error);
  }
}

/** Sends a request and waits until its answer is whole. */
function exchange(connection: Connection, request: string, signal: AbortSignal, isKept: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const { reader, socket } = connection;
    const onAbort = (): void => settle(signal.reason as Error);
    const settle = (error?: Error): void => {
      signal.removeEventListener("abort", onAbort);
      connection.onEvent = NOTHING; // a function made here would hold all that is here, the body too
      connection.reader = undefined;
      if (error) reject(error);
      else resolve();
    };
    connection.onEvent = (error) => {
      if (error instanceof ScrapeFailure) settle(error);
      else if (reader?.isDone || (!error && reader?.end())) settle();
      else if (reader?.head)
        settle(new ScrapeFailure("truncated", `broke off after ${reader.bodyBytes} bytes of a body`));
      else if (isKept && (error as NodeJS.ErrnoException | undefined)?.code !== "ETIMEDOUT")
        settle(new StaleConnection());
      else settle(error ?? new Error("the connection was closed before an answer"));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (socket.destroyed) connection.onEvent();
    else socket.write(request);
  });
}

function requestText({ url, headers }: PlainRequest): string {
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
