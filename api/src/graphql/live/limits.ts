/** What one address and one connection may hold. */
export interface LiveLimits {
  /** WebSockets and event streams of one address */
  connectionsPerAddress: number;
  /** of all addresses */
  connections: number;
  /** operations that run at the same time on one WebSocket */
  operationsPerConnection: number;
  /** bytes that wait for one reader; one who is further behind is cut off */
  bufferedBytes: number;
  /** bytes of one message of a client's */
  messageBytes: number;
  /** how long a WebSocket may take to say `connection_init` */
  initMs: number;
  /** between two pings; who hasn't answered one by the next is gone */
  pingMs: number;
}

/** What the API allows. */
export const LIVE_LIMITS: LiveLimits = {
  connectionsPerAddress: 200,
  connections: 10_000,
  operationsPerConnection: 50,
  bufferedBytes: 1024 * 1024,
  messageBytes: 256 * 1024,
  initMs: 3_000,
  pingMs: 15_000,
};

/** Counts connections by address. */
export class Addresses {
  readonly #limits: Pick<LiveLimits, "connections" | "connectionsPerAddress">;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(limits: Pick<LiveLimits, "connections" | "connectionsPerAddress">) {
    this.#limits = limits;
  }

  /** All that are open. */
  get total(): number {
    return this.#total;
  }

  /** Lets another one of this address in, or not; who is in must `leave`. */
  enter(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (this.#total >= this.#limits.connections || count >= this.#limits.connectionsPerAddress) return false;
    this.#counts.set(address, count + 1);
    this.#total += 1;
    return true;
  }

  /** One of this address has gone. */
  leave(address: string): void {
    const count = (this.#counts.get(address) ?? 0) - 1;
    if (count > 0) this.#counts.set(address, count);
    else this.#counts.delete(address);
    this.#total -= 1;
  }
}
