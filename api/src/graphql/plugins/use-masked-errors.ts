import { randomUUID } from "node:crypto";
import { unwrapResolverError } from "@apollo/server/errors";
import type { GraphQLFormattedError } from "graphql";
import { BaseError } from "#kernel/errors.ts";
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

/**
 * Shows our own errors with code and hints, and anything else only as `INTERNAL_SERVER_ERROR` with an id that the log
 * has too: a stranger's message may tell of our insides.
 */
export function maskError(logger: Logger) {
  return (formatted: GraphQLFormattedError, raw: unknown): GraphQLFormattedError => {
    if (PUBLIC_CODES.has(String(formatted.extensions?.code))) return formatted;
    const place = {
      ...(formatted.path ? { path: formatted.path } : {}),
      ...(formatted.locations ? { locations: formatted.locations } : {}),
    };
    const error = unwrapResolverError(raw);
    if (error instanceof BaseError) {
      logger.warn({ code: error.code, err: error.cause, path: formatted.path }, error.message);
      return { message: error.message, ...place, extensions: { code: error.code, hints: error.hints } };
    }
    const id = randomUUID();
    logger.error({ err: error, id, path: formatted.path }, "resolver failed");
    return { message: "internal server error", ...place, extensions: { code: "INTERNAL_SERVER_ERROR", id } };
  };
}
