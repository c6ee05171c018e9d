/** What one request may be. Prometheus sends 500 to 10,000 samples at a time: some 3 MB, before they are compressed. */
export interface RequestLimits {
  compressedBytes: number;
  uncompressedBytes: number;
  series: number;
  samples: number;
  /** of one series */
  labels: number;
  /** characters of a label's name or value */
  labelLength: number;
}

/** Several times what a sender has by its own settings. */
export const REQUEST_LIMITS: RequestLimits = {
  compressedBytes: 4 * 1_048_576,
  uncompressedBytes: 16 * 1_048_576,
  series: 50_000,
  samples: 100_000,
  labels: 64,
  labelLength: 1_024,
};

/**
 * Samples older than this are refused. Roll-ups of an hour are made an hour later: what comes within it changes no hour
 * that has been settled. Prometheus keeps at least two hours to send again, so an outage of an hour loses nothing.
 */
export const MAX_AGE_MS = 3_600_000;
/** A clock may be ahead by so much; what is later than that would hold up everything measured until then. */
export const MAX_AHEAD_MS = 10_000;

/** Why a sample of a request was not kept. All but the last are told to its sender. */
export type PushReject = "bad_labels" | "labels_too_large" | "no_source" | "too_old" | "in_future" | "too_many_targets";
