import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "#kernel/log.ts";
import { listen } from "#kernel/metrics.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import type { PublishedTargets } from "./published.ts";
import type { Receiver } from "./receiver.ts";
import { Refusal } from "./refusal.ts";
import type { TokenEntry } from "./tokens.ts";

/** How the push server listens. */
export interface PushServerOptions {
  host: string;
  port: number;
  logger: Logger;
  /** for a whole request; 30 s when left out, as long as Prometheus waits for its answer */
  requestTimeoutMs?: number;
}

/** Bodies being read at one time: 64 × 4 MiB at the worst. */
const MAX_READING = 64;
/** Prometheus' own back-off ends at 5 s. */
const RETRY_SECONDS = 5;

/** Whom it serves for: a collector. */
export interface PushTaker {
  receiver: Receiver | undefined;
  published: PublishedTargets;
}

/**
 * Serves operators' Prometheus: `POST /api/v1/write` takes remote write, `GET /sd/targets` tells them their targets. It has
 * a port of its own, as it is for strangers, and the collector's own pages aren't.
 *
 * @returns undefined for a collector without tokens, which takes nothing
 * @throws BaseError `PORT_TAKEN`
 */
export async function servePushes(
  { receiver, published }: PushTaker,
  options: PushServerOptions,
): Promise<Server | undefined> {
  if (!receiver) return undefined;
  const { requestTimeoutMs: requestTimeout = 30_000, logger } = options;
  const handler = new Handler({ receiver, published, logger });
  const server = createServer(
    {
      requestTimeout,
      headersTimeout: Math.min(10_000, requestTimeout),
      connectionsCheckingInterval: Math.min(5_000, requestTimeout),
      keepAliveTimeout: 90_000, // Prometheus keeps its connections for longer than Node would
    },
    (request, response) => void handler.handle(request, response),
  );
  server.maxConnections = 1_024;
  await listen(server, options.host, options.port, "PUSH_PORT");
  return server;
}

interface HandlerOptions {
  receiver: Receiver;
  published: PublishedTargets;
  logger: Logger;
}

class Handler {
  readonly #options: HandlerOptions;
  #readingCount = 0;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split("?")[0];
    try {
      if (path === "/api/v1/write") await this.#write(request, response);
      else if (path === "/sd/targets") await this.#tellTargets(request, response);
      else throw new Refusal(404, "not_found", "nothing is here but /api/v1/write and /sd/targets");
    } catch (error) {
      this.#refuse(request, response, error, path === "/api/v1/write");
    }
  }

  async #write(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { receiver } = this.#options;
    checkMethod(request, "POST");
    const entry = this.#authorize(request);
    checkHeaders(request);
    const rejects = await receiver.accept(entry, await this.#readBody(request));
    const reasons = Object.entries(rejects).map(([reason, count]) => `${count} ${REJECT_TEXTS[reason] ?? reason}`);
    // What could be used is safe; for the rest the protocol wants 400, which makes the sender log it and go on.
    if (reasons.length > 0) throw new Refusal(400, "rejected", `not all samples could be used: ${reasons.join("; ")}`);
    receiver.countRequest("ok");
    response.writeHead(204).end();
  }

  async #tellTargets(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkMethod(request, "GET");
    const { operator } = this.#authorize(request);
    const body = JSON.stringify(await this.#options.published.targetsOf(operator));
    response.writeHead(200, {
      "content-type": "application/json",
      "x-prometheus-refresh-interval-seconds": String(this.#options.published.refreshSeconds),
      "cache-control": "no-store",
    });
    response.end(`${body}\n`);
  }

  #authorize({ headers }: IncomingMessage): TokenEntry {
    // The scheme may be missing: Prometheus 2.42 leaves it out for http_sd where the type isn't written.
    const token = /^(?:bearer +)?(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
    if (token === undefined)
      throw new Refusal(401, "unauthorized", "a bearer token is wanted: authorization.credentials");
    const entry = this.#options.receiver.tokens.entryOf(token);
    if (!entry) throw new Refusal(403, "forbidden", "this bearer token is nobody's: ask the network for a new one");
    return entry;
  }

  async #readBody(request: IncomingMessage): Promise<Buffer> {
    const { compressedBytes } = REQUEST_LIMITS;
    const told = Number(request.headers["content-length"] ?? 0);
    if (told > compressedBytes) throw tooLarge(compressedBytes);
    if (this.#readingCount >= MAX_READING) throw new Refusal(503, "busy", "too many requests at once");
    this.#readingCount++;
    try {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > compressedBytes) throw tooLarge(compressedBytes);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks, size);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(400, "broken_off", "the body broke off", error);
    } finally {
      this.#readingCount--;
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown, isWrite: boolean): void {
    const known = error instanceof Refusal ? error : new Refusal(500, "internal", "BUG: the request failed", error);
    if (known.reason === "internal") this.#options.logger.error({ err: error }, known.message);
    if (isWrite) this.#options.receiver.countRequest(known.reason);
    if (response.destroyed || response.headersSent) return;
    response.writeHead(known.status, {
      "content-type": "text/plain; charset=utf-8",
      ...(known.status === 401 || known.status === 403 ? { "www-authenticate": "Bearer" } : {}),
      ...(known.status === 405 ? { allow: request.url?.startsWith("/sd/") ? "GET" : "POST" } : {}),
      ...(known.status >= 500 ? { "retry-after": String(RETRY_SECONDS) } : {}),
      // What is left of the body isn't read.
      ...(request.complete ? {} : { connection: "close" }),
    });
    response.end(`${known.message}\n`);
  }
}

const REJECT_TEXTS: Record<string, string> = {
  bad_labels: "with labels that can't be (doubled, or without a name)",
  labels_too_large: "with too many or too long labels",
  no_source: "without the label instance",
  too_old: "more than an hour old",
  in_future: "later than now: set the sender's clock",
};

function checkMethod({ method }: IncomingMessage, wanted: string): void {
  if (method !== wanted) throw new Refusal(405, "method", `only ${wanted} is served here`);
}

/** Remote write 1.0 is wanted; a sender of 2.0 learns by 415 that it must fall back. */
function checkHeaders({ headers }: IncomingMessage): void {
  const type = (headers["content-type"] ?? "").toLowerCase().replaceAll(" ", "");
  if (type !== "application/x-protobuf" && type !== "application/x-protobuf;proto=prometheus.writerequest") {
    throw new Refusal(415, "media_type", "Content-Type must be application/x-protobuf, of prometheus.WriteRequest");
  }
  if ((headers["content-encoding"] ?? "").toLowerCase() !== "snappy") {
    throw new Refusal(415, "media_type", "Content-Encoding must be snappy");
  }
  const version = headers["x-prometheus-remote-write-version"];
  if (typeof version !== "string" || !/^0\.1\.\d+$/.test(version)) {
    throw new Refusal(400, "version", "X-Prometheus-Remote-Write-Version must be 0.1.0");
  }
}

function tooLarge(bytes: number): Refusal {
  return new Refusal(413, "too_large", `the body is longer than ${bytes} bytes: send fewer samples at a time`);
}
