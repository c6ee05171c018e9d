import { BaseError } from "#kernel/errors.ts";
import type { Facts } from "../sql/facts.ts";
import { errorResponse, message, readyForQuery, SYNC, type Status } from "../wire/messages.ts";
import { readReply } from "../wire/reply.ts";
import type { Footprint } from "./footprint.ts";
import type { Hub } from "./hub.ts";
import type { Listener } from "./notifications.ts";
import { sizeOf, type BackendStep, type Step } from "./steps.ts";
import type { Claimant } from "./turns.ts";

/** What a runner does with its client's socket. */
export interface Outlet extends Listener {
  write(bytes: Buffer): void;
  /** false while the client has too much unread */
  readonly isWritable: boolean;
  /** told when a step has been taken from those that wait */
  onTaken(): void;
  /** FATAL: say this and close */
  fail(error: Buffer): void;
}

/**
 * Carries out one client's steps in order, each in a turn of the client. A client in a transaction, or between Flush and
 * Sync, keeps its turn.
 */
export class Runner implements Claimant {
  readonly #pending: Step[] = [];
  #pendingBytes = 0;
  #status: Status = "I";
  /** the backend has messages of ours after which no Sync has come */
  #isMidBatch = false;
  #state: "resting" | "waiting" | "running" | "closed" = "resting";
  #holds = false;
  /** after an error of ours in the extended protocol: nothing is done until Sync */
  #isSkipping = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #activeAt = 0;

  constructor(
    private readonly hub: Hub,
    private readonly outlet: Outlet,
    private readonly footprint: Footprint,
  ) {}

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  add(step: Step): void {
    this.#pending.push(step);
    this.#pendingBytes += sizeOf(step);
    this.advance();
  }

  /** Notes that the client is doing something, though nothing for the backend yet. */
  touch(): void {
    this.#activeAt = Date.now();
  }

  /** Goes on with the next step if it can. Call when the socket has drained. */
  advance(): void {
    if (this.#state !== "resting") return;
    clearTimeout(this.#idleTimer);
    while (this.outlet.isWritable && (this.#isSkipping || this.#pending[0]?.kind === "say")) {
      const step = this.#take();
      if (!step) break;
      if (this.#isSkipping) this.#skip(step);
      else if (step.kind === "say") this.outlet.write(step.bytes);
    }
    const isReady = this.outlet.isWritable && this.#pending.length > 0;
    if (!isReady) {
      if (this.#holds) this.#watchIdle();
    } else if (this.#holds) {
      this.#state = "running";
      setImmediate(() => this.#guard(() => this.onTurn()));
    } else {
      this.#state = "waiting";
      this.hub.turns.request(this, this.hub.limits.lockTimeoutMs);
    }
  }

  onTurn(): void {
    if (this.#state === "closed") return;
    this.#state = "running";
    this.#holds = true;
    const step = this.#take();
    if (step && this.#enter()) this.#carryOut(step);
    if (this.#isClosed()) return;
    this.#state = "resting";
    if (this.#status === "I" && !this.#isMidBatch) this.#letGo();
    this.advance();
  }

  onTimeout(): void {
    this.#state = "resting";
    const step = this.#take();
    const seconds = this.hub.limits.lockTimeoutMs / 1000;
    const text = `another client has kept the database for over ${seconds} s`;
    if (step?.kind === "greet") return this.outlet.fail(errorResponse("FATAL", "55P03", text));
    this.outlet.write(errorResponse("ERROR", "55P03", text));
    if (step?.kind === "backend" && step.end === "open") this.#isSkipping = true;
    else this.outlet.write(readyForQuery(this.#status));
    this.advance();
  }

  /** Ends the client's part: rolls back, gives the turn back, cleans up after it. Idempotent. */
  close(hasNamedStatements: boolean): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearTimeout(this.#idleTimer);
    if (this.#holds) this.#guard(() => this.#abort());
    this.hub.turns.release(this);
    if (!this.footprint.hasLeft(hasNamedStatements)) return;
    const { turns } = this.hub;
    const cleaner: Claimant = {
      onTurn: () => {
        this.footprint.remove(hasNamedStatements);
        turns.release(cleaner);
      },
    };
    turns.request(cleaner);
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #take(): Step | undefined {
    const step = this.#pending.shift();
    if (step) this.#pendingBytes -= sizeOf(step);
    this.outlet.onTaken();
    return step;
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.hub.onFault(error);
    }
  }

  /** Makes the session the client's own; if that can't be, the client must go. */
  #enter(): boolean {
    try {
      this.footprint.enter();
      return true;
    } catch (error) {
      if (!(error instanceof BaseError) || !error.code.startsWith("SQL_")) throw error;
      this.outlet.fail(errorResponse("FATAL", error.code.slice(4), error.message));
      return false;
    }
  }

  #carryOut(step: Step): void {
    if (step.kind === "backend") this.#execute(step);
    else if (step.kind === "greet") this.outlet.write(step.bytes);
    else if (step.kind === "clear") this.#clear(step.what);
  }

  /** After an error in the extended protocol everything up to the next Sync is left out. */
  #skip(step: Step): void {
    if (step.kind !== "backend" || step.end !== "sync") return;
    this.#isSkipping = false;
    this.outlet.write(readyForQuery(this.#status));
  }

  #execute(step: BackendStep): void {
    const { engine, notifications } = this.hub;
    const isLost = step.unnamed.needs !== undefined && engine.unnamedOwner !== this;
    const bytes = isLost && step.unnamed.needs ? Buffer.concat([step.unnamed.needs, step.bytes]) : step.bytes;
    const reply = readReply(engine.exec(bytes), isLost ? `1${step.sent}` : step.sent, step.refusal);
    if (step.end === "query") engine.unnamedOwner = undefined;
    else if (step.unnamed.isOwn) engine.unnamedOwner = this;
    this.#isMidBatch = reply.status === undefined;
    this.#status = reply.status ?? this.#status;
    this.footprint.note(step.facts, reply.tags, this.#status);
    this.outlet.write(reply.bytes);
    for (const notification of reply.notifications) notifications.deliver(notification);
  }

  /** The client is outside any transaction: puts the session in order and gives the turn back. */
  #letGo(): void {
    this.footprint.settle();
    this.#holds = false;
    this.hub.turns.release(this);
  }

  #abort(): void {
    const { engine, notifications } = this.hub;
    if (this.#isMidBatch) readReply(engine.exec(SYNC)).notifications.forEach((one) => notifications.deliver(one));
    engine.query("rollback");
    this.footprint.settleRolledBack();
    this.#holds = false;
  }

  #clear(what: NonNullable<Facts["clearsAll"]>): void {
    if (this.#status !== "I") {
      const [code, text] =
        this.#status === "E"
          ? ["25P02", "current transaction is aborted, commands ignored until end of transaction block"]
          : ["25001", `${what} cannot run inside a transaction block of the embedded database`];
      return this.outlet.write(Buffer.concat([errorResponse("ERROR", code, text), readyForQuery(this.#status)]));
    }
    this.footprint.clear(what);
    this.outlet.write(Buffer.concat([message("C", what), readyForQuery("I")]));
  }

  #watchIdle(): void {
    const { idleInTransactionMs } = this.hub.limits;
    this.touch();
    const check = (): void => {
      const rest = this.#activeAt + idleInTransactionMs - Date.now();
      if (rest > 0) this.#idleTimer = setTimeout(check, rest);
      else
        this.outlet.fail(errorResponse("FATAL", "25P03", "terminating connection due to idle-in-transaction timeout"));
    };
    this.#idleTimer = setTimeout(check, idleInTransactionMs);
  }
}
