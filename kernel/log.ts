import { pino, type Logger } from "pino";
import { messageOf } from "./errors.ts";

export type { Logger } from "pino";

const LEVELS: Record<number, string> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };

/**
 * One log line for people; what is no log line stays as it is.
 *
 * @example 17:03:11 info  indexer  at the head  block=120
 */
export function renderLine(json: string): string {
  const line = parseObject(json);
  if (typeof line?.["time"] !== "number") return json;
  const { time, level, name, msg, pid: _pid, hostname: _hostname, err, ...rest } = line;
  const clock = new Date(time).toISOString().slice(11, 19);
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const cause = err === undefined ? [] : [`err=${messageOf((err as { message?: string }).message ?? err)}`];
  const head = `${clock} ${(LEVELS[Number(level)] ?? "?").padEnd(5)} ${String(name).padEnd(9)}`;
  return [head, typeof msg === "string" ? msg : "", ...fields, ...cause].join(" ");
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
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
