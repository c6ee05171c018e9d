import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { startApi } from "#api/main.ts";
import { silentLogger } from "#kernel/log.ts";

/** What a side is told: its memory is asked for, or what all of its sockets are to hear. */
export type Order = { kind: "memory" } | { kind: "broadcast"; text: string };
/** What a side says: where it listens, or what it holds. */
export type Report = { kind: "url"; url: string } | { kind: "memory"; rss: number; cpuSeconds: number };

const say = (report: Report): void => void process.send?.(report);

/** The API on a database, or (without one) a bare WebSocket server that hands on what it is told. */
async function main(databaseUrl: string | undefined): Promise<void> {
  const broadcast = databaseUrl === undefined ? await startBare() : await startOurs(databaseUrl);
  process.on("message", (order: Order) => {
    if (order.kind === "broadcast") return broadcast(order.text);
    gc?.();
    const { user, system } = process.cpuUsage();
    say({ kind: "memory", rss: process.memoryUsage().rss, cpuSeconds: (user + system) / 1e6 });
  });
  process.on("disconnect", () => process.exit());
}

async function startOurs(databaseUrl: string): Promise<(text: string) => void> {
  const limits = { connectionsPerAddress: 100_000 };
  const api = await startApi({ databaseUrl, host: "127.0.0.1", port: 0, logger: silentLogger, liveLimits: limits });
  say({ kind: "url", url: api.url.replace("http", "ws") });
  return () => undefined;
}

async function startBare(): Promise<(text: string) => void> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  say({ kind: "url", url: `ws://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/` });
  return (text) => sockets.clients.forEach((client) => client.send(text));
}

await main(process.argv[2]);
