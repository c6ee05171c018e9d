import { factsOf, type Facts } from "../sql/facts.ts";
import { BodyReader, type Frame } from "../wire/frames.ts";
import { errorResponse, latin1, message, query, SYNC } from "../wire/messages.ts";
import { REFUSED } from "../wire/reply.ts";
import { CopyIn } from "./copy.ts";
import type { Hub } from "./hub.ts";
import { backendName, renameFrame, type Names } from "./names.ts";
import type { BackendStep, Step } from "./steps.ts";

/** A batch that grows beyond this goes to the backend before its Sync. */
const BATCH_LIMIT_BYTES = 4 * 1024 * 1024;
/** Unnamed statements longer than this are not kept for a later batch. */
const UNNAMED_LIMIT_BYTES = 4 * 1024 * 1024;

const REFUSED_SQL = `select int '${REFUSED}'`;

/** Stands in for the unnamed statement of a client that has none, or whose was too long to keep. */
const NO_STATEMENT = message("P", "", REFUSED_SQL, Buffer.from([0, 0]));
const NO_STATEMENT_ERROR = errorResponse(
  "ERROR",
  "26000",
  "unnamed prepared statement does not exist",
  `parse it again; one over ${UNNAMED_LIMIT_BYTES} bytes is not kept for a later batch`,
);

/**
 * Turns the messages of one client into steps: batches up to Sync or Flush, single queries, COPY with all its data. A
 * statement that the backend mustn't get is replaced by one that fails, so that the transaction fails as it should.
 */
export class Intake {
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #types = "";
  #facts: Facts[] = [];
  #refusal: Buffer | undefined;
  #copy: CopyIn | undefined;
  /** names of statements and portals that are COPY … FROM STDIN, and whether in binary */
  readonly #copyStatements = new Map<string, boolean>();
  readonly #copyPortals = new Map<string, boolean>();
  #unnamedParse = NO_STATEMENT;
  #unnamedNeed: Buffer | undefined;
  /** a named statement was parsed: there is something to close at the end */
  hasNamedStatements = false;
  /** a named statement may change settings whenever it is executed */
  #hasNamedSet = false;

  constructor(
    private readonly connectionId: number,
    private readonly hub: Hub,
    private readonly submit: (step: Step) => void,
  ) {}

  /** @throws BaseError `PROTOCOL` */
  accept(frame: Frame): void {
    if (this.#copy) return this.#acceptCopy(this.#copy, frame);
    if ("dcf".includes(frame.type)) return; // left over from a COPY that failed: PostgreSQL ignores it too
    if (frame.type === "Q") return this.#acceptQuery(frame);
    if (frame.type === "S") return this.#flush("sync", SYNC);
    if (frame.type === "F") return this.#flush("query", frame.bytes);
    if (frame.type === "H") return this.#flush("open", frame.bytes);
    this.#acceptExtended(frame);
    if (this.#batchBytes > BATCH_LIMIT_BYTES) this.#flush("open");
  }

  /** Gives up a COPY that was under way. */
  close(): void {
    this.#copy?.drop();
  }

  #acceptQuery(frame: Frame): void {
    const facts = factsOf(new BodyReader(frame.body).cstring("utf8"));
    const reason = refuses(facts);
    if (reason) {
      this.#refusal = reason;
      return this.#flush("query", query(REFUSED_SQL));
    }
    if (facts.clearsAll && facts.count === 1 && this.#batch.length === 0) {
      return this.submit({ kind: "clear", what: facts.clearsAll });
    }
    this.#facts.push(facts);
    if (!facts.copy) return this.#flush("query", frame.bytes);
    this.#startCopy(facts.copy.isBinary, frame.bytes, "", "query");
  }

  #acceptExtended(frame: Frame): void {
    const { names, bytes } = renameFrame(this.connectionId, frame);
    if (frame.type === "P") return this.#acceptParse(frame, names, bytes);
    if (names.statement === "" && frame.type !== "C" && this.#unnamedNeed === undefined && !this.#types.includes("p")) {
      this.#unnamedNeed = this.#unnamedParse;
      if (this.#unnamedNeed === NO_STATEMENT) this.#refusal ??= NO_STATEMENT_ERROR;
    }
    if (frame.type === "B") this.#bindCopy(names);
    if (frame.type === "E") {
      const isBinary = this.#copyPortals.get(names.portal ?? "");
      if (isBinary !== undefined) return this.#executeCopy(isBinary, bytes);
    }
    this.#push(bytes, frame.type === "D" && names.statement !== undefined ? "d" : frame.type);
  }

  #acceptParse(frame: Frame, { statement = "" }: Names, bytes: Buffer): void {
    const body = new BodyReader(frame.body);
    body.cstring();
    const facts = factsOf(body.cstring("utf8"));
    const reason =
      refuses(facts) ?? (facts.clearsAll ? refused(`${facts.clearsAll} as a prepared statement`) : undefined);
    this.#refusal ??= reason;
    if (facts.copy) this.#copyStatements.set(statement, facts.copy.isBinary);
    else this.#copyStatements.delete(statement);
    if (statement === "") this.#unnamedParse = bytes.length <= UNNAMED_LIMIT_BYTES ? bytes : NO_STATEMENT;
    else {
      this.hasNamedStatements = true;
      this.#hasNamedSet ||= facts.mayChangeSettings;
    }
    this.#facts.push(this.#hasNamedSet ? { ...facts, mayChangeSettings: true } : facts);
    const name = latin1(backendName(this.connectionId, statement));
    this.#push(reason ? message("P", name, REFUSED_SQL, Buffer.from([0, 0])) : bytes, statement === "" ? "p" : "P");
  }

  #bindCopy({ portal = "", statement = "" }: Names): void {
    const isBinary = this.#copyStatements.get(statement);
    if (isBinary === undefined) this.#copyPortals.delete(portal);
    else this.#copyPortals.set(portal, isBinary);
  }

  #executeCopy(isBinary: boolean, execute: Buffer): void {
    if (this.#types.includes("E")) {
      this.#refusal ??= refused("COPY FROM STDIN after other statements in one batch");
      return this.#push(message("P", latin1(""), REFUSED_SQL, Buffer.from([0, 0])), "P");
    }
    const acknowledged: Record<string, string> = { p: "1", P: "1", B: "2", D: "n", d: "tn", C: "3" };
    const sent = [...this.#types].map((type) => acknowledged[type] ?? "").join("");
    this.#startCopy(isBinary, execute, sent, "open");
  }

  #startCopy(isBinary: boolean, last: Buffer, sent: string, end: BackendStep["end"]): void {
    this.#push(last, "E");
    const step = this.#takeStep(end);
    this.#copy = new CopyIn(this.hub, isBinary, { ...step, sent: `${sent}G` });
    this.submit({ kind: "say", bytes: this.#copy.greeting() });
  }

  #acceptCopy(copy: CopyIn, frame: Frame): void {
    const step = copy.accept(frame);
    if (!step) return;
    this.#copy = undefined;
    this.submit(step);
  }

  #push(bytes: Buffer, type: string): void {
    this.#batch.push(bytes);
    this.#batchBytes += bytes.length;
    this.#types += type;
  }

  #flush(end: BackendStep["end"], last?: Buffer): void {
    if (last) this.#push(last, "");
    this.submit(this.#takeStep(end));
  }

  #takeStep(end: BackendStep["end"]): BackendStep {
    const step: BackendStep = {
      kind: "backend",
      bytes: this.#batch.length === 1 && this.#batch[0] ? this.#batch[0] : Buffer.concat(this.#batch),
      end,
      sent: "",
      facts:
        this.#facts.length === 0 && this.#hasNamedSet ? [{ ...factsOf(""), mayChangeSettings: true }] : this.#facts,
      refusal: this.#refusal,
      unnamed: { needs: this.#unnamedNeed, isOwn: this.#types.includes("p") || this.#unnamedNeed !== undefined },
    };
    this.#batch = [];
    this.#batchBytes = 0;
    this.#types = "";
    this.#facts = [];
    this.#refusal = undefined;
    this.#unnamedNeed = undefined;
    return step;
  }
}

function refuses(facts: Facts): Buffer | undefined {
  if (facts.unsupported) return refused(facts.unsupported, "do without it");
  if (facts.count < 2) return undefined;
  if (facts.copy) return refused("COPY FROM STDIN together with other statements in one text");
  if (facts.clearsAll) return refused(`${facts.clearsAll} together with other statements in one text`);
  return undefined;
}

const ALONE = "send it on its own, or set DATABASE_URL to a TimescaleDB server";

function refused(what: string, mend = ALONE): Buffer {
  return errorResponse("ERROR", "0A000", `the embedded database doesn't support ${what}`, mend);
}
