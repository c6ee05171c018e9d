import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { WebSocket } from "ws";

/** Many readers of one server in this process. */
export interface Clients {
  /** the last message that any of them heard, as it came */
  readonly lastText: string;
  /** waits until each has heard this many messages that count; when each heard its last, ms of `performance.now()` */
  heard(count: number): Promise<readonly number[]>;
  close(): void;
}

/** How many handshakes are under way at the same time. */
const AT_ONCE = 50;

/**
 * Opens WebSockets that speak graphql-transport-ws and subscribe, or (without a query) that only listen.
 *
 * @param counts which messages count
 */
export async function openClients(
  url: string,
  count: number,
  query: string | undefined,
  counts: (text: string) => boolean,
): Promise<Clients> {
  const tally = new Tally(count);
  const sockets: WebSocket[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, place) => {
      return openOne(url, query, (text) => counts(text) && tally.note(from + place, text));
    });
    sockets.push(...(await Promise.all(batch)));
  }
  return {
    get lastText() {
      return tally.lastText;
    },
    heard: (times) => tally.reached(times),
    close: () => sockets.forEach((socket) => socket.terminate()),
  };
}

/** A socket that has subscribed: it has heard where its subscription starts. */
async function openOne(url: string, query: string | undefined, onText: (text: string) => void): Promise<WebSocket> {
  const socket = new WebSocket(url, query === undefined ? [] : ["graphql-transport-ws"], { perMessageDeflate: false });
  await once(socket, "open");
  if (query !== undefined) {
    socket.send('{"type":"connection_init"}');
    await once(socket, "message");
    socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
    await once(socket, "message");
  }
  socket.on("message", (data: Buffer) => onText(data.toString()));
  return socket;
}

class Tally {
  lastText = "";
  readonly #counts: number[];
  readonly #times: number[];
  #wanted = Infinity;
  #missing = 0;
  #tell: (times: readonly number[]) => void = () => undefined;

  constructor(readers: number) {
    this.#counts = Array<number>(readers).fill(0);
    this.#times = Array<number>(readers).fill(0);
  }

  note(reader: number, text: string): void {
    this.#counts[reader] = (this.#counts[reader] ?? 0) + 1;
    this.#times[reader] = performance.now();
    this.lastText = text;
    if (this.#counts[reader] === this.#wanted && --this.#missing === 0) this.#tell([...this.#times]);
  }

  reached(count: number): Promise<readonly number[]> {
    return new Promise((resolve) => {
      this.#wanted = count;
      this.#missing = this.#counts.filter((found) => found < count).length;
      this.#tell = resolve;
      if (this.#missing === 0) resolve([...this.#times]);
    });
  }
}
