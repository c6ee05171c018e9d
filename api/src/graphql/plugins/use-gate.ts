import type { ApolloServerPlugin, GraphQLRequestContext } from "@apollo/server";
import type { Charge } from "../../access/token-buckets.ts";
import type { Context } from "../context.ts";
import type { Admitted, OperationGate } from "../operation-gate.ts";

/** What a document costs that is refused before its operation is known. */
const REFUSED_POINTS = 10;

/** Lets operations in by the gate, and tells what they cost: `extensions.cost` and the headers `RateLimit-*`. */
export function useGate(gate: OperationGate): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => {
      let admitted: Admitted | undefined;
      let isRefused = false;
      return {
        didResolveOperation: async ({ document, operation, operationName, request, contextValue: { who } }) => {
          if (!operation) return; // GraphQL itself says what is wrong
          isRefused = true;
          admitted = gate.checkOperation(document, request.variables ?? {}, who, operationName);
          isRefused = false;
        },
        willSendResponse: async (context) => {
          const { who } = context.contextValue;
          if (admitted) tell(context, gate, admitted);
          else gate.fine(isRefused ? 1 : REFUSED_POINTS, who);
          tellWhenToRetry(context);
        },
      };
    },
  };
}

function tell(context: GraphQLRequestContext<Context>, gate: OperationGate, admitted: Admitted): void {
  const { response, contextValue } = context;
  if (response.body?.kind !== "single") return;
  const result = response.body.singleResult;
  const { requested, charged, charge } = gate.settle(admitted, result.data, contextValue.who);
  contextValue.spent.points = charged;
  if (charge.limit === undefined) return;
  const resetAt = new Date(Date.now() + charge.resetMs).toISOString();
  result.extensions = { ...result.extensions, cost: { requested, charged, remaining: charge.remaining, resetAt } };
  for (const [name, value] of Object.entries(rateHeaders(charge))) response.http.headers.set(name, value);
}

function tellWhenToRetry({ response }: GraphQLRequestContext<Context>): void {
  if (response.body?.kind !== "single") return;
  const [error] = response.body.singleResult.errors ?? [];
  const retryMs = error?.extensions?.["retryAfterMs"];
  if (typeof retryMs === "number") response.http.headers.set("retry-after", String(Math.ceil(retryMs / 1_000)));
}

/** The headers that tell where a budget stands; none without a limit. */
export function rateHeaders({ limit, remaining, resetMs, isTaken, retryMs }: Charge): Record<string, string> {
  if (limit === undefined) return {};
  return {
    "ratelimit-limit": String(limit),
    "ratelimit-remaining": String(Math.max(remaining ?? 0, 0)),
    "ratelimit-reset": String(Math.ceil(resetMs / 1_000)),
    ...(isTaken ? {} : { "retry-after": String(Math.ceil(retryMs / 1_000)) }),
  };
}
