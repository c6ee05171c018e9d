import { randomUUID } from "node:crypto";
import fastifyApollo from "@as-integrations/fastify";
import Fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "#kernel/log.ts";
import { createRegistry } from "#kernel/metrics.ts";
import type { Pool } from "#kernel/pg.ts";
import { HOUR_MS } from "#kernel/time.ts";
import { createAccess } from "./access/access.ts";
import { createAuthenticate } from "./access/authenticate.ts";
import { parseOrigins } from "./access/origins.ts";
import { TokenBuckets } from "./access/token-buckets.ts";
import { createContext, keptNothing, type Caller, type Doors } from "./graphql/context.ts";
import { createJournal } from "./graphql/journal.ts";
import { createGate } from "./graphql/operation-gate.ts";
import { addLive, type LiveOptions } from "./graphql/live/index.ts";
import { createSchema } from "./graphql/schema.ts";
import { createApollo } from "./graphql/server.ts";
import { NO_DOCUMENTS, readTrustedDocuments } from "./graphql/trusted-documents.ts";
import { addCors } from "./http/cors.ts";
import { drainOnClose } from "./http/drain.ts";
import { addExplorer } from "./http/explorer.ts";
import { addIdentity, recognize } from "./http/identify.ts";
import { sessionCookie } from "./http/session-cookie.ts";
import { addStatus } from "./http/status.ts";
import { addTrustedDocuments } from "./http/trusted-only.ts";
import type { Policy } from "./policy.ts";
import { addPublication } from "./publication/routes.ts";
import { OPERATION_MS, Snapshot } from "./sources/snapshot.ts";

const BODY_LIMIT = 256 * 1024;

/** What the server needs. */
export interface AppOptions {
  pool: Pool;
  logger: Logger;
  policy: Policy;
  /** where it listens, once it does */
  port: () => number;
  doors?: Doors;
  live?: LiveOptions;
}

/**
 * The HTTP server: /graphql with its explorer and subscriptions, /epochs and /by-hash, /healthz, /readyz, /metrics.
 *
 * @throws BaseError `BAD_ORIGINS`, `BAD_TRUSTED_DOCUMENTS`
 */
export async function createApp({
  pool,
  logger,
  policy,
  port,
  doors = {},
  live,
}: AppOptions): Promise<FastifyInstance> {
  const app = createServer(policy);
  const registry = createRegistry("api");
  const buckets = new TokenBuckets();
  const journal = createJournal(registry, buckets);
  const schema = await createSchema();
  const gate = createGate({ schema, buckets, maxCost: policy.maxCost });
  const { trustedDocuments, isTrustedOnly, chainId, rpcUrl, budgets } = policy;
  const documents =
    trustedDocuments === "" ? NO_DOCUMENTS : readTrustedDocuments(trustedDocuments, (source) => gate.read(source));
  const origins = parseOrigins(policy.origins, port);
  const sessionMs = policy.sessionHours * HOUR_MS;
  const access = createAccess({ pool, logger, origins, budgets, chainId, rpcUrl, sessionMs });
  const cookie = sessionCookie(origins.isSecure);
  const apollo = createApollo({ schema, gate, journal, documents, logger });
  const kept = { ...keptNothing(doors), access };
  await apollo.start();

  addCors(app, origins);
  const identity = { access, authenticate: createAuthenticate(access, doors.paymentsToken), cookie, gate, journal };
  addIdentity(app, identity);
  addExplorer(app);
  addTrustedDocuments(app, documents, isTrustedOnly);
  const newContext = (caller: Caller) => createContext(new Snapshot(pool, undefined, OPERATION_MS), kept, caller);
  addLive(app, {
    ...{ path: "/graphql", schema, apollo, newContext, logger, registry, pool, gate, documents, isTrustedOnly },
    recognize: (request, authorization) => recognize(request, identity, authorization),
    ...live,
  });
  await app.register(fastifyApollo(apollo), {
    path: "/graphql",
    method: ["GET", "POST", "OPTIONS"],
    context: async ({ who, id: requestId }, reply) =>
      newContext({
        who,
        requestId,
        setSession: (session) => void reply.header("set-cookie", cookie.write(session, new Date())),
        spent: { points: 0 },
      }),
  });
  addPublication(app, pool, logger);
  addStatus(app, pool, registry, logger);
  drainOnClose(app, policy.timeouts.drainMs);
  app.addHook("onClose", () => apollo.stop());
  return app;
}

/** A server that waits for nobody longer than it should. */
function createServer({ trustedProxies, timeouts }: Policy): FastifyInstance {
  return Fastify({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: "idle",
    genReqId: () => randomUUID(),
    requestTimeout: timeouts.requestMs,
    connectionTimeout: timeouts.idleMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    http: { headersTimeout: timeouts.headersMs, connectionsCheckingInterval: timeouts.checkMs },
    ...(trustedProxies === "" ? {} : { trustProxy: trustedProxies }),
  });
}
