import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { OperationTypeNode, type FormattedExecutionResult } from "graphql";
import type { OperationRequest } from "./check.ts";
import { clientOf } from "../../access/client-address.ts";
import type { Addresses, LiveLimits } from "./limits.ts";
import type { Answers, LiveOperations } from "./operations.ts";

/** What event streams need. */
export interface EventStreamParts {
  path: string;
  operations: LiveOperations;
  addresses: Addresses;
  limits: LiveLimits;
}

/** The streams that are open. */
export interface EventStreams {
  readonly size: number;
  /** Ends all of them; their clients come back. */
  close(): void;
}

const EVENT_STREAM = "text/event-stream";
const HEADERS = {
  "content-type": `${EVENT_STREAM}; charset=utf-8`,
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

/**
 * Serves operations as event streams to those who accept nothing else: GraphQL over SSE in its mode of distinct
 * connections. POST takes any operation, GET subscriptions, because an EventSource can send no header that a page of
 * somebody else's could not.
 */
export function serveEventStreams(app: FastifyInstance, parts: EventStreamParts): EventStreams {
  const open = new Set<ServerResponse>();
  app.addHook("preHandler", async (request, reply) => {
    const isOurs = request.url.split("?")[0] === parts.path && request.headers.accept?.startsWith(EVENT_STREAM);
    if (!isOurs || (request.method !== "POST" && request.method !== "GET")) return;
    const client = clientOf(request.ip);
    if (!parts.addresses.enter(client)) return reply.code(429).send({ errors: [TOO_MANY] });
    reply.hijack();
    const response = reply.raw;
    open.add(response);
    response.once("close", () => {
      open.delete(response);
      parts.addresses.leave(client);
    });
    await stream(request, reply, parts).catch(() => response.destroy());
  });
  return {
    get size() {
      return open.size;
    },
    close: () => open.forEach((response) => response.end()),
  };
}

const TOO_MANY = { message: "too many connections from this address", extensions: { code: "TOO_MANY_CONNECTIONS" } };

/** One stream from its operation to its end. Errors of any kind are answers in it, as the protocol has it. */
async function stream(request: FastifyRequest, { raw }: FastifyReply, parts: EventStreamParts): Promise<void> {
  raw.on("error", () => raw.destroy());
  raw.writeHead(200, HEADERS);
  raw.write(":\n\n");
  const pings = setInterval(() => raw.write(":\n\n"), parts.limits.pingMs);
  raw.once("close", () => clearInterval(pings));
  const answers = await answersTo(request, parts.operations);
  if (!("next" in answers)) {
    await write(raw, answers, parts.limits);
  } else {
    raw.once("close", () => void answers.return());
    if (raw.closed) return void (await answers.return());
    for await (const answer of guarded(answers, parts.operations)) await write(raw, answer, parts.limits);
  }
  raw.end("event: complete\ndata:\n\n");
}

/** What breaks a subscription off is told as an answer. */
async function* guarded(
  answers: AsyncGenerator<FormattedExecutionResult>,
  operations: LiveOperations,
): AsyncGenerator<FormattedExecutionResult> {
  try {
    yield* answers;
  } catch (error) {
    yield { errors: operations.shownFault(error) };
  }
}

/** A reader who is behind is waited for, but not long. */
async function write(response: ServerResponse, answer: FormattedExecutionResult, limits: LiveLimits): Promise<void> {
  if (response.destroyed || response.writableEnded) return;
  response.write(`event: next\ndata: ${JSON.stringify(answer)}\n\n`);
  if (response.writableLength <= limits.bufferedBytes / 4) return;
  const timer = setTimeout(() => response.destroy(), limits.pingMs);
  await Promise.race([once(response, "drain"), once(response, "close")]).finally(() => clearTimeout(timer));
}

async function answersTo(request: FastifyRequest, operations: LiveOperations): Promise<Answers> {
  const found = requestOf(request);
  if (typeof found === "string") return { errors: [{ message: found, extensions: { code: "BAD_REQUEST" } }] };
  const checked = operations.check(found, request.who);
  if ("length" in checked) return { errors: operations.shown(checked) };
  if (request.method === "GET" && checked.kind !== OperationTypeNode.SUBSCRIPTION) {
    return { errors: [{ message: "over GET only subscriptions are streamed", extensions: { code: "BAD_REQUEST" } }] };
  }
  return operations.run(found, checked, request.who);
}

/** The operation that a request asks for, or what is wrong with it. */
function requestOf({ method, body, query: search }: FastifyRequest): OperationRequest | string {
  const from = (method === "POST" ? body : search) as Record<string, unknown> | null | undefined;
  const { query, operationName } = from ?? {};
  if (typeof query !== "string") return "an operation must be given as `query`";
  if (operationName !== undefined && operationName !== null && typeof operationName !== "string")
    return "`operationName` must be text";
  const variables = objectOf(from?.["variables"]);
  const extensions = objectOf(from?.["extensions"]);
  if (variables === undefined || extensions === undefined) return "`variables` and `extensions` must be objects";
  return { query, operationName, variables, extensions };
}

/** An object, or its JSON; null is none, undefined is wrong. */
function objectOf(value: unknown): Record<string, unknown> | null | undefined {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  if (typeof value !== "string") return undefined;
  try {
    const parsed = JSON.parse(value) as unknown;
    return typeof parsed === "string" ? undefined : objectOf(parsed);
  } catch {
    return undefined;
  }
}
