import { pino, type Logger } from "pino";
import { messageOf } from "./errors.ts";

export type { Logger } from "pino";

const LEVELS: Record<number, string> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };

/**
 * One log line for people.
 *
 * @example 17:03:11 info  indexer  at the head  block=120
 */
export function renderLine(json: string): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  const { time, level, name, msg, pid: _pid, hostname: _hostname, err, ...rest } = line;
  const clock = new Date(Number(time)).toISOString().slice(11, 19);
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const cause = err === undefined ? [] : [`err=${messageOf((err as { message?: string }).message ?? err)}`];
  const head = `${clock} ${(LEVELS[Number(level)] ?? "?").padEnd(5)} ${String(name).padEnd(9)}`;
  return [head, typeof msg === "string" ? msg : "", ...fields, ...cause].join(" ");
}

/** JSON lines on stdout; lines for people when stdout is a terminal. `level` as pino names it. */
export function createLogger(name: string, level = "info"): Logger {
  if (!process.stdout.isTTY) return pino({ name, level });
  return pino(
    { name, level },
    { write: (json: string) => void process.stdout.write(`${renderLine(json.trimEnd())}\n`) },
  );
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = pino({ level: "silent" });
