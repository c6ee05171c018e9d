import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { int32, message, query } from "./messages.ts";
import { messagesOf, type BackendMessage } from "./reply.ts";

/** A client that says exactly what it is told, message by message: for tests of what drivers never do. */
export class WireClient {
  #chunks: Buffer[] = [];
  #wake: () => void = () => undefined;
  isEnded = false;

  private constructor(readonly socket: Socket) {
    socket.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isEnded = true;
      this.#wake();
    });
  }

  /** Opens a bare connection to the server of a `DATABASE_URL`. */
  static async dial(url: string): Promise<WireClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new WireClient(socket);
  }

  /** Opens a connection and starts a session. */
  static async start(url: string, parameters: Record<string, string> = {}): Promise<WireClient> {
    const client = await WireClient.dial(url);
    const all = { user: "postgres", database: "berkeley", ...parameters };
    client.send(startup(all));
    await client.until("Z");
    return client;
  }

  send(...messages: Buffer[]): void {
    this.socket.write(Buffer.concat(messages));
  }

  /** Everything said since the last call, up to and with the next message of a type, or up to the end. */
  async until(type: string): Promise<BackendMessage[]> {
    for (;;) {
      const received = Buffer.concat(this.#chunks);
      const found: BackendMessage[] = [];
      let end = 0;
      for (const one of messagesOf(received)) {
        end += one.body.length + 5;
        found.push(one);
        if (one.type !== type) continue;
        this.#chunks = [received.subarray(end)];
        return found;
      }
      this.#chunks = [received];
      if (this.isEnded) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What a simple query gives, in short. */
  async ask(sql: string): Promise<string> {
    this.send(query(sql));
    return summary(await this.until("Z"));
  }

  async end(): Promise<void> {
    if (this.isEnded) return;
    this.socket.end(message("X"));
    await once(this.socket, "close");
  }
}

/** A start-up packet. */
export function startup(parameters: Record<string, string>, version = 3 << 16): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [`${name}\0${value}\0`]);
  const body = Buffer.concat([int32(version), Buffer.from(`${pairs.join("")}\0`)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
export const parse = (name: string, sql: string): Buffer => message("P", name, sql, int16(0));
export const execute = (portal: string, maxRows = 0): Buffer => message("E", portal, int32(maxRows));
export const describe_ = (kind: "P" | "S", name: string): Buffer => message("D", Buffer.from(kind), name);
export const FLUSH = message("H");

/** Binds text parameters and asks for text results. */
export function bind(portal: string, statement: string, ...values: string[]): Buffer {
  const parts = values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]);
  return message("B", portal, statement, int16(0), int16(values.length), ...parts, int16(0));
}

/**
 * Messages in short: rows with their columns, errors with their code, tags, the status; other types by their letter.
 *
 * @example summary(...) === "T D(1) C(SELECT 1) Z(I)"
 */
export function summary(messages: readonly BackendMessage[]): string {
  return messages.map(({ type, body }) => type + detail(type, body)).join(" ");
}

function detail(type: string, body: Buffer): string {
  if (type === "Z") return `(${body.toString("latin1")})`;
  if (type === "C") return `(${body.toString("utf8", 0, body.length - 1)})`;
  if (type === "E") return `(${/(?:^|\0)C(\w+)/.exec(body.toString("utf8"))?.[1] ?? ""})`;
  if (type !== "D") return "";
  const columns: string[] = [];
  for (let at = 2; at < body.length;) {
    const length = body.readInt32BE(at);
    columns.push(length < 0 ? "null" : body.toString("utf8", at + 4, at + 4 + length));
    at += 4 + Math.max(0, length);
  }
  return `(${columns.join(",")})`;
}
