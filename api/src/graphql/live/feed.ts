/** An async iterator that is pushed to: what isn't asked for yet waits, in order and bounded. */
export class Feed<T> implements AsyncGenerator<T, void, void> {
  readonly #onEnd: () => void;
  readonly #onFull: () => Error;
  readonly #limit: number;
  #waiting: T[];
  #asking: { resolve: (result: IteratorResult<T, void>) => void; reject: (error: Error) => void }[] = [];
  #isOver = false;
  #fault: Error | undefined;

  /**
   * @param options.first what comes first, however much it is
   * @param options.limit how many may wait beside
   * @param options.onFull makes the error that it ends with when more would wait
   * @param options.onEnd called once, when nobody asks anymore or it was ended
   */
  constructor(options: { first: readonly T[]; limit: number; onFull: () => Error; onEnd: () => void }) {
    this.#waiting = [...options.first];
    this.#limit = options.limit + options.first.length;
    this.#onFull = options.onFull;
    this.#onEnd = options.onEnd;
  }

  /** Hands a value to whoever asks, or keeps it. Nothing after the end. */
  push(value: T): void {
    if (this.#isOver) return;
    const asking = this.#asking.shift();
    if (asking) asking.resolve({ value, done: false });
    else if (this.#waiting.length < this.#limit) this.#waiting.push(value);
    else this.end(this.#onFull());
  }

  /** Ends it after what waits, with an error if one is given. */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (error !== undefined) this.#fault = error;
    for (const asking of this.#asking.splice(0)) void this.#finish().then(asking.resolve, asking.reject);
    this.#onEnd();
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#waiting.length > 0) return Promise.resolve({ value: this.#waiting.shift() as T, done: false });
    if (this.#isOver) return this.#finish();
    return new Promise((resolve, reject) => this.#asking.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T, void>> {
    this.#waiting = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  async throw(error: unknown): Promise<IteratorResult<T, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #finish(): Promise<IteratorResult<T, void>> {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault ? Promise.reject(fault) : Promise.resolve({ value: undefined, done: true });
  }
}
