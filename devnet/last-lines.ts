/** What a program said last; what it said before that is forgotten, so that a long life costs no memory. */
export class LastLines {
  readonly #most: number;
  readonly #lines: string[] = [];

  /** @param most lines kept */
  constructor(most = 50) {
    this.#most = most;
  }

  push(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#most) this.#lines.shift();
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }
}
