import { randomUUID } from "node:crypto";
import type { ApolloServerPlugin } from "@apollo/server";
import { unwrapResolverError } from "@apollo/server/errors";
import type { GraphQLFormattedError } from "graphql";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Context } from "../context.ts";

/** Codes of GraphQL itself and of our resolvers, which a client may see as they are. */
const PUBLIC_CODES = new Set([
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
  "TOO_EXPENSIVE",
  "RATE_LIMITED",
  "UNTRUSTED_DOCUMENT",
  "TOO_MANY_OPERATIONS",
]);

/** Which request an error belongs to: what formats errors isn't told. */
const requests = new WeakMap<object, string>();

/** Lets the errors of a request be told by its id. */
export const useRequestIds: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => {
      for (const error of errors) requests.set(error, contextValue.requestId);
    },
  }),
};

/**
 * Shows our own errors with code and hints, and anything else only as `INTERNAL_SERVER_ERROR` with the request's id, by
 * which the log has it: a stranger's message may tell of our insides.
 */
export function maskError(logger: Logger) {
  return (formatted: GraphQLFormattedError, raw: unknown): GraphQLFormattedError => {
    if (PUBLIC_CODES.has(String(formatted.extensions?.code))) return formatted;
    const place = {
      ...(formatted.path ? { path: formatted.path } : {}),
      ...(formatted.locations ? { locations: formatted.locations } : {}),
    };
    const error = unwrapResolverError(raw);
    const requestId = (typeof raw === "object" && raw !== null && requests.get(raw)) || randomUUID();
    if (error instanceof BaseError) {
      logger.warn({ requestId, code: error.code, err: error.cause, path: formatted.path }, error.message);
      return { message: error.message, ...place, extensions: { code: error.code, hints: error.hints } };
    }
    logger.error({ requestId, err: error, path: formatted.path }, "resolver failed");
    const extensions = { code: "INTERNAL_SERVER_ERROR", id: requestId };
    return { message: "internal server error", ...place, extensions };
  };
}
