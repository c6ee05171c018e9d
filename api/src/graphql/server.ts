import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "#kernel/log.ts";
import type { Context } from "./context.ts";
import type { Journal } from "./journal.ts";
import { LIMIT_RULES, PARSE_OPTIONS, type OperationGate } from "./operation-gate.ts";
import { useGate } from "./plugins/use-gate.ts";
import { useJournal } from "./plugins/use-journal.ts";
import { maskError, useRequestIds } from "./plugins/use-masked-errors.ts";
import { useOneAnswer } from "./plugins/use-one-answer.ts";
import { useSnapshot } from "./plugins/use-snapshot.ts";
import type { TrustedDocuments } from "./trusted-documents.ts";

/** What `createApollo` puts together. */
export interface ApolloParts {
  schema: GraphQLSchema;
  gate: OperationGate;
  journal: Journal;
  documents: TrustedDocuments;
  logger: Logger;
}

/** Apollo with our rules. Its cache-control plugin is off: it wraps every field and costs a third of a list. */
export function createApollo({ schema, gate, journal, documents, logger }: ApolloParts): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: false,
    stopOnTerminationSignals: false,
    maxRecursiveSelections: true,
    parseOptions: PARSE_OPTIONS,
    validationRules: [...LIMIT_RULES],
    formatError: maskError(logger),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      useOneAnswer,
      useRequestIds,
      useGate(gate),
      useSnapshot,
      // after the gate, which knows then what was spent
      useJournal(logger, journal, (hash) => documents.get(hash)?.name),
    ],
  });
}
