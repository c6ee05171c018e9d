import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BaseError, messageOf } from "./errors.ts";

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
 * @throws BaseError `LOCKED` with the holder's process id, `LOCK_IMPOSSIBLE` where the file system can't
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
    removeStale(path, seen, mine);
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
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    throw new BaseError("LOCK_IMPOSSIBLE", `cannot make the lock file ${path}: ${messageOf(error)}`, {
      cause: error,
      hints: ["use a folder on a file system with hard links"],
    });
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

/** Removes a lock whose holder is gone, unless somebody else does. Only who holds the takeover file may. */
function removeStale(path: string, stale: string, mine: string): void {
  const takeover = `${path}.takeover`;
  if (!place(takeover, mine)) {
    const holder = parseHolder(readText(takeover));
    if (!holder || isAlive(holder)) return;
    throw new BaseError("LOCKED", `process ${holder.pid} has died while it took over ${path}`, {
      hints: [`delete ${takeover}`],
    });
  }
  try {
    if (readText(path) === stale) rmSync(path, { force: true });
  } finally {
    rmSync(takeover, { force: true });
  }
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
  if (!isProcessAlive(holder.pid)) return false;
  const now = processStartedAt(holder.pid);
  return now === "" || holder.startedAt === "" || now === holder.startedAt;
}

/** Whether a process runs. One that has ended but that its parent hasn't asked about yet doesn't. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return readStat(pid)?.[0] !== "Z";
}

/**
 * When a process began, to tell it from a later one with the same id: the boot's id and clock ticks since the boot. ""
 * where the system doesn't tell.
 */
export function processStartedAt(pid: number): string {
  const stat = readStat(pid);
  const boot = readText("/proc/sys/kernel/random/boot_id");
  return stat && boot !== undefined ? `${boot.trim()}/${stat[19] ?? ""}` : "";
}

/** The fields of `/proc/<pid>/stat` from the state on. The name before it may hold anything. */
function readStat(pid: number): string[] | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}
