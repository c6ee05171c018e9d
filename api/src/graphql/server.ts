import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { Logger } from "#kernel/log.ts";
import type { Context } from "./context.ts";
import { DEFAULT_LIMITS, limitRule } from "./plugins/use-limits.ts";
import { maskError } from "./plugins/use-masked-errors.ts";
import { usePlainText } from "./plugins/use-plain-text.ts";
import { useSnapshot } from "./plugins/use-snapshot.ts";
import { createSchema } from "./schema.ts";

/** Apollo with our rules. Its cache-control plugin is off: it wraps every field and costs a third of a list. */
export async function createApollo(logger: Logger): Promise<ApolloServer<Context>> {
  return new ApolloServer<Context>({
    schema: await createSchema(),
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    stopOnTerminationSignals: false,
    maxRecursiveSelections: true,
    parseOptions: { maxTokens: 2_000 },
    validationRules: [limitRule(DEFAULT_LIMITS)],
    formatError: maskError(logger),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      usePlainText,
      useSnapshot,
    ],
  });
}
