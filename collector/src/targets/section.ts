import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLMap,
} from "yaml";
import { formatDuration, parseDuration } from "./duration.ts";

/**
 * The faults of a YAML file, all of them, each with its line. They never show a value, which might be a secret, unless
 * the reader of that value says so.
 */
export class YamlFile {
  readonly faults: string[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(text: string) {
    // Errors with excerpts might show a password.
    this.#document = parseDocument(text, { prettyErrors: false, lineCounter: this.#lines });
    for (const { code, pos } of [...this.#document.errors, ...this.#document.warnings]) {
      this.fault(this.#lines.linePos(pos[0]).line, `is no YAML: ${code.toLowerCase().replaceAll("_", " ")}`);
    }
  }

  /** The whole file; undefined, and a fault, if it isn't a map. */
  root(): Section | undefined {
    if (this.faults.length > 0) return undefined;
    const node = this.resolve(this.#document.contents);
    if (isMap(node)) return new Section(this, node, "");
    this.fault(1, "must be a map");
    return undefined;
  }

  /** Adds a fault. */
  fault(line: number, message: string): void {
    this.faults.push(`line ${line}: ${message}`);
  }

  /** @internal */
  resolve(node: unknown): Node | undefined {
    if (!isAlias(node)) return node as Node | undefined;
    const anchored = node.resolve(this.#document);
    if (!anchored) this.fault(this.lineOf(node), "refers to an anchor that isn't there before it");
    return anchored;
  }

  /** @internal */
  lineOf(node: Node | undefined): number {
    return this.#lines.linePos(node?.range?.[0] ?? 0).line || 1;
  }
}

/** A map of a YAML file, read key by key. */
export class Section {
  readonly line: number;
  readonly #file: YamlFile;
  readonly #path: string;
  readonly #values = new Map<string, { value: Node | undefined; line: number }>();
  readonly #read = new Set<string>();

  constructor(file: YamlFile, map: YAMLMap, path: string) {
    this.#file = file;
    this.#path = path;
    this.line = file.lineOf(map);
    for (const { key, value } of map.items) {
      const node = file.resolve(key);
      const name = isScalar(node) ? String(node.value) : "?";
      this.#values.set(name, { value: file.resolve(value), line: file.lineOf(node) });
    }
  }

  /** Whether anything of its file is faulty. */
  get isFaulty(): boolean {
    return this.#file.faults.length > 0;
  }

  /** Adds a fault of a key, or of the section. */
  fault(key: string, message: string): void {
    const name = [this.#path, key].filter((part) => part !== "").join(".");
    this.#file.fault(this.#values.get(key)?.line ?? this.line, `${name} ${message}`);
  }

  text(key: string): string | undefined {
    const node = this.#take(key);
    if (node === undefined) return undefined;
    const text = isScalar(node) ? textOf(node) : undefined;
    if (text === undefined) this.fault(key, "must be a text");
    return text;
  }

  /** One of a few words. */
  word<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const found = allowed.find((item) => item === text);
    if (found === undefined) this.fault(key, `is "${text}", but must be ${allowed.join(" or ")}`);
    return found;
  }

  flag(key: string): boolean | undefined {
    const node = this.#take(key);
    if (node === undefined) return undefined;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value !== "boolean") this.fault(key, "must be true or false");
    return value === true;
  }

  /** Milliseconds. */
  duration(key: string, minMs: number, maxMs: number): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms === undefined) this.fault(key, `is "${text}", but must be a duration such as 15s or 1m30s`);
    else if (ms < minMs || ms > maxMs)
      this.fault(key, `is "${text}", but must be ${formatDuration(minMs)} to ${formatDuration(maxMs)}`);
    else return ms;
    return undefined;
  }

  texts(key: string): string[] {
    return this.#items(key, "texts").flatMap((item) => {
      const text = isScalar(item) ? textOf(item) : undefined;
      if (text === undefined) this.fault(key, "must be a list of texts");
      return text ?? [];
    });
  }

  section(key: string): Section | undefined {
    const node = this.#take(key);
    if (node === undefined) return undefined;
    if (isMap(node)) return new Section(this.#file, node, this.#pathOf(key));
    this.fault(key, "must be a map");
    return undefined;
  }

  sections(key: string): Section[] {
    return this.#items(key, "maps").flatMap((item, index) => {
      if (isMap(item)) return new Section(this.#file, item, `${this.#pathOf(key)}[${index}]`);
      this.fault(key, "must be a list of maps");
      return [];
    });
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  /** Every key that nobody has asked for is a fault: with what to do instead, where `advice` knows it. */
  end(advice: Readonly<Record<string, string>> = {}): void {
    for (const key of this.#values.keys()) {
      if (this.#read.has(key)) continue;
      const what = Object.hasOwn(advice, key)
        ? `isn't supported: ${advice[key] ?? ""}`
        : "isn't known: correct or remove it";
      this.fault(key, what);
    }
  }

  #pathOf(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #take(key: string): Node | undefined {
    this.#read.add(key);
    const node = this.#values.get(key)?.value;
    return isScalar(node) && node.value === null ? undefined : node;
  }

  #items(key: string, what: string): (Node | undefined)[] {
    const node = this.#take(key);
    if (node === undefined) return [];
    if (isSeq(node)) return node.items.map((item) => this.#file.resolve(item));
    this.fault(key, `must be a list of ${what}`);
    return [];
  }
}

/** As it is written, where YAML would read a number or a truth. */
function textOf({ value, source }: { value: unknown; source?: string | undefined }): string | undefined {
  if (typeof value === "string") return value;
  return value === null ? undefined : source;
}
