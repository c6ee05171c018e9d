import { closeSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { BaseError } from "./errors.ts";

/** Gives the lock back. Idempotent. */
export type Release = () => void;

/** Who holds a lock: a process, told from a later one with the same id by the time it started. */
interface Holder {
  pid: number;
  startedAt: string;
}

/**
 * Takes the lock file `path` for the life of this process. A lock whose process is gone (kill -9) is taken over; one
 * whose process lives is refused.
 *
 * @param what named in the error, e.g. "data folder /srv/bc"
 * @throws BaseError `LOCKED` with the holder's process id
 */
export function acquireLock(path: string, what: string): Release {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) } satisfies Holder)}\n`;
  for (let round = 0; round < 5; round++) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, mine);
      closeSync(file);
      return () => {
        if (readText(path) === mine) rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const seen = readText(path);
    const holder = parseHolder(seen);
    if (holder && isAlive(holder)) throw lockedError(what, path, holder);
    removeStale(path, seen);
  }
  throw new BaseError("LOCKED", `${what} is being taken by several processes at once`, {
    isRetryable: true,
    hints: ["start one"],
  });
}

function lockedError(what: string, path: string, holder: Holder): BaseError {
  return new BaseError("LOCKED", `${what} is in use by process ${holder.pid}`, {
    hints: [
      `stop process ${holder.pid}, or use another folder`,
      `if that process has nothing to do with it, delete ${path}`,
    ],
  });
}

/** Moves the stale file aside; if another process has put a new lock there in the meantime, puts that back. */
function removeStale(path: string, stale: string | undefined): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // somebody else has removed it
  }
  if (readText(aside) !== stale) {
    try {
      linkSync(aside, path);
    } catch {
      // a third process holds it by now: the next round reads who
    }
  }
  rmSync(aside, { force: true });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const holder = JSON.parse(text ?? "") as Holder;
    return Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startTime(holder.pid);
  return now === "" || holder.startedAt === "" || now === holder.startedAt;
}

/** Start time of a process in clock ticks since boot, with the boot's id; "" where the system doesn't tell. */
function startTime(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  const boot = readText("/proc/sys/kernel/random/boot_id");
  if (stat === undefined || boot === undefined) return "";
  return `${boot.trim()}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
}
