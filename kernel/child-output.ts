import { BaseError } from "./errors.ts";
import type { Logger } from "./log.ts";

const LEVELS = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" } as const;

/** Logs a JSON log line of the child as our own; false if it is none. */
export function relayLine(logger: Logger, line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    const {
      level,
      msg,
      time: _time,
      pid: _pid,
      hostname: _host,
      name: _name,
      ...fields
    } = JSON.parse(line) as {
      level: keyof typeof LEVELS;
      msg?: string;
    } & Record<string, unknown>;
    logger[LEVELS[level]](fields, msg);
    return true;
  } catch {
    return false;
  }
}

/**
 * The error that a child printed with `describeError` before it ended, if it did.
 *
 * @example readFailure(["error: port 5 is in use (PORT_TAKEN)", "  try: another"])?.code === "PORT_TAKEN"
 */
export function readFailure(lines: readonly string[]): BaseError | undefined {
  const start = lines.findLastIndex((line) => line.startsWith("error: "));
  const match = /^error: (.*?)(?: \(([A-Z0-9_]+)\))?$/.exec(lines[start] ?? "");
  if (!match) return undefined;
  const rest = lines.slice(start + 1);
  const cause = rest.find((line) => line.startsWith("  because: "))?.slice("  because: ".length);
  return new BaseError(match[2] ?? "CHILD_FAILED", match[1] ?? "", {
    hints: rest.filter((line) => line.startsWith("  try: ")).map((line) => line.slice("  try: ".length)),
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
  });
}
