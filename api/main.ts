import { listenError } from "#kernel/metrics.ts";
import type { Logger } from "#kernel/log.ts";
import { createPool } from "#kernel/pg.ts";
import type { Doors } from "./src/graphql/context.ts";
import type { LiveLimits } from "./src/graphql/live/index.ts";
import { createApp } from "./src/http.ts";
import { DEFAULT_POLICY, type Policy } from "./src/policy.ts";

export type { Policy } from "./src/policy.ts";

/** What the API needs. */
export interface ApiOptions extends Doors {
  databaseUrl: string;
  host: string;
  /** 0: any free one */
  port: number;
  logger: Logger;
  /** how strict it is; what isn't said is as in `DEFAULT_POLICY`, which limits no rates */
  policy?: Partial<Policy>;
  /** of WebSockets and event streams, where they differ from the usual ones */
  liveLimits?: Partial<LiveLimits>;
}

/** A running API. */
export interface Api {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the GraphQL API on a database.
 *
 * @throws BaseError `PORT_TAKEN`, `BAD_ORIGINS`, `BAD_TRUSTED_DOCUMENTS`
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { databaseUrl, host, port, logger, policy, liveLimits, chain, paymentsToken } = options;
  const pool = createPool(databaseUrl, { name: "bc-api", isPipelined: true });
  const livePool = createPool(databaseUrl, { name: "bc-api-live", max: 1 });
  const endPools = () => Promise.all([pool.end(), livePool.end()]);
  let bound = port;
  const app = await createApp({
    pool,
    logger,
    policy: { ...DEFAULT_POLICY, ...policy },
    port: () => bound,
    doors: { chain, paymentsToken },
    live: { pool: livePool, limits: liveLimits },
  }).catch(async (error: unknown) => {
    await endPools();
    throw error;
  });
  const end = async () => {
    await app.close();
    await endPools();
  };
  try {
    await app.listen({ host, port });
  } catch (error) {
    await end();
    throw listenError(error as NodeJS.ErrnoException, host, port, "PORT");
  }
  const address = app.server.address();
  bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host}:${bound}/graphql`,
    stop: end,
  };
}
