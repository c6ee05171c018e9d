import { Counter, Gauge, Histogram, type Registry } from "#kernel/metrics.ts";
import type { TokenBuckets } from "../access/token-buckets.ts";

/** Codes that get a series of their own; any other is `OTHER`, so that no client makes series. */
const CODES = new Set([
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "FORBIDDEN",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "INTERNAL_SERVER_ERROR",
  "NOT_INDEXED",
  "OPERATION_RESOLUTION_FAILURE",
  "RATE_LIMITED",
  "SIGN_IN_REFUSED",
  "TOO_EXPENSIVE",
  "TOO_LARGE",
  "TOO_SLOW",
  "UNAUTHENTICATED",
  "UNTRUSTED_DOCUMENT",
  "UPSTREAM_UNAVAILABLE",
]);

/** The series of the API. */
export interface Journal {
  operations: Counter<"operation" | "type" | "outcome">;
  seconds: Histogram<"type">;
  points: Counter<"tier">;
  refused: Counter<"code">;
}

/** Makes the API's series in a registry. */
export function createJournal(registry: Registry, buckets: TokenBuckets): Journal {
  const registers = [registry];
  new Gauge({
    name: "bc_api_budgets",
    help: "Budgets of query cost that are remembered.",
    registers,
    collect() {
      this.set(buckets.size);
    },
  });
  return {
    operations: new Counter({
      name: "bc_api_operations_total",
      help: "Operations answered, by the name of a trusted document (any other: other), type and worst outcome.",
      labelNames: ["operation", "type", "outcome"],
      registers,
    }),
    seconds: new Histogram({
      name: "bc_api_operation_seconds",
      help: "From the request's arrival to its answer.",
      labelNames: ["type"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    points: new Counter({
      name: "bc_api_points_total",
      help: "Query cost charged, by tier.",
      labelNames: ["tier"],
      registers,
    }),
    refused: new Counter({
      name: "bc_api_refused_total",
      help: "Requests refused before GraphQL, by code.",
      labelNames: ["code"],
      registers,
    }),
  };
}

/** A code as a label. */
export const codeLabel = (code: unknown): string => (typeof code === "string" && CODES.has(code) ? code : "OTHER");
