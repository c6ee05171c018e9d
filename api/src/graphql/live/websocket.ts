import { ServerResponse, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { GraphQLError, parse, type ExecutionArgs, type FormattedExecutionResult } from "graphql";
import { CloseCode, handleProtocols, makeServer, type ServerOptions } from "graphql-ws";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { clientOf } from "../../access/client-address.ts";
import type { Who } from "../../access/who.ts";
import type { CheckedOperation, OperationRequest } from "./check.ts";
import type { Addresses, LiveLimits } from "./limits.ts";
import type { LiveOperations } from "./operations.ts";

/** Codes that a WebSocket is closed with, beside those of graphql-transport-ws. */
export const CLOSE_CODES = { goingAway: 1001, slowReader: 4413 } as const;
/** How long sockets may take to close when the server stops. */
const CLOSE_MS = 2_000;
/** How long a slow reader may take to read what waits for it, and then the code. */
const SLOW_CLOSE_MS = 10_000;

/** What the WebSocket server needs. */
export interface WebSocketParts {
  path: string;
  operations: LiveOperations;
  addresses: Addresses;
  limits: LiveLimits;
  logger: Logger;
  /** who sends a request, by this token if it brings it later than in its headers */
  recognize: (request: FastifyRequest, authorization?: string) => Promise<Who>;
}

/** Who is at the other end of a WebSocket. */
interface Peer {
  /** as it stands now: a session may have ended meanwhile */
  who(): Promise<Who>;
  /** the token of `connection_init`: browsers can send no header with a WebSocket */
  authorization?: string;
}

/** The sockets that are open. */
export interface WebSockets {
  /** Tells all of them to go, and waits until they have. */
  close(): Promise<void>;
}

/** What our hooks hand to each other through graphql-ws. */
type RunArgs = ExecutionArgs & { request: OperationRequest; checked: CheckedOperation; who: Who };
type Protocol = ReturnType<typeof makeServer<Init, Peer>>;
type Init = Record<string, unknown> | undefined;
/** Stands for any operation: graphql-ws looks at its kind only to choose what runs it. */
const ANY_QUERY = parse("{ __typename }");

/**
 * Serves graphql-transport-ws: subscriptions, queries and mutations. A request for a WebSocket goes through the server's
 * hooks as any other does, so that it is known who asks, and refused whom they refuse.
 */
export function serveWebSockets(app: FastifyInstance, parts: WebSocketParts): WebSockets {
  const { path, limits, addresses } = parts;
  const { server } = app;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const protocol: Protocol = makeServer<Init, Peer>(protocolOptions(parts));
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    response.once("finish", () => socket.end());
    socket.on("error", () => socket.destroy());
    upgrades.set(request, { socket, head, response });
    app.routing(request, response);
  };
  app.addHook("onRequest", async (request, reply) => {
    const upgrade = upgrades.get(request.raw);
    if (!upgrade) return;
    if (request.url.split("?")[0] !== path) return reply.code(404).send();
    const client = clientOf(request.ip);
    if (!addresses.enter(client)) return reply.code(429).send();
    reply.hijack();
    const { socket, head, response } = upgrade;
    response.detachSocket(socket as Socket);
    socket.once("close", () => addresses.leave(client));
    const peer: Peer = { who: () => parts.recognize(request, peer.authorization) };
    sockets.handleUpgrade(request.raw, socket, head, (webSocket) => open(webSocket, protocol, parts, peer));
  });
  server.on("upgrade", onUpgrade);
  const pings = setInterval(() => sockets.clients.forEach(ping), limits.pingMs);
  return {
    close: async () => {
      clearInterval(pings);
      server.off("upgrade", onUpgrade);
      await closeAll([...sockets.clients]);
      sockets.close();
    },
  };
}

/** A request to go on as a WebSocket. */
interface Upgrade {
  socket: Duplex;
  head: Buffer;
  /** what refuses it */
  response: ServerResponse;
}

/** One who has not answered since the last ping is gone; the others are asked again. */
function ping(socket: WebSocket & { isAsked?: boolean }): void {
  if (socket.isAsked) return socket.terminate();
  socket.isAsked = true;
  socket.ping();
}

async function closeAll(sockets: readonly WebSocket[]): Promise<void> {
  const closed = sockets.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())));
  for (const socket of sockets) socket.close(CLOSE_CODES.goingAway, "the server stops");
  const timer = setTimeout(() => sockets.forEach((socket) => socket.terminate()), CLOSE_MS);
  await Promise.all(closed);
  clearTimeout(timer);
}

function open(
  socket: WebSocket & { isAsked?: boolean },
  protocol: Protocol,
  { limits, logger }: WebSocketParts,
  peer: Peer,
): void {
  socket.on("error", (error) => {
    logger.debug({ err: error }, "a WebSocket failed");
    socket.terminate();
  });
  socket.on("pong", () => (socket.isAsked = false));
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // nobody waits for a reader: what piles up is bounded instead
      send: (text) => send(socket, text, limits),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (receive) =>
        socket.on("message", (data: RawData) => {
          receive(textOf(data)).catch((error: unknown) => {
            logger.error({ err: error }, "a WebSocket's message failed");
            socket.close(CloseCode.InternalServerError, "Internal server error");
          });
        }),
    },
    peer,
  );
  socket.once("close", (code, reason) => void closed(code, String(reason)));
}

/**
 * Sends. An operation waits for a reader who is behind; one too far behind is cut off, so that what waits doesn't grow.
 *
 * @returns when the operation may go on
 */
function send(socket: WebSocket, text: string, { bufferedBytes }: LiveLimits): Promise<void> | void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > bufferedBytes) {
    socket.close(CLOSE_CODES.slowReader, "too slow: what waits for this reader is over the limit");
    setTimeout(() => socket.terminate(), SLOW_CLOSE_MS).unref();
    return;
  }
  if (socket.bufferedAmount <= bufferedBytes / 4) return socket.send(text);
  return new Promise((resolve) => socket.send(text, () => resolve()));
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)).toString("utf8");

/** The protocol is graphql-ws'; what runs is ours: it checks, executes and masks. */
function protocolOptions({ operations, limits }: WebSocketParts): ServerOptions<Init, Peer> {
  return {
    connectionInitWaitTimeout: limits.initMs,
    onConnect: async ({ connectionParams, extra: peer }) => {
      const { authorization } = connectionParams ?? {};
      if (typeof authorization === "string") peer.authorization = authorization;
      return peer.who().then(
        () => true,
        () => false,
      );
    },
    onSubscribe: async ({ subscriptions, extra: peer }, _id, { query, variables, operationName, extensions }) => {
      if (Object.keys(subscriptions).length > limits.operationsPerConnection) return [tooMany(limits)];
      const request = { query, variables, operationName, extensions };
      const who = await peer.who().catch(asError);
      if (who instanceof Error) return [new GraphQLError(who.message, { originalError: who })];
      const checked = operations.check(request, who);
      if ("length" in checked) return checked;
      return { schema: operations.schema, document: ANY_QUERY, request, checked, who } as RunArgs;
    },
    // also for subscriptions: graphql-ws goes on with an answer or with an iterator, whichever it gets
    execute: ((args: RunArgs) => operations.run(args.request, args.checked, args.who)) as NonNullable<
      ServerOptions["execute"]
    >,
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    onError: (_context, _id, _payload, errors) => operations.shown(errors),
  };
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function tooMany({ operationsPerConnection: max }: LiveLimits): GraphQLError {
  const message = `at most ${max} operations run on one connection at the same time`;
  const originalError = new BaseError("TOO_MANY_OPERATIONS", message, {
    hints: ["complete one first, or open another connection"],
  });
  return new GraphQLError(message, { originalError });
}
