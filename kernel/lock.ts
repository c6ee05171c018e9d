import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
  const mine = `${JSON.stringify({ pid: process.pid, startedAt: processStartedAt(process.pid) } satisfies Holder)}\n`;
  for (let round = 0; round < 5; round++) {
    if (place(path, mine)) {
      return () => {
        if (readText(path) === mine) rmSync(path, { force: true });
      };
    }
    const seen = readText(path);
    if (seen === undefined) continue; // just released
    const holder = parseHolder(seen);
    if (holder && isAlive(holder)) throw lockedError(what, path, holder);
    removeStale(path, seen);
  }
  throw new BaseError("LOCKED", `${what} is being taken by several processes at once`, {
    isRetryable: true,
    hints: ["start one"],
  });
}

/** Puts the lock file there whole, or not at all; false if there is one. */
function place(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
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
function removeStale(path: string, stale: string): void {
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
  const now = processStartedAt(holder.pid);
  return now === "" || holder.startedAt === "" || now === holder.startedAt;
}

/**
 * When a process began, to tell it from a later one with the same id: the boot's id and clock ticks since the boot. ""
 * where the system doesn't tell.
 */
export function processStartedAt(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  const boot = readText("/proc/sys/kernel/random/boot_id");
  if (stat === undefined || boot === undefined) return "";
  return `${boot.trim()}/${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
}
