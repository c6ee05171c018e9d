import type { ApolloServerPlugin } from "@apollo/server";
import type { Context } from "../context.ts";

/** Ends the operation's snapshot when its answer is made, whatever the answer is. */
export const useSnapshot: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    willSendResponse: ({ contextValue }) => contextValue.snapshot.close(),
  }),
  unexpectedErrorProcessingRequest: ({ requestContext }) => requestContext.contextValue.snapshot.close(),
};
