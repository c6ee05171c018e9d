/** So many scrapes in a row must lack the same. */
const PROOFS = 2;

/**
 * Learns how many series of every scrape a Prometheus doesn't send on (`write_relabel_configs`): its count of them is from
 * before, and without this every scrape would be waited for in vain.
 */
export class Withheld {
  #missing = 0;
  #proofs = 0;

  /** Series that are never sent; 0 until that is sure. */
  get count(): number {
    return this.#proofs >= PROOFS ? this.#missing : 0;
  }

  /** @param missing of a scrape that was waited for; undefined if that isn't known */
  learn(missing: number | undefined): void {
    if (missing === undefined || missing === this.#missing) this.#proofs += missing === undefined ? 0 : 1;
    else [this.#missing, this.#proofs] = [missing, 1];
  }

  /** What was missing has come after all: it was late, not withheld. */
  deny(): void {
    this.#proofs = 0;
  }
}
