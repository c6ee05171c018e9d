/** What a `BaseError` carries beside its message. */
export interface ErrorDetails {
  /** The same call may succeed later without anything being changed. */
  isRetryable?: boolean;
  /** What the reader can do, one step each, most likely first. */
  hints?: readonly string[];
  cause?: unknown;
}

/**
 * The one error class of the project: what happened, to what, and what to do. `code` is stable SCREAMING_SNAKE for
 * programs; the message is for people. A broken invariant of our own has a message that begins with `BUG:`.
 *
 * @example new BaseError("PORT_TAKEN", "port 4000 is in use", { hints: ["set PORT to a free one"] })
 */
export class BaseError extends Error {
  readonly code: string;
  readonly isRetryable: boolean;
  readonly hints: readonly string[];

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "BaseError";
    this.code = code;
    this.isRetryable = details.isRetryable ?? false;
    this.hints = details.hints ?? [];
  }
}

/** Whether trying again may help: our retryable errors, and the network faults of Node. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof BaseError) return error.isRetryable;
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^(ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|UND_ERR_)/.test(code);
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, " ");
}

/**
 * The text that a person sees when a program stops: message, causes and hints, one per line.
 *
 * @example
 * error: port 4000 is in use (PORT_TAKEN)
 *   try: set PORT to a free one
 */
export function describeError(error: unknown): string {
  const code = error instanceof BaseError ? ` (${error.code})` : "";
  const lines = [`error: ${messageOf(error)}${code}`];
  let cause = error instanceof Error ? error.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < 5; depth++) {
    lines.push(`  because: ${messageOf(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  if (error instanceof BaseError) for (const hint of error.hints) lines.push(`  try: ${hint}`);
  return lines.join("\n");
}
