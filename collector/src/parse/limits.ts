import { BaseError } from "#kernel/errors.ts";

/** Why a scrape failed: one word, stored in telemetry.scrape.reason. */
export type FailureReason =
  | "timeout"
  | "connect"
  | "not_http"
  | "tls"
  | "redirect"
  | "http_status"
  | "unauthorized"
  | "forbidden"
  | "encoding"
  | "body_too_large"
  | "truncated"
  | "empty"
  | "html"
  | "not_metrics"
  | "no_gpus"
  | "too_many_samples"
  | "too_many_gpus"
  | "labels_too_large"
  | "reported_down"
  | "internal";

/** A scrape that gave nothing. It is data, not an accident: it becomes a row with `is_up = false`. */
export class ScrapeFailure extends BaseError {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, cause?: unknown) {
    super("SCRAPE_FAILED", message, { isRetryable: true, cause });
    this.reason = reason;
  }
}

/** What one target may send. More fails the whole scrape, visibly, so that nothing is half stored. */
export interface Limits {
  bodyBytes: number;
  samples: number;
  labels: number;
  /** characters of a metric's name, a label's name or its value */
  labelLength: number;
  /** GPUs and MIG slices */
  gpus: number;
}

/** About ten times what a host of 16 GPUs cut into slices sends. */
export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 4 * 1_048_576,
  samples: 10_000,
  labels: 64,
  labelLength: 1_024,
  gpus: 256,
};
