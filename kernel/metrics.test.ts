import { createServer } from "node:http";
import { closeServer, createRegistry, listen, serveStatus, type Health } from "./metrics.ts";
import { checkPort } from "./ports.ts";

describe("serveStatus", () => {
  it("tells health by its status code, bigints included, and serves metrics and pages", async () => {
    let health: Health = { isHealthy: true, detail: { block: 12n } };
    const server = await serveStatus({
      host: "127.0.0.1",
      port: 0,
      registry: createRegistry("test"),
      health: () => health,
      pages: { "/hello": () => ({ type: "text/plain", body: "hi" }) },
      portSetting: "X_PORT",
    });
    const { port } = server.address() as { port: number };
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, await response.text()] as const;
    };
    expect(await get("/health")).toEqual([200, '{"isHealthy":true,"block":"12"}\n']);
    health = { isHealthy: false, detail: { reason: "behind" } };
    expect(await get("/health?x=1")).toEqual([503, '{"isHealthy":false,"reason":"behind"}\n']);
    expect((await get("/metrics"))[1]).toContain('room="test"');
    expect(await get("/hello")).toEqual([200, "hi"]);
    expect((await get("/nothing"))[0]).toBe(404);
    await closeServer(server);
  });
});

describe("a port that is taken", () => {
  it("is named with the setting to change", async () => {
    const first = createServer();
    await listen(first, "127.0.0.1", 0, "X_PORT");
    const { port } = first.address() as { port: number };
    const expected = {
      code: "PORT_TAKEN",
      message: `port ${port} on 127.0.0.1 is in use`,
      hints: ["stop the program that listens there, or set X_PORT to a free port"],
    };
    await expect(listen(createServer(), "127.0.0.1", port, "X_PORT")).rejects.toMatchObject(expected);
    await expect(checkPort("127.0.0.1", port, "X_PORT")).rejects.toMatchObject(expected);
    await closeServer(first);
    await checkPort("127.0.0.1", port, "X_PORT");
  });
});
