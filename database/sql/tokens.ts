/** A piece of SQL text. White space and comments are left out. */
export interface Token {
  /** `word`: keyword or plain name; `name`: "quoted"; `string`: any literal in quotes or dollars; `symbol`: the rest */
  kind: "word" | "name" | "string" | "symbol";
  /** words in lower case, names without their quotes, other kinds as written */
  text: string;
  start: number;
  end: number;
}

const SPACE = /(?:\s+|--[^\n]*)+/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const ESCAPED = /[^'\\]*(?:\\[\s\S][^'\\]*)*/y;

/** The tokens of SQL text as PostgreSQL cuts it (with standard_conforming_strings on). Unclosed quotes run to the end. */
export function* tokensOf(sql: string): Generator<Token> {
  let at = 0;
  while ((at = skipSpace(sql, at)) < sql.length) {
    const token = quoted(sql, at) ?? plain(sql, at);
    yield token;
    at = token.end;
  }
}

function skipSpace(sql: string, from: number): number {
  let at = from;
  for (;;) {
    const next = matchEnd(SPACE, sql, at) ?? at;
    if (!sql.startsWith("/*", next)) return next;
    at = skipBlockComment(sql, next);
  }
}

/** PostgreSQL's block comments nest. */
function skipBlockComment(sql: string, from: number): number {
  let depth = 1;
  let at = from + 2;
  while (depth > 0) {
    const close = sql.indexOf("*/", at);
    if (close < 0) return sql.length;
    const open = sql.indexOf("/*", at);
    const isOpen = open >= 0 && open < close;
    depth += isOpen ? 1 : -1;
    at = (isOpen ? open : close) + 2;
  }
  return at;
}

function quoted(sql: string, start: number): Token | undefined {
  const first = sql[start];
  if (first === "'" || first === '"') {
    const end = closing(sql, first, start + 1);
    if (first === "'") return { kind: "string", text: sql.slice(start, end), start, end };
    return { kind: "name", text: sql.slice(start + 1, end - 1).replaceAll('""', '"'), start, end };
  }
  if ((first === "e" || first === "E") && sql[start + 1] === "'") {
    const end = Math.min(sql.length, (matchEnd(ESCAPED, sql, start + 2) ?? sql.length) + 1);
    return { kind: "string", text: sql.slice(start, end), start, end };
  }
  const tagEnd = first === "$" ? matchEnd(DOLLAR, sql, start) : undefined;
  if (tagEnd === undefined) return undefined;
  const tag = sql.slice(start, tagEnd);
  const close = sql.indexOf(tag, tagEnd);
  const end = close < 0 ? sql.length : close + tag.length;
  return { kind: "string", text: sql.slice(start, end), start, end };
}

/** End of a literal whose quote is doubled to stand for itself. */
function closing(sql: string, quote: string, from: number): number {
  let at = from;
  for (;;) {
    const close = sql.indexOf(quote, at);
    if (close < 0) return sql.length;
    if (sql[close + 1] !== quote) return close + 1;
    at = close + 2;
  }
}

function plain(sql: string, start: number): Token {
  const wordEnd = matchEnd(WORD, sql, start);
  if (wordEnd !== undefined)
    return { kind: "word", text: sql.slice(start, wordEnd).toLowerCase(), start, end: wordEnd };
  const end = matchEnd(NUMBER, sql, start) ?? start + 1;
  return { kind: "symbol", text: sql.slice(start, end), start, end };
}

function matchEnd(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}
