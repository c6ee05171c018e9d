import { statementsOf, type Statement } from "./statements.ts";
import type { Token } from "./tokens.ts";

/** A LISTEN or UNLISTEN; no channel means all. */
export interface Listening {
  isListen: boolean;
  channel: string | undefined;
}

/** What the gateway must know of a client's SQL before the shared backend gets it. */
export interface Facts {
  /** there is a COPY … FROM STDIN: the backend must get it together with its data */
  copy: { isBinary: boolean } | undefined;
  /**
   * What the WebAssembly build can't do without harm: COPY … PROGRAM (popen destroys its file-path memory), an index
   * CONCURRENTLY (fails and leaves an invalid index)
   */
  unsupported: string | undefined;
  /** DISCARD ALL or DEALLOCATE ALL, which would take from every client */
  clearsAll: "DISCARD ALL" | "DEALLOCATE ALL" | undefined;
  /** may leave the session with other settings than before */
  mayChangeSettings: boolean;
  /** names with a dot that it sets: PostgreSQL doesn't list those of no extension */
  customSettings: string[];
  /** may leave temporary tables, SQL-level prepared statements or held cursors in the session, or remove some */
  mayLeaveObjects: boolean;
  listenings: Listening[];
  /** statements in the text, 0 if it wasn't looked into */
  count: number;
}

const PLAIN: Facts = {
  copy: undefined,
  unsupported: undefined,
  clearsAll: undefined,
  mayChangeSettings: false,
  customSettings: [],
  mayLeaveObjects: false,
  listenings: [],
  count: 0,
};

/** Text without any of these words has no facts; most hasn't. */
const NOTABLE =
  /\b(?:copy|concurrently|set|set_config|reset|discard|deallocate|close|drop|listen|unlisten|temp|temporary|pg_temp|prepare|hold)\b/i;

/** Reads SQL text of a client. */
export function factsOf(sql: string): Facts {
  if (!NOTABLE.test(sql)) return PLAIN;
  const facts: Facts = { ...PLAIN, customSettings: [], listenings: [] };
  for (const statement of statementsOf(sql)) {
    facts.count++;
    addFacts(facts, statement, sql);
  }
  return facts;
}

function addFacts(facts: Facts, { head, start, end }: Statement, sql: string): void {
  const [first, second, third] = head.map((token) => (token.kind === "string" ? "" : token.text));
  if (first === "copy") readCopy(facts, head);
  else if (first === "set") readSet(facts, head);
  else if (first === "reset" || first === "discard") facts.mayChangeSettings = true;
  else if (first === "listen" || first === "unlisten") {
    facts.listenings.push({ isListen: first === "listen", channel: second === "*" ? undefined : second });
  } else if (first === "prepare") facts.mayLeaveObjects ||= second !== "transaction";
  else if (first === "deallocate" || first === "close" || first === "drop") facts.mayLeaveObjects = true;
  else if (first === "do" || first === "call") {
    facts.mayChangeSettings ||= /\bset/i.test(sql.slice(start, end));
    facts.mayLeaveObjects ||= /\btemp/i.test(sql.slice(start, end));
  }
  if (first === "discard" && second === "all") facts.clearsAll = "DISCARD ALL";
  if (first === "deallocate" && (second === "all" || (second === "prepare" && third === "all"))) {
    facts.clearsAll = "DEALLOCATE ALL";
  }
  for (const [index, { kind, text }] of head.entries()) {
    if (kind !== "word") continue;
    if (text === "set_config") readSetConfig(facts, head, index);
    else if (text === "concurrently" && first !== "refresh") facts.unsupported = "CONCURRENTLY";
    else if (text === "temp" || text === "temporary" || text === "pg_temp" || text === "hold") {
      facts.mayLeaveObjects = true;
    }
  }
}

/** SET [SESSION] name …; a custom name is word, dot, word. */
function readSet(facts: Facts, head: readonly Token[]): void {
  const at = head[1]?.text === "session" ? 2 : 1;
  const [name, dot, rest] = head.slice(at).map((token) => token.text);
  if (name === "local" || name === "constraints") return;
  facts.mayChangeSettings = true;
  if (dot === ".") facts.customSettings.push(`${name}.${rest}`);
}

/** set_config('name', value, is_local): the name is known if it is a literal. */
function readSetConfig(facts: Facts, head: readonly Token[], index: number): void {
  if (lastArgument(head, index + 1) === "true") return;
  facts.mayChangeSettings = true;
  const name = head[index + 2];
  if (name?.kind === "string" && name.text.includes(".")) facts.customSettings.push(name.text.slice(1, -1));
}

/** The last token before the parenthesis that closes the one at `open`. */
function lastArgument(head: readonly Token[], open: number): string | undefined {
  let depth = 0;
  for (let index = open; index < head.length; index++) {
    const { kind, text } = head[index] as Token;
    if (kind === "symbol") depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    if (depth === 0) return head[index - 1]?.text;
  }
  return undefined;
}

/** PostgreSQL's grammar takes STDIN and STDOUT for each other. */
function readCopy(facts: Facts, head: readonly Token[]): void {
  let depth = 0;
  head.forEach(({ kind, text }, index) => {
    if (kind === "symbol") depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    const next = head[index + 1];
    if (depth > 0 || kind !== "word" || next?.kind !== "word") return;
    if (text === "from" && (next.text === "stdin" || next.text === "stdout")) {
      facts.copy = { isBinary: head.some((token) => token.kind === "word" && token.text === "binary") };
    }
    if ((text === "from" || text === "to") && next.text === "program") facts.unsupported = "COPY ... PROGRAM";
  });
}
