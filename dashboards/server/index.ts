import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { listenError } from "#kernel/metrics.ts";
import { readDashboards, summaryOf } from "./dashboards.ts";
import { openReadDatabase } from "./database.ts";
import { HEADERS, isLoopback, isOurHost } from "./guard.ts";
import { buildPage, type Asset } from "./page.ts";
import { Questions } from "./questions.ts";
import { namedRequest, queryRequest } from "./requests.ts";

/** What the preview's server needs. */
export interface PreviewOptions {
  databaseUrl: string;
  host: string;
  port: number;
  logger: Logger;
  /** where the dashboards' JSON lies; the committed ones when not said */
  folder?: string;
}

/** A running preview. */
export interface RunningPreview {
  url: string;
  stop(): Promise<void>;
}

const STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  BAD_REQUEST: 400,
  FORBIDDEN_HOST: 403,
  TOO_MANY_ROWS: 422,
  QUERY_FAILED: 502,
  QUERY_TIMED_OUT: 504,
  DATABASE_UNREACHABLE: 503,
};

/**
 * Serves the dashboards as pages: the committed JSON, drawn in the browser, with data that their own SQL gives.
 *
 * @throws BaseError `PREVIEW_MISSING`, `BAD_DASHBOARD`, `PORT_TAKEN`
 */
export async function startPreview(options: PreviewOptions): Promise<RunningPreview> {
  const dashboards = readDashboards(options.folder);
  const assets = await buildPage();
  const database = openReadDatabase(options.databaseUrl);
  const app = Fastify({ bodyLimit: 1_048_576, routerOptions: { maxParamLength: 200 } });
  guard(app, options);
  addPage(app, assets);
  addQuestions(app, new Questions(dashboards, database));
  app.get("/api/dashboards", () => ({ now: Date.now(), dashboards: [...dashboards.values()].map(summaryOf) }));
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await database.close();
    throw listenError(error as NodeJS.ErrnoException, options.host, options.port, "DASHBOARDS_PORT");
  }
  const address = app.server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${address.port}/`,
    stop: async () => {
      await app.close();
      await database.close();
    },
  };
}

/** Refuses strangers' names, sets the headers, and tells errors: their causes only to this machine. */
function guard(app: FastifyInstance, { host, logger }: PreviewOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(HEADERS);
    if (!isOurHost(request.headers.host, host)) {
      throw new BaseError("FORBIDDEN_HOST", `this server is not ${request.headers.host ?? "without a name"}`);
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof BaseError ? error : undefined;
    const { statusCode } = error as { statusCode?: number };
    const status = known ? (STATUS[known.code] ?? 500) : (statusCode ?? 500);
    if (status >= 500) logger.warn({ code: known?.code, error: messageOf(error) }, "a question was not answered");
    const isOpen = isLoopback(host) || status < 500 || known?.code === "QUERY_TIMED_OUT";
    const message = isOpen ? messageOf(error) : "the database didn't answer this question; the server's log says why";
    void reply.status(status).send({ error: { code: known?.code ?? "FAILED", message, hints: known?.hints ?? [] } });
  });
  app.setNotFoundHandler(async () => {
    throw new BaseError("NOT_FOUND", "there is nothing here");
  });
}

function addPage(app: FastifyInstance, assets: ReadonlyMap<string, Asset>): void {
  const send = (path: string) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { body, type, etag } = assets.get(path) as Asset;
    reply.headers({ etag, "cache-control": "no-cache", "content-type": type });
    return request.headers["if-none-match"] === etag ? reply.status(304).send() : reply.send(body);
  };
  for (const path of assets.keys()) app.get(path, send(path));
  app.get("/d/:uid", send("/"));
  app.get("/d/:uid/:slug", send("/"));
  app.get("/health", () => ({ isHealthy: true }));
}

function addQuestions(app: FastifyInstance, questions: Questions): void {
  app.get<{ Params: { uid: string } }>("/api/dashboards/:uid", ({ params }) => ({
    now: Date.now(),
    dashboard: questions.dashboard(params.uid),
  }));
  app.post("/api/query", async ({ body }) => ({ tables: await questions.panel(queryRequest(body)) }));
  app.post("/api/choices", async ({ body }) => {
    const { dashboard, name, ...scope } = namedRequest(body);
    return { choices: await questions.choices(dashboard, name, scope) };
  });
  app.post("/api/marks", async ({ body }) => {
    const { dashboard, name, ...scope } = namedRequest(body);
    return { columns: await questions.marks(dashboard, name, scope) };
  });
}
