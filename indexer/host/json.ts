/** A JSON number by its text, which subgraphs parse themselves. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A parsed JSON value: objects sorted by key, numbers as text. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What may stand in a string as it is: anything from space up but quote and backslash. */
const PLAIN = /[ !#-[\]-\u{10ffff}]*/uy;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const MAX_DEPTH = 128;

/** Why a text is no JSON. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** Parses JSON as serde_json does, which graph-node uses: strict, exact numbers, the last of equal keys wins. */
export function parseJson(text: string): JsonValue {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  private fail(what: string): never {
    throw new JsonError(`${what} at position ${this.at}`);
  }

  private skipSpace(): void {
    while (/[ \t\n\r]/.test(this.text[this.at] ?? "")) this.at++;
  }

  private take(char: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) this.fail("trailing characters");
  }

  value(depth: number): JsonValue {
    if (depth >= MAX_DEPTH) this.fail("recursion limit exceeded");
    this.skipSpace();
    for (const [word, value] of [
      ["null", null],
      ["true", true],
      ["false", false],
    ] as const) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    const char = this.text[this.at];
    if (char === '"') return this.string();
    if (char === "[") return this.list(depth);
    if (char === "{") return this.object(depth);
    return this.number();
  }

  private list(depth: number): JsonValue {
    this.at++;
    const items: JsonValue[] = [];
    if (this.take("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.take(","));
    if (!this.take("]")) this.fail("expected `,` or `]`");
    return items;
  }

  private object(depth: number): JsonValue {
    this.at++;
    const entries = new Map<string, JsonValue>();
    if (this.take("}")) return entries;
    do {
      this.skipSpace();
      const key = this.text[this.at] === '"' ? this.string() : this.fail("key must be a string");
      if (!this.take(":")) this.fail("expected `:`");
      entries.set(key, this.value(depth + 1));
    } while (this.take(","));
    if (!this.take("}")) this.fail("expected `,` or `}`");
    return new Map([...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  }

  private string(): string {
    this.at++;
    let result = "";
    for (;;) {
      PLAIN.lastIndex = this.at;
      const plain = PLAIN.exec(this.text)?.[0] ?? "";
      result += plain;
      this.at += plain.length;
      const char = this.text[this.at++];
      if (char === '"') break;
      if (char !== "\\") this.fail("control character or end of text in a string");
      result += this.escape();
    }
    if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(result))
      this.fail("lone surrogate");
    return result;
  }

  private escape(): string {
    const char = this.text[this.at++] ?? "";
    const simple = ESCAPES[char];
    if (simple !== undefined) return simple;
    const digits = /^[0-9a-fA-F]{4}/.exec(this.text.slice(this.at, this.at + 4))?.[0];
    if (char !== "u" || digits === undefined) this.fail("invalid escape");
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  private number(): JsonNumber {
    NUMBER.lastIndex = this.at;
    const text = NUMBER.exec(this.text)?.[0];
    if (text === undefined) this.fail("expected value");
    this.at += text.length;
    return new JsonNumber(canonicalNumber(text));
  }
}

/** serde_json keeps digits but writes exponents its own way: `1e3` becomes `1e+3`, `1.0E+2` `1.0e+2`, `-0` `0`. */
function canonicalNumber(text: string): string {
  if (text === "-0") return "0";
  return text.replace(/[eE]([+-]?)/, (_, sign: string) => `e${sign === "" ? "+" : sign}`);
}
