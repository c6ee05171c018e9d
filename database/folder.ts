import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { join } from "node:path";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { acquireLock, type Release } from "#kernel/lock.ts";

/** The PostgreSQL major version of the embedded database, as it writes it in its folder. */
const POSTGRES_MAJOR = "17";

const LOCK = "lock";
const DATA = "postgres";
/** a first start makes the database here and renames it, so that a start cut off half-way leaves nothing behind */
const DATA_NEW = "postgres.new";

/** With less free space even a recovery can end half-way: PostgreSQL stops when it can't write its log. */
const MIN_FREE_BYTES = 32 * 1024 * 1024;

/** A locked database folder: `data` is PostgreSQL's own, and exists unless `isNew`. */
export interface Folder {
  data: string;
  isNew: boolean;
  /** where to make the database when it is new; `keep` moves it to `data` */
  draft: string;
  keep(): void;
  release: Release;
}

/**
 * Takes a database folder for this process. Two processes on one folder corrupt it silently, hence the lock.
 *
 * @throws BaseError `LOCKED`, `DISK_FULL`, `DATABASE_FOLDER_FOREIGN`, `DATABASE_FOLDER_VERSION` or
 *   `DATABASE_FOLDER_UNUSABLE`
 */
export function takeFolder(dir: string): Folder {
  prepare(dir);
  const { bavail, bsize } = statfsSync(dir);
  checkSpace(dir, bavail * bsize);
  const release = acquireLock(join(dir, LOCK), `database folder ${dir}`);
  try {
    const data = join(dir, DATA);
    const draft = join(dir, DATA_NEW);
    rmSync(draft, { recursive: true, force: true });
    const isNew = !existsSync(data);
    if (!isNew) checkVersion(dir, data);
    return { data, isNew, draft, keep: () => renameSync(draft, data), release };
  } catch (error) {
    release();
    throw error;
  }
}

function prepare(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new BaseError("DATABASE_FOLDER_UNUSABLE", `cannot use the database folder ${dir}: ${messageOf(error)}`, {
      cause: error,
      hints: ["give this user the right to write there, or use another folder"],
    });
  }
  const entries = readdirSync(dir);
  if (entries.length > 0 && !entries.some((entry) => [LOCK, DATA, DATA_NEW].includes(entry))) {
    throw new BaseError(
      "DATABASE_FOLDER_FOREIGN",
      `${dir} is no folder of the embedded database: it holds other files`,
      {
        hints: ["use an empty or new folder"],
      },
    );
  }
}

/**
 * Refuses a disk that is full.
 *
 * @throws BaseError `DISK_FULL`
 */
export function checkSpace(dir: string, freeBytes: number): void {
  if (freeBytes >= MIN_FREE_BYTES) return;
  const freeMegabytes = Math.floor(freeBytes / 1024 / 1024);
  throw new BaseError("DISK_FULL", `the disk of the database folder ${dir} has ${freeMegabytes} MB left`, {
    isRetryable: true,
    hints: ["free some space, at least 1 GB, and start again: nothing that was committed is lost"],
  });
}

function checkVersion(dir: string, data: string): void {
  const file = join(data, "PG_VERSION");
  const version = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if (version === POSTGRES_MAJOR) return;
  if (version === "") {
    throw new BaseError("DATABASE_FOLDER_FOREIGN", `${data} is no PostgreSQL database: it has no PG_VERSION`, {
      hints: [`restore ${dir} from a copy, or use a new folder`],
    });
  }
  throw new BaseError(
    "DATABASE_FOLDER_VERSION",
    `${dir} was written by PostgreSQL ${version}; the embedded database is PostgreSQL ${POSTGRES_MAJOR}`,
    { hints: ["use a new folder and fill it again, or move the data over with COPY"] },
  );
}
