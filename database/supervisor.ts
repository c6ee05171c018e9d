import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readFailure, relayLine } from "#kernel/child-output.ts";
import { startChild, type Child } from "#kernel/child.ts";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import type { Limits } from "./gateway/limits.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
/** `--import tsx` is looked up from here */
const ROOT = dirname(dirname(MAIN));

/** A start may have to replay hundreds of megabytes of write-ahead log (measured: 5 s for 363 MB). */
const READY_TIMEOUT_MS = 120_000;
/** Node's own stack, four times its default: about 1,600 levels of PL/pgSQL. Half of what Linux gives a process. */
const STACK_KB = 4_000;
/** Deaths and failed starts in a row before it gives up. */
const MAX_FAILURES = 10;
/** Faults that no further start mends. */
const HOPELESS = /^(DATABASE_FOLDER_|EMBEDDED_)/;
/** A database that lived this long had recovered: its failures are counted anew. */
const HEALTHY_MS = 60_000;

/** An embedded database in a process of its own, kept alive. */
export interface RunningDatabase {
  /** for `pg`; valid across restarts */
  readonly url: string;
  /** of the process that serves it now */
  readonly pid: number;
  /** resolves once it has died too often and isn't started any more */
  readonly gaveUp: Promise<BaseError>;
  /** says a line to its process (`onParentSays`) */
  tell(line: string): void;
  /** checkpoint, close, end. Idempotent */
  stop(): Promise<void>;
}

/** Where and how `startEmbeddedDatabase` runs the database. */
export interface EmbeddedOptions {
  dir: string;
  host: string;
  /** 0: any free one, kept across restarts */
  port: number;
  logger: Logger;
  limits?: Partial<Limits>;
  /** further flags of its Node */
  nodeFlags?: readonly string[];
}

/**
 * Starts the embedded database as a child process and starts it again, on the same port, whenever it dies (a trap of the
 * WebAssembly build, kill -9). It recovers from its write-ahead log; clients see their connections end.
 *
 * @throws BaseError what the child says when the first start fails: `LOCKED`, `PORT_TAKEN`, `DATABASE_FOLDER_…`,
 *   `EMBEDDED_UNAVAILABLE`, `HOST_NOT_LOOPBACK`, or `CHILD_FAILED`
 */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<RunningDatabase> {
  const first = await startOnce(options, options.port);
  const state = { child: first.child, isStopping: false, stopping: new AbortController() };
  const gaveUp = keepAlive(options, Number(new URL(first.url).port), state);
  return {
    url: first.url,
    get pid() {
      return state.child.pid;
    },
    gaveUp: gaveUp.then((error) => error ?? new Promise<never>(() => undefined)),
    tell: (line) => state.child.tell(line),
    async stop() {
      state.isStopping = true;
      state.stopping.abort();
      await state.child.stop();
      await gaveUp;
    },
  };
}

interface State {
  child: Child;
  isStopping: boolean;
  stopping: AbortController;
}

/** Resolves with the error when it gives up, with nothing when it was stopped. */
async function keepAlive(options: EmbeddedOptions, port: number, state: State): Promise<BaseError | undefined> {
  let failures = 0;
  let startedAt = Date.now();
  let cause: unknown;
  for (;;) {
    const end = await state.child.ended;
    if (state.isStopping) return undefined;
    if (Date.now() - startedAt > HEALTHY_MS) failures = 0;
    options.logger.error({ code: end.code, signal: end.signal }, "the embedded database has died; starting it again");
    do {
      if (++failures > MAX_FAILURES) return giveUp(options.dir, cause);
      await sleep(backoffMs(failures - 1, 50, 5_000), state.stopping.signal).catch(() => undefined);
      if (state.isStopping) return undefined;
      startedAt = Date.now();
      cause = await restart(options, port, state);
      if (cause instanceof BaseError && HOPELESS.test(cause.code)) return giveUp(options.dir, cause);
    } while (cause !== undefined);
    if (state.isStopping) await state.child.stop();
  }
}

/** Starts the child again; gives the error if that fails. */
async function restart(options: EmbeddedOptions, port: number, state: State): Promise<unknown> {
  try {
    state.child = (await startOnce(options, port)).child;
    options.logger.warn({ pid: state.child.pid }, "the embedded database is back");
    return undefined;
  } catch (error) {
    options.logger.error({ err: error }, "the embedded database could not be started again");
    return error;
  }
}

function giveUp(dir: string, cause: unknown): BaseError {
  return new BaseError("DATABASE_LOST", `the embedded database in ${dir} has died and can't be brought back`, {
    cause,
    hints: [
      "look at the log above for its last words",
      `restore ${dir} from a copy, or start with a new folder`,
      "set DATABASE_URL to a PostgreSQL server with TimescaleDB",
    ],
  });
}

async function startOnce(options: EmbeddedOptions, port: number): Promise<{ child: Child; url: string }> {
  const { dir, host, logger, limits = {} } = options;
  const flags = { dir: resolve(dir), port, host, "log-level": logger.level, limits: JSON.stringify(limits) };
  const lines: string[] = [];
  let url = "";
  try {
    const child = await startChild({
      name: "embedded database",
      command: process.execPath,
      args: [
        `--stack-size=${STACK_KB}`,
        ...(options.nodeFlags ?? []),
        "--import",
        "tsx",
        MAIN,
        ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      ],
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: "" },
      readyTimeoutMs: READY_TIMEOUT_MS,
      isReady: (line) => line.startsWith("ready "),
      onLine: (line) => {
        if (line.startsWith("ready ")) url = line.slice("ready ".length);
        else if (!relayLine(logger, line)) lines.push(line);
      },
    });
    return { child, url };
  } catch (error) {
    throw readFailure(lines) ?? new BaseError("CHILD_FAILED", messageOf(error), { cause: error });
  }
}
