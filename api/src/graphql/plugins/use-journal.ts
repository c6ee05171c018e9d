import type { ApolloServerPlugin } from "@apollo/server";
import type { Logger } from "#kernel/log.ts";
import type { Context } from "../context.ts";
import { codeLabel, type Journal } from "../journal.ts";

/** Operations that took longer are logged whatever the level. */
const SLOW_MS = 2_000;

/**
 * Counts operations and writes them to the log: never a document, a variable or a token. A name is the client's choice, so
 * only those of trusted documents become labels.
 *
 * @param nameOf the name of a trusted document by the sha256 of its text
 */
export function useJournal(
  logger: Logger,
  journal: Journal,
  nameOf: (hash: string) => string | undefined,
): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => {
      const startedAt = performance.now();
      return {
        willSendResponse: async ({ response, operation, operationName, queryHash, contextValue }) => {
          const { requestId, spent, who } = contextValue;
          const ms = Math.round(performance.now() - startedAt);
          const errors = response.body.kind === "single" ? (response.body.singleResult.errors ?? []) : [];
          const codes = [...new Set(errors.map(({ extensions }) => codeLabel(extensions?.["code"])))].sort();
          const type = operation?.operation ?? "none";
          const name = (queryHash === undefined ? undefined : nameOf(queryHash)) ?? "other";
          journal.operations.inc({ operation: name, type, outcome: codes[0] ?? "OK" });
          journal.seconds.observe({ type }, ms / 1_000);
          journal.points.inc({ tier: who.tier }, spent.points);
          const facts = { requestId, type, ms, points: spent.points, tier: who.tier };
          const called = operationName ? { operation: operationName.slice(0, 64) } : {};
          const level = ms >= SLOW_MS ? "warn" : codes.length > 0 ? "info" : "debug";
          logger[level]({ ...facts, ...called, ...(codes.length > 0 ? { codes } : {}) }, "answered");
        },
      };
    },
  };
}
