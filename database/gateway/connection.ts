import type { Socket } from "node:net";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { FrameReader, type Frame } from "../wire/frames.ts";
import { errorResponse } from "../wire/messages.ts";
import { Footprint } from "./footprint.ts";
import type { Hub } from "./hub.ts";
import { Intake } from "./intake.ts";
import { Runner, type Outlet } from "./runner.ts";
import { greeting, readStartup, type Startup } from "./startup.ts";

/** How long a client has to take in why it is cut off. */
const LAST_WORDS_MS = 1_000;

/** One client: its socket, what it has said, what is to be done for it. A fault of the client ends the client only. */
export class Connection implements Outlet {
  readonly #reader: FrameReader;
  #client: { intake: Intake; runner: Runner } | undefined;
  #isClosed = false;
  readonly #startupTimer: NodeJS.Timeout;

  /** @param onClosed called once, when the connection is over */
  constructor(
    private readonly id: number,
    private readonly socket: Socket,
    private readonly hub: Hub,
    private readonly onClosed: () => void,
  ) {
    this.#reader = new FrameReader(hub.limits.maxMessageBytes);
    this.#startupTimer = setTimeout(() => this.close(), hub.limits.startupTimeoutMs);
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("drain", () => this.#client?.runner.advance());
    socket.on("error", () => this.close());
    socket.on("close", () => this.close());
  }

  get isWritable(): boolean {
    return !this.#isClosed && this.socket.writableLength <= this.hub.limits.maxUnreadBytes;
  }

  write(bytes: Buffer): void {
    if (bytes.length > 0 && !this.#isClosed) this.socket.write(bytes);
  }

  notify(notification: Buffer): void {
    if (this.socket.writableLength > this.hub.limits.maxUnreadNotificationBytes) this.close();
    else this.write(Buffer.from(notification));
  }

  fail(error: Buffer): void {
    if (this.#isClosed) return;
    this.socket.end(error);
    this.#over();
    setTimeout(() => this.socket.destroy(), LAST_WORDS_MS).unref(); // it may never read them
  }

  /** Ends the connection at once. Idempotent. */
  close(): void {
    this.socket.destroy();
    this.#over();
  }

  #over(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#startupTimer);
    this.#client?.intake.close();
    this.#client?.runner.close(this.#client.intake.hasNamedStatements);
    this.onClosed();
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      this.#reader.push(chunk);
      for (let frame = this.#next(); frame && !this.#isClosed; frame = this.#next()) this.#accept(frame);
    } catch (error) {
      if (!(error instanceof BaseError)) return this.hub.onFault(error);
      this.hub.logger.debug({ connection: this.id, reason: messageOf(error) }, "a client broke the protocol");
      this.fail(errorResponse("FATAL", "08P01", messageOf(error)));
    }
    this.#throttle();
  }

  #next(): Frame | undefined {
    return this.#reader.next(this.#client !== undefined);
  }

  #accept(frame: Frame): void {
    if (!this.#client) return this.#start(readStartup(frame));
    if (frame.type === "X") return this.close();
    this.#client.runner.touch();
    this.#client.intake.accept(frame);
  }

  #start(startup: Startup): void {
    if (startup.kind === "encryption") return this.write(Buffer.from("N"));
    if (startup.kind === "cancel") return this.close(); // a running statement can't be stopped: the backend is one call
    clearTimeout(this.#startupTimer);
    const runner = new Runner(this.hub, this, new Footprint(this.id, this.hub, this, startup.settings));
    this.#client = { intake: new Intake(this.id, this.hub, (step) => runner.add(step)), runner };
    const bytes = greeting(this.id, this.hub.parameters, startup);
    runner.add({ kind: startup.settings.size > 0 ? "greet" : "say", bytes });
  }

  /** A client that sends faster than it is served is read no further for a while. */
  #throttle(): void {
    if (this.#isAhead()) this.socket.pause();
  }

  onTaken(): void {
    if (this.socket.isPaused() && !this.#isAhead()) this.socket.resume();
  }

  #isAhead(): boolean {
    return (this.#client?.runner.pendingBytes ?? 0) > this.hub.limits.maxPendingBytes;
  }
}
