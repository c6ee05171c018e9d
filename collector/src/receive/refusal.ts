import { BaseError } from "#kernel/errors.ts";

/** Why a request is refused as a whole: a label of bc_collector_received_requests_total, so there are only these. */
export type RefusalReason =
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method"
  | "media_type"
  | "version"
  | "too_large"
  | "snappy"
  | "protobuf"
  | "rejected"
  | "broken_off"
  | "busy"
  | "spool"
  | "database"
  | "internal";

/** An answer other than 2xx. A sender of remote write tries again after 5xx, and never after 4xx. */
export class Refusal extends BaseError {
  readonly status: number;
  readonly reason: RefusalReason;

  constructor(status: number, reason: RefusalReason, message: string, cause?: unknown) {
    super("PUSH_REFUSED", message, { isRetryable: status >= 500, cause });
    this.status = status;
    this.reason = reason;
  }
}
