import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { messageOf } from "#kernel/errors.ts";
import type { Logger } from "#kernel/log.ts";

/**
 * One file per role, `<dir>/<role>.log`, with what it prints; made when the first line comes. A network goes on without
 * its logs: a file that can't be written (the disk is full) is told of once, and tried again with each line.
 */
export class LogFolder {
  readonly dir: string;
  readonly #onTrouble: (text: string) => void;
  readonly #streams = new Map<string, WriteStream>();
  readonly #troubled = new Set<string>();

  constructor(dir: string, onTrouble: (text: string) => void) {
    this.dir = dir;
    this.#onTrouble = onTrouble;
  }

  /** Adds one line to the role's file. */
  write(role: string, line: string): void {
    try {
      this.#streamOf(role).write(`${line}\n`);
    } catch (error) {
      this.#tell(role, error);
    }
  }

  /** A logger that writes into the role's file. */
  logger(role: string, level: string): Logger {
    return pino({ name: role, level }, { write: (line) => this.write(role, line.trimEnd()) });
  }

  /** Resolves when all is written that can be. */
  async close(): Promise<void> {
    await Promise.all([...this.#streams.values()].map((stream) => new Promise((resolve) => stream.end(resolve))));
  }

  #streamOf(role: string): WriteStream {
    const open = this.#streams.get(role);
    if (open) return open;
    mkdirSync(this.dir, { recursive: true });
    const stream = createWriteStream(join(this.dir, `${role}.log`), { flags: "a" });
    this.#streams.set(role, stream);
    stream.on("error", (error) => {
      this.#streams.delete(role);
      this.#tell(role, error);
    });
    return stream;
  }

  #tell(role: string, error: unknown): void {
    if (this.#troubled.has(role)) return;
    this.#troubled.add(role);
    this.#onTrouble(`${join(this.dir, `${role}.log`)} can't be written: ${messageOf(error)}`);
  }
}
