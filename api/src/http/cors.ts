import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Origins } from "../access/origins.ts";

const ALLOWED_HEADERS = "authorization, content-type, apollo-require-preflight";
const EXPOSED_HEADERS = "ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id";

/** Lets the allowed origins, and no others, read answers from a browser. */
export function addCors(app: FastifyInstance, origins: Origins): void {
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("vary", "origin");
    const { origin } = request.headers;
    const isAllowed = origin !== undefined && origins.isAllowed(origin);
    if (isAllowed) {
      void reply.headers({
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": EXPOSED_HEADERS,
      });
    }
    if (request.method !== "OPTIONS") return;
    if (isAllowed) {
      void reply.headers({
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": "600",
      });
    }
    await reply.code(204).send();
  });
}

/** Whether a request can't be another site's doing: its cookie counts. */
export function isOwnSite({ headers }: FastifyRequest, origins: Origins): boolean {
  const { origin, host } = headers;
  if (origin === undefined || origins.isAllowed(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
