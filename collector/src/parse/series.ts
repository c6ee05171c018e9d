/** The part of a line before its value. */
export interface ScannedSeries {
  name: string;
  /** in order; names are unique */
  labels: [name: string, value: string][];
  /** index of the opening brace, or of `end` without one */
  labelsStart: number;
  /** index of the first character after name and labels */
  end: number;
}

const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

/**
 * Reads name and labels of one line, strictly: the exporter doesn't escape label values, and a line that is broken by
 * one must be dropped rather than guessed.
 *
 * @returns undefined if the line isn't well-formed
 */
export function scanSeries(text: string, start: number, end: number): ScannedSeries | undefined {
  let at = start;
  while (at < end && isNameCharacter(text.charCodeAt(at))) at++;
  const name = text.slice(start, at);
  if (name === "" || isDigit(name.charCodeAt(0))) return undefined;
  at = skipBlanks(text, at, end);
  if (text.charCodeAt(at) !== BRACE_OPEN || at >= end)
    return at > start + name.length ? { name, labels: [], labelsStart: at, end: at } : undefined;
  const labelsStart = at++;
  const labels: [string, string][] = [];
  for (;;) {
    at = skipBlanks(text, at, end);
    if (at >= end) return undefined;
    if (text.charCodeAt(at) === BRACE_CLOSE) return { name, labels, labelsStart, end: at + 1 };
    const label = scanLabel(text, at, end);
    if (!label || labels.some(([other]) => other === label.name)) return undefined;
    labels.push([label.name, label.value]);
    at = skipBlanks(text, label.end, end);
    const separator = at < end ? text.charCodeAt(at) : 0;
    if (separator === COMMA) at++;
    else if (separator !== BRACE_CLOSE) return undefined;
  }
}

function scanLabel(text: string, start: number, end: number): { name: string; value: string; end: number } | undefined {
  let at = start;
  while (at < end && isNameCharacter(text.charCodeAt(at))) at++;
  const name = text.slice(start, at);
  at = skipBlanks(text, at, end);
  if (name === "" || text.charCodeAt(at) !== EQUALS) return undefined;
  at = skipBlanks(text, at + 1, end);
  if (at >= end || text.charCodeAt(at) !== QUOTE) return undefined;
  const from = ++at;
  let isEscaped = false;
  while (at < end && text.charCodeAt(at) !== QUOTE) {
    if (text.charCodeAt(at) === BACKSLASH) {
      isEscaped = true;
      at++;
    }
    at++;
  }
  if (at >= end) return undefined;
  const raw = text.slice(from, at);
  return { name, value: isEscaped ? unescape(raw) : raw, end: at + 1 };
}

function unescape(raw: string): string {
  return raw.replaceAll(/\\(.)/gs, (_whole, character: string) => (character === "n" ? "\n" : character));
}

/** Index of the first character from `at` on that is neither space nor tab, at most `end`. */
export function skipBlanks(text: string, at: number, end: number): number {
  while (at < end && (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB)) at++;
  return at;
}

/** Index of the first space or tab from `at` on, or `end`. */
export function findBlank(text: string, at: number, end: number): number {
  while (at < end && text.charCodeAt(at) !== SPACE && text.charCodeAt(at) !== TAB) at++;
  return at;
}

/** Index after the last closing brace in [start, end), or -1: what lies before it names the series. */
export function findLabelsEnd(text: string, start: number, end: number): number {
  for (let at = end - 1; at >= start; at--) if (text.charCodeAt(at) === BRACE_CLOSE) return at + 1;
  return -1;
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f || code === 0x3a
  );
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
