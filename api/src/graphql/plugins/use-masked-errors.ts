import { randomUUID } from "node:crypto";
import { unwrapResolverError } from "@apollo/server/errors";
import type { GraphQLFormattedError } from "graphql";
import { BaseError, isRetryable, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";

/** Codes of GraphQL itself and of our resolvers, which a client may see as they are. */
const PUBLIC_CODES = new Set([
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

/** PostgreSQL says that a view isn't there: the subgraph has never been indexed into this database. */
const MISSING_RELATION = new Set(["42P01", "3F000"]);

/**
 * Shows our own errors with their code; a fault of the database as `UPSTREAM_UNAVAILABLE`; and anything else only as
 * `INTERNAL_SERVER_ERROR` with an id that the log has too.
 */
export function maskError(logger: Logger) {
  return (formatted: GraphQLFormattedError, raw: unknown): GraphQLFormattedError => {
    if (PUBLIC_CODES.has(String(formatted.extensions?.code))) return formatted;
    const error = unwrapResolverError(raw);
    const place = {
      ...(formatted.path ? { path: formatted.path } : {}),
      ...(formatted.locations ? { locations: formatted.locations } : {}),
    };
    if (error instanceof BaseError) {
      return { message: error.message, ...place, extensions: { code: error.code, hints: error.hints } };
    }
    const id = randomUUID();
    logger.error({ err: error, id, path: formatted.path }, "resolver failed");
    const { code = "" } = error as { code?: string };
    if (MISSING_RELATION.has(code)) {
      const message = "the chain or the telemetry has not been loaded into the database yet";
      return { message, ...place, extensions: { code: "UPSTREAM_UNAVAILABLE", id } };
    }
    if (isRetryable(error) || /^(08|53|55|57)/.test(code) || /connection|timeout/i.test(messageOf(error))) {
      return { message: "the database does not answer", ...place, extensions: { code: "UPSTREAM_UNAVAILABLE", id } };
    }
    return { message: "internal server error", ...place, extensions: { code: "INTERNAL_SERVER_ERROR", id } };
  };
}
