/** Shows what is being done and how long it took. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #startedAt = performance.now();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Runs one step, and says when it begins and when it is done. What it throws is passed on. */
  async step<T>(title: string, body: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.#write(`  … ${title}\n`);
    const result = await body();
    this.#write(`  ✓ ${title} (${seconds(startedAt)})\n`);
    return result;
  }

  /** One line of its own. */
  say(text: string): void {
    this.#write(`${text}\n`);
  }

  /** Time since the first step, e.g. "12.3 s". */
  elapsed(): string {
    return seconds(this.#startedAt);
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
