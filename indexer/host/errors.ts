/** A fault of the subgraph itself, the same on every run: it stops the deployment at its block. */
export class DeterministicError extends Error {
  override readonly name = "DeterministicError";
}

/** A fault of a mapping that graph-node doesn't class as deterministic: the block is tried again later. */
export class MappingError extends Error {
  override readonly name = "MappingError";
  /** the handler it came out of, once it did */
  handler: string | undefined;
}

/**
 * Thrown through a mapping when it needs what must be waited for: the handler is undone, `resolve` is awaited, and the
 * handler runs again from the start. Handlers are pure, so the second run goes as the first went up to here.
 */
export class Miss extends Error {
  override readonly name = "Miss";
  readonly resolve: () => Promise<void>;

  constructor(resolve: () => Promise<void>) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0; // a stack is the larger part of what an exception costs, and nobody reads this one
    super("a handler waits for data");
    Error.stackTraceLimit = limit;
    this.resolve = resolve;
  }
}
