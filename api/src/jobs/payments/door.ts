import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { Counter, listen, type Health, type Registry } from "#kernel/metrics.ts";
import type { Pool } from "#kernel/pg.ts";
import { readEvent, type PaymentRules } from "./event.ts";
import { record } from "./record.ts";
import { checkSignature } from "./signature.ts";

/** Where the payment service sends its events. */
export const WEBHOOK_PATH = "/webhooks/payments";
const BODY_LIMIT = 256 * 1024;
const REQUEST_MS = 15_000;
const MAX_CONNECTIONS = 256;

/** What the door needs. */
export interface DoorOptions {
  host: string;
  port: number;
  pool: Pool;
  /** each is good; several while one takes the place of another */
  secrets: readonly string[];
  rules: PaymentRules;
  registry: Registry;
  logger: Logger;
  health: () => Promise<Health>;
  /** told when a payment was queued */
  onQueued: () => void;
  /** seconds since 1970 */
  now: () => number;
}

/** HTTP status by code; what isn't here is ours to mend, and worth another try: 503. */
const STATUSES: Readonly<Record<string, number>> = {
  BAD_SIGNATURE: 400,
  STALE_SIGNATURE: 400,
  BAD_EVENT: 400,
  PAYMENT_CONFLICT: 409,
  TOO_LARGE: 413,
  BROKEN_OFF: 400,
  METHOD: 405,
  NOT_FOUND: 404,
};

/**
 * Serves the webhook, and /health and /metrics beside it.
 *
 * @throws BaseError `PORT_TAKEN`
 */
export async function openDoor(options: DoorOptions): Promise<Server> {
  const counter = new Counter({
    name: "bc_payments_events_total",
    help: "Events at the door, by what became of them",
    labelNames: ["outcome"],
    registers: [options.registry],
  });
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5_000 },
    (request, response) => void answer(request, response, options, counter),
  );
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options.host, options.port, "PAYMENTS_PORT (--payments-port)");
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: DoorOptions,
  counter: Counter<"outcome">,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0];
  try {
    if (path === "/health") {
      const { isHealthy, detail } = await options.health();
      return send(response, isHealthy ? 200 : 503, { isHealthy, ...detail });
    }
    if (path === "/metrics") {
      response.writeHead(200, { "content-type": options.registry.contentType });
      response.end(await options.registry.metrics());
      return;
    }
    if (path !== WEBHOOK_PATH) throw new BaseError("NOT_FOUND", `nothing is here but ${WEBHOOK_PATH}`);
    const { outcome, ...rest } = await take(request, options);
    counter.inc({ outcome });
    send(response, 200, { outcome, ...rest });
  } catch (error) {
    refuse(request, response, error, options, path === WEBHOOK_PATH ? counter : undefined);
  }
}

/** What becomes of one event. */
async function take(request: IncomingMessage, options: DoorOptions) {
  if (request.method !== "POST") throw new BaseError("METHOD", "only POST is served here");
  const body = await readBody(request);
  const header = request.headers["stripe-signature"];
  checkSignature(body, Array.isArray(header) ? header[0] : header, options.secrets, options.now());
  const event = readEvent(body, options.rules);
  if (!event) return { outcome: "IGNORED" };
  const recorded = await record(options.pool, event);
  const facts = { payment: event.payment, event: event.id, type: event.type, ...recorded };
  if (recorded.outcome === "QUEUED") options.onQueued();
  if (recorded.outcome === "QUEUED" || recorded.outcome === "REPEATED") options.logger.info(facts, "payment event");
  else options.logger.warn(facts, "payment event");
  if (recorded.outcome === "CONFLICT") {
    throw new BaseError(
      "PAYMENT_CONFLICT",
      `payment ${event.payment} was taken before, with another amount or wallet`,
      {
        hints: ["look at the payment: the first event stands"],
      },
    );
  }
  return { payment: event.payment, ...recorded };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new BaseError("TOO_LARGE", `the body is longer than ${BODY_LIMIT} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > BODY_LIMIT) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > BODY_LIMIT) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BaseError) throw error;
    throw new BaseError("BROKEN_OFF", "the body broke off", { cause: error });
  }
  return Buffer.concat(chunks, size);
}

/** A fault of ours is masked: the sender tries again for days. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  { logger }: DoorOptions,
  counter: Counter<"outcome"> | undefined,
): void {
  const known = error instanceof BaseError && STATUSES[error.code] !== undefined ? error : undefined;
  counter?.inc({ outcome: known?.code ?? "FAILED" });
  if (known) logger.warn({ code: known.code }, known.message);
  else logger.error({ err: error }, "a request failed");
  if (response.destroyed || response.headersSent) return;
  const shown = known ?? new BaseError("UNAVAILABLE", "the payment can't be written down now: send it again");
  if (!request.complete) response.setHeader("connection", "close"); // what is left of the body isn't read
  send(response, STATUSES[shown.code] ?? 503, { code: shown.code, message: shown.message, hints: shown.hints });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(
    `${JSON.stringify(body, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))}\n`,
  );
}
