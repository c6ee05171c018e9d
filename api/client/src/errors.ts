/** An error as the API tells it. */
export interface ToldError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; hints?: string[]; retryAfterMs?: number; id?: string; [key: string]: unknown };
}

/** What `ApiError` is made of. */
export interface ApiErrorParts {
  /** all errors of the answer, the first being the one that this is named after */
  errors?: readonly ToldError[];
  /** what was answered all the same: a field that failed is null, the others stand */
  data?: unknown;
  /** of the HTTP answer; nothing when none came */
  status?: number;
  cause?: unknown;
}

/**
 * Why a question has no whole answer. `code` is the API's own (`RATE_LIMITED`, `TOO_EXPENSIVE`, `BAD_USER_INPUT`, …), or
 * `UNREACHABLE` when nothing answers, or `BAD_ANSWER` when what answers isn't the API.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly errors: readonly ToldError[];
  readonly data: unknown;
  readonly status: number | undefined;

  constructor(code: string, message: string, { errors = [], data, status, cause }: ApiErrorParts = {}) {
    super(message, { cause });
    this.code = code;
    this.errors = errors;
    this.data = data;
    this.status = status;
  }

  /** What to do about it, as the API says. */
  get hints(): readonly string[] {
    return this.errors.flatMap(({ extensions }) => extensions?.hints ?? []);
  }

  /** After how long the same may be asked again; nothing where waiting doesn't help. */
  get retryAfterMs(): number | undefined {
    return this.errors.find(({ extensions }) => extensions?.retryAfterMs !== undefined)?.extensions?.retryAfterMs;
  }
}

/** The error of an answer that has errors. */
export function toApiError(errors: readonly ToldError[], parts: ApiErrorParts): ApiError {
  const [first] = errors;
  return new ApiError(first?.extensions?.code ?? "UNKNOWN", first?.message ?? "an error without a message", {
    ...parts,
    errors,
  });
}
