import type { FastifyInstance } from "fastify";
import { explorerPage } from "../graphql/explorer.ts";

/** A browser that opens /graphql gets the explorer; everything else goes on to Apollo. */
export function addExplorer(app: FastifyInstance): void {
  app.get("/", (_request, reply) => reply.redirect("/graphql"));
  app.addHook("onRequest", async (request, reply) => {
    const isPage =
      request.method === "GET" && request.url === "/graphql" && request.headers.accept?.includes("text/html");
    if (!isPage) return;
    await reply
      .headers({
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "cache-control": "max-age=3600",
        // signing in is by cookie: no other site may show the page within its own
        "content-security-policy": "frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
      })
      .send(await explorerPage());
  });
}
