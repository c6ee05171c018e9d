const MAX_CALLS = 100;
/** After so many answers to batches of the size that is left, twice as many calls are tried. */
const ANSWERS_TO_GROW = 64;

/** Chooses how many calls to send in one request: fewer where the node refuses so many, down to single ones. */
export class BatchSize {
  private calls = MAX_CALLS;
  private answers = 0;

  get limit(): number {
    return this.calls;
  }

  /** Learns from an answer. */
  note(calls: number): void {
    if (calls < this.calls || this.calls === MAX_CALLS || ++this.answers < ANSWERS_TO_GROW) return;
    this.calls = Math.min(2 * this.calls, MAX_CALLS);
    this.answers = 0;
  }

  /** Learns that a request with so many calls was refused as a whole. */
  refuse(calls: number): void {
    this.calls = Math.max(1, Math.floor(calls / 2));
    this.answers = 0;
  }
}

/** How long a `Retry-After` header, in seconds or as a date, asks to wait; 0 without one, a minute at most. */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), 60_000);
}
