import fastifyApollo from "@as-integrations/fastify";
import Fastify, { type FastifyInstance } from "fastify";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import type { Pool } from "#kernel/pg.ts";
import { createContext, keptNothing } from "./graphql/context.ts";
import { explorerPage } from "./graphql/explorer.ts";
import { createApollo } from "./graphql/server.ts";
import { addPublication } from "./publication/routes.ts";
import { Snapshot } from "./sources/snapshot.ts";

const BODY_LIMIT = 256 * 1024;
/** How long open requests may go on once the server stops. */
const DRAIN_MS = 8_000;

/** The HTTP server: /graphql with its explorer, /epochs and /by-hash, /healthz, /readyz, /metrics. */
export async function createApp(pool: Pool, logger: Logger): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: "idle" });
  const apollo = await createApollo(logger);
  const kept = keptNothing();
  await apollo.start();
  addExplorer(app);
  await app.register(fastifyApollo(apollo), {
    path: "/graphql",
    method: ["GET", "POST", "OPTIONS"],
    context: async () => createContext(new Snapshot(pool), kept),
  });
  addPublication(app, pool, logger);
  addStatus(app, pool, logger);
  drainOnClose(app);
  app.addHook("onClose", () => apollo.stop());
  return app;
}

/** A browser that opens /graphql gets the explorer; everything else goes on to Apollo. */
function addExplorer(app: FastifyInstance): void {
  app.get("/", (_request, reply) => reply.redirect("/graphql"));
  app.addHook("onRequest", async (request, reply) => {
    const isPage =
      request.method === "GET" && request.url === "/graphql" && request.headers.accept?.includes("text/html");
    if (!isPage) return;
    await reply
      .headers({
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "cache-control": "max-age=3600",
      })
      .send(await explorerPage());
  });
}

function addStatus(app: FastifyInstance, pool: Pool, logger: Logger): void {
  const registry = createRegistry("api");
  app.get("/healthz", () => ({ isHealthy: true }));
  app.get("/readyz", async (_request, reply) => {
    const reason = await whyNotReady(pool, logger);
    return reason === undefined ? { isReady: true } : reply.code(503).send({ isReady: false, reason });
  });
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}

/** Why no answer has anything to stand on yet, in words of ours: a stranger's message may tell of our insides. */
async function whyNotReady(pool: Pool, logger: Logger): Promise<string | undefined> {
  const context = createContext(new Snapshot(pool));
  try {
    await context.asOf();
    return undefined;
  } catch (error) {
    if (error instanceof BaseError) return error.message;
    logger.error({ err: error }, "not ready");
    return "the database cannot be read";
  } finally {
    await context.snapshot.close();
  }
}

/**
 * A keep-alive connection that was busy when the server began to close turns idle later, and would hold it for
 * Fastify's 72 s: it is swept.
 */
function drainOnClose(app: FastifyInstance): void {
  let sweep: NodeJS.Timeout | undefined;
  app.addHook("preClose", async () => {
    const until = Date.now() + DRAIN_MS;
    sweep = setInterval(() => {
      if (Date.now() > until) app.server.closeAllConnections();
      else app.server.closeIdleConnections();
    }, 100);
  });
  app.addHook("onClose", async () => clearInterval(sweep));
}
