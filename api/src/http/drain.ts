import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Lets open requests finish when the server closes, and holds it for nothing else: a keep-alive connection that was busy
 * then turns idle later, and one on which nothing was ever said counts as busy with Node; both are swept. What is still
 * open after `drainMs` is cut off.
 */
export function drainOnClose(app: FastifyInstance, drainMs: number): void {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let sweep: NodeJS.Timeout | undefined;
  app.addHook("preClose", async () => {
    const until = performance.now() + drainMs;
    sweep = setInterval(() => {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      if (performance.now() > until) app.server.closeAllConnections();
      else app.server.closeIdleConnections();
    }, 100);
  });
  app.addHook("onClose", async () => clearInterval(sweep));
}
