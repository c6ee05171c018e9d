import type { ApolloServerPlugin } from "@apollo/server";
import { GraphQLError, OperationTypeNode } from "graphql";
import type { Context } from "../context.ts";

/** Refuses subscriptions where one request has one answer, and says where they are told. */
export const useOneAnswer: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation }) => {
      if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
      throw new GraphQLError(
        "subscriptions are told on this address over WebSocket (graphql-transport-ws), or as an event stream (accept: text/event-stream)",
        { extensions: { code: "BAD_REQUEST", http: { status: 400 } } },
      );
    },
  }),
};
