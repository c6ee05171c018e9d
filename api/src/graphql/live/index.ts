import type { ApolloServer } from "@apollo/server";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "#kernel/log.ts";
import { Gauge, type Registry } from "#kernel/metrics.ts";
import type { Pool } from "#kernel/pg.ts";
import type { Who } from "../../access/who.ts";
import type { Caller, Context } from "../context.ts";
import type { OperationGate } from "../operation-gate.ts";
import { maskError } from "../plugins/use-masked-errors.ts";
import type { TrustedDocuments } from "../trusted-documents.ts";
import { LiveHub } from "./hub.ts";
import { Addresses, LIVE_LIMITS, type LiveLimits } from "./limits.ts";
import { LiveOperations } from "./operations.ts";
import { serveEventStreams } from "./sse.ts";
import { serveWebSockets } from "./websocket.ts";

export type { LiveLimits } from "./limits.ts";

/** How subscriptions are served. */
export interface LiveOptions {
  /** for looks at the database; without it those of queries are used */
  pool?: Pool;
  limits?: Partial<LiveLimits> | undefined;
}

/** What subscriptions need of the server. */
export interface LiveParts {
  path: string;
  schema: GraphQLSchema;
  apollo: ApolloServer<Context>;
  /** for looks at the database: one connection is enough, and its own is never waited for */
  pool: Pool;
  newContext: (caller: Caller) => Context;
  gate: OperationGate;
  documents: TrustedDocuments;
  isTrustedOnly: boolean;
  /** who sends a request, by this token if it brings it later than in its headers */
  recognize: (request: FastifyRequest, authorization?: string) => Promise<Who>;
  logger: Logger;
  registry: Registry;
  limits?: Partial<LiveLimits> | undefined;
}

/** Adds WebSocket and event streams to the server that answers HTTP; they end when it closes. */
export function addLive(app: FastifyInstance, parts: LiveParts): void {
  const { path, schema, apollo, pool, newContext, logger, registry, gate, documents, isTrustedOnly } = parts;
  const limits = { ...LIVE_LIMITS, ...parts.limits };
  const hub = new LiveHub(pool, logger);
  const operations = new LiveOperations({
    ...{ schema, apollo, hub, newContext, gate, documents, isTrustedOnly },
    mask: maskError(logger),
  });
  const addresses = new Addresses(limits);
  const common = { path, operations, addresses, limits, logger };
  const sockets = serveWebSockets(app, { ...common, recognize: parts.recognize });
  const streams = serveEventStreams(app, common);
  addMetrics(registry, hub, addresses);
  app.addHook("preClose", async () => {
    streams.close();
    await sockets.close();
    await hub.close();
  });
}

function addMetrics(registry: Registry, hub: LiveHub, addresses: Addresses): void {
  new Gauge({
    name: "api_live_connections",
    help: "WebSockets and event streams that are open",
    registers: [registry],
    collect() {
      this.set(addresses.total);
    },
  });
  new Gauge({
    name: "api_live_subscribers",
    help: "Subscriptions by stream",
    labelNames: ["stream"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [stream, count] of hub.subscribers) this.set({ stream }, count);
    },
  });
}
