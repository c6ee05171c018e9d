import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { BaseError } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { listenError } from "#kernel/metrics.ts";
import type { Engine } from "../engine.ts";
import { errorResponse } from "../wire/messages.ts";
import { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";
import { Leftovers } from "./leftovers.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { Notifications } from "./notifications.ts";
import { Session } from "./session.ts";
import { Turns } from "./turns.ts";

/** Options of `openGateway`. */
export interface GatewayOptions {
  engine: Engine;
  host: string;
  /** 0: any free one */
  port: number;
  logger: Logger;
  limits?: Partial<Limits>;
  /** told of a crash of the backend or of a fault of ours; the process must end, as the backend's state is unknown */
  onFault: (error: unknown) => void;
}

/** A listening gateway. */
export interface Gateway {
  readonly port: number;
  /** the queue that whoever else uses the engine must stand in */
  readonly turns: Turns;
  readonly session: Session;
  readonly connectionCount: number;
  /** ends all connections (open transactions are rolled back) and stops listening */
  close(): Promise<void>;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/**
 * Refuses an address that other machines could reach: there are no passwords.
 *
 * @throws BaseError `HOST_NOT_LOOPBACK`
 */
export function checkLoopback(host: string): void {
  if (LOOPBACK.test(host)) return;
  throw new BaseError("HOST_NOT_LOOPBACK", `the embedded database listens on this machine only, not on ${host}`, {
    hints: ["use 127.0.0.1", "set DATABASE_URL to a TimescaleDB server to share a database between machines"],
  });
}

/**
 * Serves PostgreSQL's wire protocol to many clients on one backend. `host` must have passed `checkLoopback`.
 *
 * @throws BaseError `PORT_TAKEN`
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { engine, host, logger, onFault } = options;
  const hub: Hub = {
    engine,
    turns: new Turns(onFault),
    session: new Session(engine),
    notifications: new Notifications(engine),
    leftovers: new Leftovers(engine),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    logger,
    parameters: readParameters(engine),
    onFault,
    copyBytes: 0,
  };
  const connections = new Set<Connection>();
  const server = createServer((socket) => accept(socket, hub, connections));
  await listen(server, host, options.port);
  server.on("error", (error) => logger.error({ err: error }, "a connection could not be accepted"));
  return {
    port: (server.address() as AddressInfo).port,
    turns: hub.turns,
    session: hub.session,
    get connectionCount() {
      return connections.size;
    },
    close: () => close(server, connections, hub.turns),
  };
}

let lastId = 0;

function accept(socket: Socket, hub: Hub, connections: Set<Connection>): void {
  if (connections.size >= hub.limits.maxConnections) {
    socket.on("error", () => undefined);
    socket.end(errorResponse("FATAL", "53300", "sorry, too many clients already"), () => socket.destroy());
    return;
  }
  const connection: Connection = new Connection(++lastId, socket, hub, () => connections.delete(connection));
  connections.add(connection);
}

/** The settings that PostgreSQL reports to every client at its start. */
function readParameters(engine: Engine): Map<string, string> {
  const names = ["server_version", "server_encoding", "client_encoding", "DateStyle", "IntervalStyle", "TimeZone"];
  const fixed = ["integer_datetimes", "standard_conforming_strings", "default_transaction_read_only", "in_hot_standby"];
  const columns = [...names, ...fixed].map((name) => `current_setting('${name}') as "${name}"`);
  const [row] = engine.query(`select ${columns.join(", ")}, 'on' as is_superuser, 'postgres' as session_authorization`);
  return new Map(Object.entries(row ?? {}).map(([name, value]) => [name, value ?? ""]));
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port, "DATABASE_PORT")));
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, connections: ReadonlySet<Connection>, turns: Turns): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const connection of [...connections]) connection.close();
  turns.stop();
  await closed;
}
