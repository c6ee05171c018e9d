import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer, type ServerOptions } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";

/** A line that any exporter might print. */
export const LINE = 'DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1"} 67.268000\n';

/** A server that plays an exporter. */
export interface TestExporter {
  url: string;
  requests: IncomingMessage[];
  close: () => Promise<void>;
}

/** Answers as told, on a free port. */
export async function startExporter(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestExporter> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  return { requests, ...(await open(server, () => server.closeAllConnections())) };
}

/** The same over TLS. */
export async function startTlsExporter(
  options: ServerOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestExporter> {
  const requests: IncomingMessage[] = [];
  const server = createTlsServer(options, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  const { url, close } = await open(server, () => server.closeAllConnections());
  return { requests, url: url.replace("http:", "https:"), close };
}

/** Answers with raw bytes, for what an honest server can't say. */
export async function startRawExporter(answer: (socket: Socket) => void): Promise<TestExporter> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  const close = (): void => sockets.forEach((socket) => socket.destroy());
  return { requests: [], ...(await open(server, close)) };
}

/** An address at which nobody listens. */
export async function deadUrl(): Promise<string> {
  const { url, close } = await startExporter(() => undefined);
  await close();
  return url;
}

async function open(
  server: Server | TlsServer | TcpServer,
  cut: () => void,
): Promise<{ url: string; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
