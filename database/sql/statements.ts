import { tokensOf, type Token } from "./tokens.ts";

/** One statement of a text: `[start, end)` without its semicolon. */
export interface Statement {
  start: number;
  end: number;
  /** its first tokens, at most `HEAD_TOKENS` */
  head: Token[];
}

/** Enough for every statement that is looked into (the column list of a COPY); keeps memory small for long ones. */
const HEAD_TOKENS = 4_096;

/**
 * Cuts SQL text at its semicolons as psql does: not within quotes, comments, parentheses, or the `BEGIN ATOMIC … END`
 * body of a routine. Empty statements are left out.
 */
export function* statementsOf(sql: string): Generator<Statement> {
  let head: Token[] = [];
  let last: Token | undefined;
  let parentheses = 0;
  let blocks = 0;
  for (const token of tokensOf(sql)) {
    if (token.kind === "symbol" && token.text === ";" && parentheses <= 0 && blocks === 0) {
      if (head[0] && last) yield { start: head[0].start, end: last.end, head };
      head = [];
      last = undefined;
      continue;
    }
    if (token.kind === "symbol") parentheses += token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
    else if (token.kind === "word" && isRoutine(head))
      blocks = Math.max(0, blocks + blockStep(token.text, blocks, last));
    if (head.length < HEAD_TOKENS) head.push(token);
    last = token;
  }
  if (head[0] && last) yield { start: head[0].start, end: last.end, head };
}

function isRoutine(head: readonly Token[]): boolean {
  if (head[0]?.text !== "create") return false;
  const kind = head[1]?.text === "or" ? head[3]?.text : head[1]?.text;
  return kind === "function" || kind === "procedure";
}

function blockStep(word: string, blocks: number, previous: Token | undefined): number {
  if (word === "atomic") return previous?.text === "begin" ? 1 : 0;
  if (blocks === 0) return 0;
  return word === "case" || word === "begin" ? 1 : word === "end" ? -1 : 0;
}
