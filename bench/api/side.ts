import { createServer } from "node:http";
import { startApi } from "#api/main.ts";
import { silentLogger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import { CHART, CHART_SPAN, LIST, ONE } from "./questions.ts";

/** What a side says: where it listens, or the CPU seconds that it has taken. */
export type Report = { kind: "url"; url: string } | { kind: "cpu"; seconds: number };

const say = (report: Report): void => void process.send?.(report);

/** The API on a database; or pg, JSON and node:http alone. */
async function main(side: string | undefined, databaseUrl = ""): Promise<void> {
  const url = side === "raw" ? await startRaw(databaseUrl) : await startOurs(databaseUrl);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    say({ kind: "cpu", seconds: (user + system) / 1e6 });
  });
  process.on("disconnect", () => process.exit());
  say({ kind: "url", url });
}

async function startOurs(databaseUrl: string): Promise<string> {
  return (await startApi({ databaseUrl, host: "127.0.0.1", port: 0, logger: silentLogger })).url;
}

async function startRaw(databaseUrl: string): Promise<string> {
  const pool = createPool(databaseUrl, { name: "raw" });
  const rows = async (name: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await pool.query<Record<string, unknown>>({ name, text, values })).rows;
  const answers: Record<string, () => Promise<unknown>> = {
    "/list": async () => ({ rentals: { nodes: await rows("list", LIST) } }),
    "/one": async () => ({ rental: (await rows("one", ONE, ["77"]))[0] }),
    "/chart": async () => {
      const points = await rows("chart", CHART, CHART_SPAN);
      const column = (name: string): unknown[] => points.map((point) => point[name]);
      return {
        gpu: { telemetry: { at: column("at"), utilization: column("utilization"), powerWatts: column("powerWatts") } },
      };
    },
  };
  const server = createServer((request, response) => {
    void answers[request.url ?? ""]?.().then((data) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data }));
    });
  });
  // the other side's rounds come between: a connection that is closed just then breaks the round
  server.keepAliveTimeout = 300_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

await main(process.argv[2], process.argv[3]);
