import type { FastifyInstance } from "fastify";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import type { Registry } from "#kernel/metrics.ts";
import type { Pool } from "#kernel/pg.ts";
import { createContext } from "../graphql/context.ts";
import { Snapshot } from "../sources/snapshot.ts";

/** Paths that tell how the process is; they cost nobody's budget. */
export const STATUS_PATHS: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * /healthz: the process answers. /readyz: both streams can be read now, and a block has been indexed; 503 with the reason
 * until then, and from the moment on when the server begins to stop. /metrics.
 */
export function addStatus(app: FastifyInstance, pool: Pool, registry: Registry, logger: Logger): void {
  let isStopping = false;
  /** one look at the database serves everybody who asks meanwhile */
  let look: Promise<string | undefined> | undefined;
  app.addHook("preClose", async () => void (isStopping = true));
  app.get("/healthz", () => ({ isHealthy: true }));
  app.get("/readyz", async (_request, reply) => {
    look ??= whyNotReady(pool, logger).finally(() => (look = undefined));
    const reason = isStopping ? "the server is stopping" : await look;
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
