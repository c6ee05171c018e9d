/** Somebody who wants the backend. One claimant has at most one claim. */
export interface Claimant {
  /** called once the backend is the claimant's; it must call `release` sooner or later */
  onTurn(): void;
  /** called instead when another claimant has kept the backend too long */
  onTimeout?(): void;
}

interface Claim {
  claimant: Claimant;
  timeoutMs: number;
  timer: NodeJS.Timeout | undefined;
}

/** Who has the one backend: first come, first served; a client in a transaction keeps it until that ends. */
export class Turns {
  #holder: Claimant | undefined;
  #heldSince = 0;
  readonly #queue: Claim[] = [];
  #isStopped = false;

  /** @param onFault told of anything that a claimant throws during its turn: the backend's state is unknown then */
  constructor(private readonly onFault: (error: unknown) => void) {}

  get waitingCount(): number {
    return this.#queue.length;
  }

  get isFree(): boolean {
    return this.#holder === undefined && this.#queue.length === 0;
  }

  isHeldBy(claimant: Claimant): boolean {
    return this.#holder === claimant;
  }

  /**
   * Asks for the backend; `onTurn` follows in a later tick of the event loop.
   *
   * @param timeoutMs for which one other claimant may keep it meanwhile
   */
  request(claimant: Claimant, timeoutMs = Infinity): void {
    const claim: Claim = { claimant, timeoutMs, timer: undefined };
    this.#watch(claim, timeoutMs);
    this.#queue.push(claim);
    this.#next();
  }

  /** Gives the backend back, or takes back a claim. The backend must be outside any transaction. */
  release(claimant: Claimant): void {
    this.#remove(claimant);
    if (this.#holder !== claimant) return;
    this.#holder = undefined;
    this.#next();
  }

  /** Gives no more turns. */
  stop(): void {
    this.#isStopped = true;
    for (const { claimant } of [...this.#queue]) this.#remove(claimant);
  }

  /** Turns that are taken one after another don't count, however long the queue. */
  #watch(claim: Claim, ms: number): void {
    if (ms === Infinity) return;
    claim.timer = setTimeout(() => {
      const restMs = this.#heldSince + claim.timeoutMs - performance.now();
      if (restMs > 0) this.#watch(claim, restMs);
      else if (this.#remove(claim.claimant)) claim.claimant.onTimeout?.();
    }, ms);
  }

  #remove(claimant: Claimant): boolean {
    const index = this.#queue.findIndex((claim) => claim.claimant === claimant);
    if (index < 0) return false;
    clearTimeout(this.#queue[index]?.timer);
    this.#queue.splice(index, 1);
    return true;
  }

  #next(): void {
    if (this.#holder) return;
    const claim = this.#queue.shift();
    if (!claim) return;
    clearTimeout(claim.timer);
    this.#holder = claim.claimant;
    this.#heldSince = performance.now();
    // A tick between two turns lets sockets be read and written: the backend's calls are synchronous.
    setImmediate(() => {
      if (this.#holder !== claim.claimant || this.#isStopped) return;
      try {
        claim.claimant.onTurn();
      } catch (error) {
        this.onFault(error);
      }
    });
  }
}
