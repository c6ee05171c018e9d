import { randomUUID } from "node:crypto";
import type { ApolloServer } from "@apollo/server";
import {
  createSourceEventStream,
  execute,
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from "graphql";
import type { Who } from "../../access/who.ts";
import type { Caller, Context } from "../context.ts";
import { OperationCheck, type CheckedOperation, type CheckParts, type OperationRequest } from "./check.ts";
import type { LiveHub } from "./hub.ts";
import type { LiveMessage } from "./message.ts";

/** What operations outside of plain HTTP run on. */
export interface OperationParts extends CheckParts {
  schema: GraphQLSchema;
  apollo: ApolloServer<Context>;
  hub: LiveHub;
  /** a fresh one for each query or mutation */
  newContext: (caller: Caller) => Context;
  /** shows an error as clients may see it */
  mask: (formatted: GraphQLFormattedError, raw: unknown) => GraphQLFormattedError;
}

/** One answer, or those of a subscription until its generator is ended. */
export type Answers = FormattedExecutionResult | AsyncGenerator<FormattedExecutionResult, void, void>;

/** Runs operations that come over WebSocket or as event streams: subscriptions here, everything else as Apollo does. */
export class LiveOperations {
  readonly schema: GraphQLSchema;
  readonly #parts: OperationParts;
  readonly #check: OperationCheck;
  /** results by message and operation: those who ask the same share one execution */
  readonly #results = new WeakMap<LiveMessage, Map<string, Promise<FormattedExecutionResult>>>();

  constructor(parts: OperationParts) {
    this.schema = parts.schema;
    this.#parts = parts;
    this.#check = new OperationCheck(parts);
  }

  /** Holds an operation against the rules before it runs. */
  check(request: OperationRequest, who: Who): CheckedOperation | readonly GraphQLError[] {
    return this.#check.check(request, who);
  }

  /** Starts an operation that was checked. Its errors are in the answers, shown as clients may see them. */
  async run(request: OperationRequest, checked: CheckedOperation, who: Who): Promise<Answers> {
    if (checked.kind !== OperationTypeNode.SUBSCRIPTION) return this.#ask(request, who);
    const args = {
      schema: this.#parts.schema,
      document: checked.document,
      variableValues: request.variables,
      operationName: request.operationName,
      contextValue: { live: this.#parts.hub },
    };
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return { errors: this.shown(source.errors ?? []) };
    const key = JSON.stringify([request.query, request.operationName, request.variables]);
    return this.#answers(source as AsyncGenerator<LiveMessage>, key, (rootValue) => execute({ ...args, rootValue }));
  }

  /** Each message's result; ends the source when it is ended itself, also while it waits for a message. */
  #answers(
    source: AsyncGenerator<LiveMessage>,
    key: string,
    show: (message: LiveMessage) => ExecutionResult | Promise<ExecutionResult>,
  ): AsyncGenerator<FormattedExecutionResult, void, void> {
    const answers: AsyncGenerator<FormattedExecutionResult, void, void> = {
      next: async () => {
        const step = (await source.next()) as IteratorResult<LiveMessage, void>;
        if (step.done === true) return { value: undefined, done: true };
        return { value: await this.#resultOf(step.value, key, show), done: false };
      },
      return: async () => {
        await source.return(undefined);
        return { value: undefined, done: true };
      },
      throw: async (error: unknown) => {
        await source.return(undefined);
        throw error;
      },
      [Symbol.asyncIterator]: () => answers,
      [Symbol.asyncDispose]: async () => void (await source.return(undefined)),
    };
    return answers;
  }

  #resultOf(
    message: LiveMessage,
    key: string,
    show: (message: LiveMessage) => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<FormattedExecutionResult> {
    const known = this.#results.get(message) ?? new Map<string, Promise<FormattedExecutionResult>>();
    this.#results.set(message, known);
    const result = known.get(key) ?? Promise.resolve(show(message)).then((found) => this.#formatted(found));
    known.set(key, result);
    return result;
  }

  async #ask(
    { query, variables, operationName, extensions }: OperationRequest,
    who: Who,
  ): Promise<FormattedExecutionResult> {
    const request = {
      query,
      ...(variables ? { variables } : {}),
      ...(operationName ? { operationName } : {}),
      ...(extensions ? { extensions } : {}),
    };
    const contextValue = this.#parts.newContext({ who, requestId: randomUUID(), spent: { points: 0 } });
    const { body } = await this.#parts.apollo.executeOperation(request, { contextValue });
    if (body.kind === "single") return body.singleResult;
    throw new Error("BUG: an incremental answer was not asked for");
  }

  #formatted({ errors, ...rest }: ExecutionResult): FormattedExecutionResult {
    return errors ? { errors: this.shown(errors), ...rest } : rest;
  }

  /** Errors as clients may see them. */
  shown(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    return errors.map((error) => this.#parts.mask(error.toJSON(), error.originalError ?? error));
  }

  /** What broke a subscription off, as clients may see it. */
  shownFault(error: unknown): GraphQLFormattedError[] {
    const fault = error instanceof Error ? error : new Error(String(error));
    return this.shown([new GraphQLError(fault.message, { originalError: fault })]);
  }
}
