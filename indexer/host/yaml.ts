import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Alias,
  type Document,
  type ParsedNode,
  type Scalar,
} from "yaml";

/** A number as its text, which is how handlers get it. */
export class YamlNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value with a tag of the document's own, e.g. `!Ref name`. */
export class YamlTagged {
  readonly tag: string;
  readonly value: YamlValue;

  constructor(tag: string, value: YamlValue) {
    this.tag = tag;
    this.value = value;
  }
}

/** Keys, which may be anything, with their values, in the document's order. */
export class YamlMapping {
  readonly entries: readonly (readonly [YamlValue, YamlValue])[];

  constructor(entries: YamlMapping["entries"]) {
    this.entries = entries;
  }
}

/** A value of a YAML document. */
export type YamlValue = null | boolean | string | YamlNumber | YamlTagged | YamlMapping | readonly YamlValue[];

const MAX_DEPTH = 128;
/** Aliases may repeat what they name this often for each node of the document. */
const MAX_REPEATS = 100;
const CORE = "tag:yaml.org,2002:";

/**
 * Parses one YAML document as Rust's serde_yaml 0.9 does, which graph-node uses: scalars of YAML 1.2 without its
 * octals, no merge keys, no key twice.
 *
 * @throws Error for text that is no YAML, or more than one document
 */
export function parseYaml(text: string): YamlValue {
  const documents = parseAllDocuments(text, { schema: "failsafe", uniqueKeys: false, logLevel: "silent" });
  if (!Array.isArray(documents) || documents.length === 0) return null;
  const [document, other] = documents as Document.Parsed[];
  if (other) throw new SyntaxError("more than one document is not supported");
  const [error] = document?.errors ?? [];
  if (error) throw new SyntaxError(error.message);
  return new Resolver(document as Document.Parsed, text.length).value(document?.contents, 0);
}

/** Turns nodes into values. */
class Resolver {
  private readonly document: Document.Parsed;
  private repeatsLeft: number;

  constructor(document: Document.Parsed, length: number) {
    this.document = document;
    this.repeatsLeft = (length + 1) * MAX_REPEATS;
  }

  value(node: ParsedNode | Alias | null | undefined, depth: number): YamlValue {
    if (node === null || node === undefined) return null;
    if (depth > MAX_DEPTH) throw new SyntaxError("recursion limit exceeded");
    if (isAlias(node)) {
      if (this.repeatsLeft-- <= 0) throw new SyntaxError("repetition limit exceeded");
      const target = node.resolve(this.document);
      if (!target) throw new SyntaxError(`unknown anchor ${node.source}`);
      return this.value(target as ParsedNode, depth + 1);
    }
    const tag = (node as { tag?: string }).tag;
    if (tag?.startsWith("!") && tag.length > 1) return new YamlTagged(tag, this.untagged(node, depth, undefined));
    return this.untagged(node, depth, tag);
  }

  private untagged(node: ParsedNode, depth: number, tag: string | undefined): YamlValue {
    if (isScalar(node)) return scalar(node, tag);
    if (isSeq(node)) return node.items.map((item) => this.value(item, depth + 1));
    if (!isMap(node)) throw new SyntaxError("a node of an unknown kind");
    const seen = new Set<string>();
    const entries = node.items.map((pair) => {
      const key = this.value(pair.key, depth + 1);
      const text = JSON.stringify(key);
      if (seen.has(text)) throw new SyntaxError(`duplicate entry with key ${text}`);
      seen.add(text);
      return [key, this.value(pair.value, depth + 1)] as const;
    });
    return new YamlMapping(entries);
  }
}

function scalar(node: Scalar, tag: string | undefined): YamlValue {
  // the schema makes texts of all of them
  const text = (node.value as string | null) ?? "";
  const isPlain = node.type === "PLAIN" || node.type === undefined;
  if (tag === undefined || tag === "!") return isPlain ? plain(text) : text;
  const value = plain(text);
  const fits = {
    [`${CORE}bool`]: typeof value === "boolean",
    [`${CORE}int`]: value instanceof YamlNumber && integer(text) !== undefined,
    [`${CORE}float`]: float(text) !== undefined,
    [`${CORE}null`]: value === null,
  }[tag];
  if (fits === undefined) return text;
  if (!fits) throw new SyntaxError(`${text} is no ${tag}`);
  return tag === `${CORE}float` ? new YamlNumber(float(text) ?? "") : value;
}

function plain(text: string): YamlValue {
  if (text === "" || /^(?:null|Null|NULL|~)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  const number = integer(text) ?? (isDigitsOnly(text) ? undefined : float(text));
  return number === undefined ? text : new YamlNumber(number);
}

/** Zeros before other digits make a text, as in version numbers and codes. */
function isDigitsOnly(text: string): boolean {
  return /^[+-]?0\d+$/.test(text);
}

/** The decimal text of an integer of 64 bits; wider ones up to 128 bits are refused, still wider ones are floats. */
function integer(text: string): string | undefined {
  const match = /^([+-]?)(?:(0x)([0-9a-fA-F]+)|(0o)([0-7]+)|(0b)([01]+)|(\d+))$/.exec(text);
  if (!match || isDigitsOnly(text)) return undefined;
  const [, sign, hex, hexDigits, octal, octalDigits, binary, binaryDigits, decimal] = match;
  const prefix = hex ?? octal ?? binary ?? "";
  const magnitude = BigInt(prefix + (hexDigits ?? octalDigits ?? binaryDigits ?? decimal ?? ""));
  const value = sign === "-" ? -magnitude : magnitude;
  if (value >= -(2n ** 63n) && value < 2n ** 64n) return value.toString();
  if (value >= -(2n ** 127n) && value < 2n ** 128n) throw new SyntaxError(`integer ${text} is too wide`);
  return undefined;
}

function float(text: string): string | undefined {
  const bare = text.replace(/^\+/, "");
  if (/^\.(?:inf|Inf|INF)$/.test(bare)) return ".inf";
  if (/^-\.(?:inf|Inf|INF)$/.test(text)) return "-.inf";
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return ".nan";
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(bare)) return undefined;
  const value = Number(bare);
  return Number.isFinite(value) ? floatText(value) : undefined;
}

/** A float as Rust's ryu writes it: `1.0`, `0.00012`, `1e16`, `1.5e-7`. */
function floatText(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "", power = ""] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = value === 0 ? 1 : Number(power) + 1;
  if (point >= digits.length && point <= 16) return `${sign}${digits.padEnd(point, "0")}.0`;
  if (point > 0 && point <= 16) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > -5 && point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${mantissa}e${point - 1}`;
}
