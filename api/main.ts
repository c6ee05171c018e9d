import { listenError } from "#kernel/metrics.ts";
import type { Logger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import { createApp } from "./src/http.ts";

/** What the API needs. */
export interface ApiOptions {
  databaseUrl: string;
  host: string;
  /** 0: any free one */
  port: number;
  logger: Logger;
}

/** A running API. */
export interface Api {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the GraphQL API on a database.
 *
 * @throws BaseError `PORT_TAKEN`
 */
export async function startApi({ databaseUrl, host, port, logger }: ApiOptions): Promise<Api> {
  const pool = createPool(databaseUrl, { name: "bc-api" });
  const app = await createApp(pool, logger);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    await pool.end();
    throw listenError(error as NodeJS.ErrnoException, host, port, "PORT");
  }
  const address = app.server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host}:${bound}/graphql`,
    stop: async () => {
      await app.close();
      await pool.end();
    },
  };
}
