import { join } from "node:path";
import { readFailure } from "#kernel/child-output.ts";
import { startChild, type Child } from "#kernel/child.ts";
import { messageOf } from "#kernel/errors.ts";
import { backoffMs, sleep } from "#kernel/time.ts";
import { ROOT } from "./binaries.ts";
import { LastLines } from "./last-lines.ts";
import type { LogFolder } from "./log-folder.ts";

/** A role of the network, run as `bc <role>` in a process of its own. */
export interface RoleOptions {
  /** command of `bc` */
  role: string;
  /** flags */
  args: readonly string[];
  /** beside this process's own environment */
  env?: Readonly<Record<string, string>>;
  logs: LogFolder;
  /** told when it has ended by itself and is started again, or could not be */
  onTrouble: (text: string) => void;
}

/** A role that is kept running. */
export interface Role {
  readonly name: string;
  readonly pid: number;
  /** says a line to its process (`onParentSays`) */
  tell(line: string): void;
  stop(): Promise<void>;
}

/** A role that lived this long had started well: its failures are counted anew. */
const HEALTHY_MS = 60_000;

/**
 * Starts a role and, once it has been ready, starts it again whenever it ends, with growing pauses: one role's fall
 * takes no other with it.
 *
 * @throws BaseError the role's own error when its first start fails
 */
export async function startRole(options: RoleOptions): Promise<Role> {
  const stopping = new AbortController();
  let child = await startOnce(options);
  const kept = keepRunning();
  return {
    name: options.role,
    get pid() {
      return child.pid;
    },
    tell: (line) => child.tell(line),
    async stop() {
      stopping.abort();
      await child.stop();
      await kept;
    },
  };

  async function keepRunning(): Promise<void> {
    for (let failures = 0; ; failures++) {
      const startedAt = Date.now();
      const { code, signal } = await child.ended;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > HEALTHY_MS) failures = 0;
      options.onTrouble(`${options.role} ended (${signal ?? `code ${code ?? "?"}`}) and is started again`);
      for (;;) {
        await sleep(backoffMs(failures), stopping.signal).catch(() => undefined);
        if (stopping.signal.aborted) return;
        try {
          child = await startOnce(options);
          break;
        } catch (error) {
          failures++;
          options.onTrouble(`${options.role} could not be started again: ${messageOf(error)}`);
        }
      }
      if (stopping.signal.aborted) await child.stop();
    }
  }
}

async function startOnce({ role, args, env, logs }: RoleOptions): Promise<Child> {
  const said = new LastLines();
  try {
    return await startChild({
      name: role,
      command: process.execPath,
      args: [join(ROOT, "cli", "bc.mjs"), role, ...args],
      env: { ...process.env, ...env },
      cwd: ROOT,
      onLine: (line) => {
        logs.write(role, line);
        if (!line.startsWith("{")) said.push(line);
      },
      isReady: (line) => line.startsWith("{") && line.includes('"msg":"ready"'),
    });
  } catch (error) {
    throw readFailure(said.lines) ?? error;
  }
}
