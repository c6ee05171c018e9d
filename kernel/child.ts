import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { BaseError } from "./errors.ts";
import { sleep } from "./time.ts";

/** Set in the environment of children: their stdin is a pipe of ours that ends when we do. */
const SUPERVISED = "BC_SUPERVISED";

/** Whether `startChild` has started this process. */
export const isSupervised = (): boolean => process.env[SUPERVISED] === "1";

/** In a child started by `startChild`: calls `stop` when the parent is gone, however it went. */
export function onParentGone(stop: () => void): void {
  if (!isSupervised()) return;
  process.stdin.on("end", stop).on("error", stop).resume();
  (process.stdin as Partial<Pick<Socket, "unref">>).unref?.(); // watching it must not keep the process alive
}

/** In a child started by `startChild`: calls `listen` with each line that the parent tells it. */
export function onParentSays(listen: (line: string) => void): void {
  if (!isSupervised()) return;
  createInterface({ input: process.stdin, crlfDelay: Infinity }).on("line", listen);
  (process.stdin as Partial<Pick<Socket, "unref">>).unref?.();
}

/** A running child process. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** resolves when it has ended, however that came */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** says a line to it (`onParentSays`); lost if it has ended */
  tell(line: string): void;
  /** asks it to end, then forces it after `graceMs` */
  stop(graceMs?: number): Promise<void>;
}

/** How to start a child. */
export interface ChildOptions {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** as whom it runs, where we may choose */
  uid?: number;
  gid?: number;
  /** called with each line of its stdout and stderr */
  onLine?: (line: string) => void;
  /** true for the line that says it can be used; without it the child is ready at once */
  isReady?: (line: string) => boolean;
  readyTimeoutMs?: number;
}

/**
 * Starts a child in a process group of its own (so that Ctrl-C reaches only us, and we stop it in order) and waits until
 * it is ready.
 *
 * @throws BaseError `CHILD_FAILED` with the last lines it said, when it ends or stays silent before it is ready
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const last: string[] = [];
  const process_ = spawn(options.command, [...options.args], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: { ...(options.env ?? process.env), [SUPERVISED]: "1" },
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
  });
  process_.stdin.on("error", () => undefined); // told after its end
  const failed = new Promise<never>((_resolve, reject) => process_.once("error", reject));
  failed.catch(() => undefined);
  const ended = once(process_, "exit").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const ready = new Promise<void>((resolve) => {
    if (!options.isReady) process_.once("spawn", resolve);
    for (const stream of [process_.stdout, process_.stderr]) {
      createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
        last.push(line);
        if (last.length > 20) last.shift();
        options.onLine?.(line);
        if (options.isReady?.(line)) resolve();
      });
    }
  });
  const timeoutMs = options.readyTimeoutMs ?? 60_000;
  const timer = new AbortController();
  try {
    await Promise.race([
      ready,
      failed,
      ended.then(({ code, signal }) => {
        throw childError(options, `ended with ${signal ?? `code ${code ?? "?"}`} before it was ready`, last);
      }),
      sleep(timeoutMs, timer.signal).then(() => {
        throw childError(options, `was not ready after ${timeoutMs / 1000} s`, last);
      }),
    ]);
  } catch (error) {
    kill(process_, "SIGKILL");
    if (error instanceof BaseError) throw error;
    throw new BaseError("CHILD_FAILED", `${options.name} could not be started`, { cause: error });
  } finally {
    timer.abort();
  }
  return {
    name: options.name,
    pid: process_.pid ?? -1,
    ended,
    tell: (line) => void process_.stdin.write(`${line}\n`),
    stop: (graceMs) => stop(process_, ended, graceMs),
  };
}

function childError(options: ChildOptions, what: string, last: readonly string[]): BaseError {
  return new BaseError(
    "CHILD_FAILED",
    `${options.name} ${what}${last.length > 0 ? `:\n    ${last.join("\n    ")}` : ""}`,
  );
}

async function stop(process_: ChildProcess, ended: Child["ended"], graceMs = 10_000): Promise<void> {
  kill(process_, "SIGTERM");
  const timer = setTimeout(() => kill(process_, "SIGKILL"), graceMs);
  await ended;
  clearTimeout(timer);
}

function kill(process_: ChildProcess, signal: NodeJS.Signals): void {
  if (process_.exitCode !== null || process_.signalCode !== null || process_.pid === undefined) return;
  try {
    process.kill(process_.pid, signal);
  } catch {
    // it has ended by itself
  }
}
