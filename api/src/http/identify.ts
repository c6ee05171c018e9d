import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import { BaseError } from "#kernel/errors.ts";
import type { Access } from "../access/access.ts";
import type { Authenticate } from "../access/authenticate.ts";
import { anonymousBuckets } from "../access/budgets.ts";
import { clientOf } from "../access/client-address.ts";
import { NOBODY, type Who } from "../access/who.ts";
import { codeLabel, type Journal } from "../graphql/journal.ts";
import type { OperationGate } from "../graphql/operation-gate.ts";
import { isOwnSite } from "./cors.ts";
import type { SessionCookie } from "./session-cookie.ts";
import { STATUS_PATHS } from "./status.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** who sends it */
    who: Who;
  }
}

/** What a token costs that is none. */
const BAD_TOKEN_POINTS = 20;
/** What a page or a file costs, and a body that isn't read. */
const FILE_POINTS = 20;
const BAD_REQUEST_POINTS = 10;

/** What `addIdentity` works with. */
export interface IdentityParts {
  access: Access;
  authenticate: Authenticate;
  cookie: SessionCookie;
  gate: OperationGate;
  journal: Journal;
}

/** Says of each request who sends it, before anything of it is read, and turns away whose budget is used up. */
export function addIdentity(app: FastifyInstance, parts: IdentityParts): void {
  const unknown: Who | null = null; // until the first hook has run
  app.decorateRequest("who", unknown as unknown as Who);
  app.addHook("onRequest", async (request, reply) => {
    request.who = NOBODY;
    void reply.header("x-request-id", request.id);
    const path = request.url.split("?")[0] ?? "";
    if (STATUS_PATHS.has(path)) return;
    try {
      request.who = await recognize(request, parts);
      const isOperation = path === "/graphql" && !request.headers.accept?.includes("text/html");
      parts.gate.take(isOperation ? 1 : FILE_POINTS, request.who);
    } catch (error) {
      await refuse(reply, error, parts.journal);
    }
  });
  app.addHook("onError", async ({ who }) => parts.gate.fine(BAD_REQUEST_POINTS, (who as Who | null) ?? NOBODY));
}

/**
 * Who sends a request.
 *
 * @param authorization a token that came later than in the request's headers
 * @throws BaseError `UNAUTHENTICATED`
 */
export async function recognize(
  request: FastifyRequest,
  { access, authenticate, cookie, gate }: IdentityParts,
  authorization = request.headers.authorization,
): Promise<Who> {
  const { cookie: cookies } = request.headers;
  const token = isOwnSite(request, access.origins) ? cookie.read(cookies) : undefined;
  try {
    return await authenticate({ authorization, cookie: token, address: request.ip });
  } catch (error) {
    const buckets = anonymousBuckets(access.budgets, clientOf(request.ip));
    gate.take(1, { ...NOBODY, buckets });
    gate.fine(BAD_TOKEN_POINTS, { ...NOBODY, buckets });
    throw error;
  }
}

/** Refuses a request in GraphQL's own shape. */
async function refuse(reply: FastifyReply, error: unknown, journal: Journal): Promise<void> {
  const shown = toShown(error);
  if (!shown) throw error;
  const { message, extensions, status } = shown;
  journal.refused.inc({ code: codeLabel(extensions["code"]) });
  const retryMs = extensions["retryAfterMs"];
  if (typeof retryMs === "number") void reply.header("retry-after", String(Math.ceil(retryMs / 1_000)));
  if (status === 401) void reply.header("www-authenticate", "Bearer");
  await reply.code(status).send({ errors: [{ message, extensions }] });
}

function toShown(error: unknown): { message: string; extensions: Record<string, unknown>; status: number } | undefined {
  if (error instanceof GraphQLError) {
    const { http, ...extensions } = error.extensions as { http?: { status?: number } };
    return { message: error.message, extensions, status: http?.status ?? 400 };
  }
  if (!(error instanceof BaseError)) return undefined;
  const { code, hints, message } = error;
  return { message, extensions: { code, hints }, status: code === "UNAUTHENTICATED" ? 401 : 503 };
}
