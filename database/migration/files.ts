import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { statementsOf } from "../sql/statements.ts";

/** A room's folder of migrations. */
export interface MigrationSource {
  room: string;
  dir: string;
}

/** A statement of a migration; `line` counts from 1. */
export interface MigrationStatement {
  sql: string;
  line: number;
}

/** One migration file. */
export interface Migration {
  room: string;
  /** file name */
  name: string;
  path: string;
  /** of the text with line feeds only, so that a checkout with CRLF is no other migration */
  sha256: string;
  isTransaction: boolean;
  statements: MigrationStatement[];
}

const NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
const NO_TRANSACTION = /^--\s*no-transaction\s*$/;
const SEPARATOR = /^--;;[ \t]*$/gm;

/**
 * Reads the migrations of a room in order. Files other than `.sql` are left alone.
 *
 * @throws BaseError `MIGRATION_FOLDER` or `MIGRATION_NAME`
 */
export function readMigrations({ room, dir }: MigrationSource): Migration[] {
  let names: string[];
  try {
    names = readdirSync(dir).filter((name) => name.endsWith(".sql"));
  } catch (error) {
    throw new BaseError("MIGRATION_FOLDER", `cannot read the migrations of ${room}: ${messageOf(error)}`, {
      cause: error,
      hints: [`make the folder ${dir}, or correct its path`],
    });
  }
  names.sort();
  names.forEach((name, index) => checkName(room, name, names[index - 1]));
  return names.map((name) => readMigration(room, dir, name));
}

function checkName(room: string, name: string, previous: string | undefined): void {
  if (!NAME.test(name)) {
    throw new BaseError("MIGRATION_NAME", `${room}/${name} isn't named as a migration`, {
      hints: ["name it NNNN_name.sql, e.g. 0002_add_events.sql, in lower case"],
    });
  }
  if (previous?.slice(0, 4) === name.slice(0, 4)) {
    throw new BaseError("MIGRATION_NAME", `${room}/${name} has the same number as ${previous}`, {
      hints: ["give the newer one the next free number"],
    });
  }
}

function readMigration(room: string, dir: string, name: string): Migration {
  const path = join(dir, name);
  const text = readFileSync(path, "utf8")
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n");
  const isTransaction = !NO_TRANSACTION.test(text.split("\n", 1)[0] ?? "");
  return {
    room,
    name,
    path,
    sha256: createHash("sha256").update(text).digest("hex"),
    isTransaction,
    statements: isTransaction ? splitStatements(text) : splitParts(text),
  };
}

function splitStatements(text: string): MigrationStatement[] {
  return [...statementsOf(text)].map(({ start, end }) => ({ sql: text.slice(start, end), line: lineAt(text, start) }));
}

/** The parts between lines `--;;`, each sent as it is; parts without a statement are left out. */
function splitParts(text: string): MigrationStatement[] {
  const cuts = [...text.matchAll(SEPARATOR)].map((match) => [match.index, match.index + match[0].length] as const);
  const starts = [0, ...cuts.map(([, end]) => end)];
  const ends = [...cuts.map(([start]) => start), text.length];
  return starts.flatMap((from, index) => {
    const sql = text.slice(from, ends[index]);
    const [first] = statementsOf(sql);
    return first ? [{ sql: sql.slice(first.start), line: lineAt(text, from + first.start) }] : [];
  });
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;
