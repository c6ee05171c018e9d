import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { collectDefaultMetrics, Registry } from "prom-client";
import { BaseError } from "./errors.ts";

export { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What `/health` tells: 200 when healthy, 503 with the reason when not. */
export interface Health {
  isHealthy: boolean;
  /** why not, in words; facts beside it */
  detail: Record<string, unknown>;
}

/** A registry with Node's own metrics, every series labelled with the room. */
export function createRegistry(room: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ room });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Further pages of a process, by path. */
export type Pages = Record<string, () => { type: string; body: string }>;

/**
 * Serves `/health`, `/metrics` and `pages` of one process.
 *
 * @throws BaseError `PORT_TAKEN`
 */
export async function serveStatus(options: {
  host: string;
  port: number;
  registry: Registry;
  health: () => Health | Promise<Health>;
  pages?: Pages;
  /** the setting to change when the port is taken */
  portSetting: string;
}): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => response.destroy());
  });
  await listen(server, options.host, options.port, options.portSetting);
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: Parameters<typeof serveStatus>[0],
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path === "/health") {
    const { isHealthy, detail } = await options.health();
    response.writeHead(isHealthy ? 200 : 503, { "content-type": "application/json" });
    response.end(
      `${JSON.stringify({ isHealthy, ...detail }, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}\n`,
    );
    return;
  }
  const page =
    path === "/metrics"
      ? { type: options.registry.contentType, body: await options.registry.metrics() }
      : options.pages?.[path]?.();
  response.writeHead(page ? 200 : 404, { "content-type": page?.type ?? "text/plain; charset=utf-8" });
  response.end(page?.body ?? "not found\n");
}

/**
 * Makes a server listen.
 *
 * @throws BaseError `PORT_TAKEN` naming the setting to change
 */
export async function listen(server: Server, host: string, port: number, portSetting: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port, portSetting)));
    server.listen(port, host, resolve);
  });
}

/** The error for a port that can't be had. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number, portSetting: string): Error {
  if (error.code === "EADDRINUSE") {
    return new BaseError("PORT_TAKEN", `port ${port} on ${host} is in use`, {
      hints: [`stop the program that listens there, or set ${portSetting} to a free port`],
      cause: error,
    });
  }
  if (error.code === "EACCES") {
    return new BaseError("PORT_FORBIDDEN", `port ${port} needs rights that this user lacks`, {
      hints: [`set ${portSetting} to a port above 1023`],
      cause: error,
    });
  }
  return error;
}

/** Closes a server and its idle connections; open requests get `graceMs` to finish. */
export async function closeServer(server: Server, graceMs = 2_000): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
