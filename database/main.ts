import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { onParentGone, onParentSays } from "#kernel/child.ts";
import { followClock } from "#kernel/clock.ts";
import { BaseError, describeError } from "#kernel/errors.ts";
import { createLogger, type Logger } from "#kernel/log.ts";
import { checkLoopback, openGateway, type Gateway } from "./gateway/gateway.ts";
import { readLimits, type Limits } from "./gateway/limits.ts";
import { openEmbedded } from "./open.ts";
import { startScheduler } from "./scheduler/scheduler.ts";

/** The exit status after a crash of the backend: a new process will recover from the write-ahead log. */
const EXIT_TRAPPED = 70;

/**
 * One embedded database as a process: `main.ts --dir <folder> [--port <n>] [--host <loopback>] [--log-level <level>]
 * [--limits <JSON of gateway/limits.ts>]`.
 */
async function main(): Promise<void> {
  followClock(onParentSays); // `now()` too: the engine asks JavaScript
  const { dir, port, host, logLevel, limits } = readFlags();
  const logger = createLogger("database", logLevel);
  checkLoopback(host);
  const startedAt = performance.now();
  const database = await openEmbedded(dir);
  let gateway: Gateway;
  try {
    gateway = await openGateway({
      engine: database.engine,
      host,
      port,
      limits,
      logger,
      onFault: (error) => crash(error, logger),
    });
  } catch (error) {
    await database.close();
    throw error;
  }
  const { turns, session } = gateway;
  const stopScheduler = startScheduler({ engine: database.engine, turns, session, logger });
  const stop = onceStopped(async () => {
    stopScheduler();
    await gateway.close();
    await database.close();
  }, logger);
  process.on("SIGTERM", stop).on("SIGINT", stop);
  onParentGone(stop);
  logger.info({ dir, tookMs: Math.round(performance.now() - startedAt) }, "the embedded database is open");
  const address = host.includes(":") ? `[${host}]` : host;
  process.stdout.write(`ready postgres://postgres@${address}:${gateway.port}/berkeley\n`);
}

interface Flags {
  dir: string;
  port: number;
  host: string;
  logLevel: string;
  limits: Partial<Limits>;
}

function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      dir: { type: "string" },
      port: { type: "string", default: "0" },
      host: { type: "string", default: "127.0.0.1" },
      "log-level": { type: "string", default: "info" },
      limits: { type: "string", default: "{}" },
    },
  });
  const port = Number(values.port);
  if (!values.dir || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new BaseError("BAD_FLAGS", "the embedded database needs --dir <folder> and a --port from 0 to 65535", {
      hints: ["tsx database/main.ts --dir .data/database --port 54329"],
    });
  }
  const limits = readLimits(values.limits);
  return { dir: resolve(values.dir), port, host: values.host, logLevel: values["log-level"], limits };
}

function onceStopped(stop: () => Promise<void>, logger: Logger): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) return;
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => crash(error, logger),
    );
  };
}

function crash(error: unknown, logger: Logger): never {
  logger.fatal({ err: error }, "the embedded database has crashed");
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(EXIT_TRAPPED);
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
});
