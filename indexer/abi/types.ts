/** A Solidity type, with what decoding needs: whether its data lies elsewhere, and the words of its head. */
export type AbiType = { readonly isDynamic: boolean; readonly headWords: number } & (
  | { readonly kind: "address" | "bool" | "function" | "string" | "bytes" }
  | { readonly kind: "uint" | "int"; readonly bits: number }
  | { readonly kind: "fixedBytes"; readonly size: number }
  | { readonly kind: "array"; readonly item: AbiType }
  | { readonly kind: "fixedArray"; readonly length: number; readonly item: AbiType }
  | { readonly kind: "tuple"; readonly items: readonly AbiType[] }
);

/** A parameter as a contract's JSON ABI has it. */
export interface AbiParameter {
  readonly name?: string;
  readonly type: string;
  readonly indexed?: boolean;
  readonly components?: readonly AbiParameter[];
}

/** An entry of a contract's JSON ABI. */
export interface AbiEntry {
  readonly type: string;
  readonly name?: string;
  readonly anonymous?: boolean;
  readonly stateMutability?: string;
  readonly inputs?: readonly AbiParameter[];
  readonly outputs?: readonly AbiParameter[];
}

const word = { isDynamic: false, headWords: 1 } as const;
const elsewhere = { isDynamic: true, headWords: 1 } as const;

function tupleOf(items: readonly AbiType[]): AbiType {
  const isDynamic = items.some((item) => item.isDynamic);
  return {
    kind: "tuple",
    items,
    isDynamic,
    headWords: isDynamic ? 1 : items.reduce((sum, { headWords }) => sum + headWords, 0),
  };
}

function arrayOf(item: AbiType, length: number | undefined): AbiType {
  if (length === undefined) return { kind: "array", item, ...elsewhere };
  return {
    kind: "fixedArray",
    item,
    length,
    isDynamic: item.isDynamic,
    headWords: item.isDynamic ? 1 : item.headWords * length,
  };
}

function elementary(name: string): AbiType | undefined {
  if (name === "address" || name === "bool" || name === "function") return { kind: name, ...word };
  if (name === "string" || name === "bytes") return { kind: name, ...elsewhere };
  const match = /^(uint|int|bytes)(\d*)$/.exec(name);
  if (!match) return undefined;
  const size = match[2] === "" ? 256 : Number(match[2]);
  if (match[1] === "bytes") return size >= 1 && size <= 32 ? { kind: "fixedBytes", size, ...word } : undefined;
  return size % 8 === 0 && size >= 8 && size <= 256
    ? { kind: match[1] as "uint" | "int", bits: size, ...word }
    : undefined;
}

/** Reads one type from `text` at `at`: an elementary name or a tuple in parentheses, then any number of `[n]`. */
function readType(text: string, at: number): [AbiType, number] | undefined {
  let type: AbiType | undefined;
  if (text[at] === "(" || text.startsWith("tuple(", at)) {
    const items: AbiType[] = [];
    at = text.indexOf("(", at) + 1;
    while (text[at] !== ")") {
      const item = readType(text, at);
      if (!item) return undefined;
      items.push(item[0]);
      at = text[item[1]] === "," ? item[1] + 1 : item[1];
      if (text[item[1]] !== "," && text[item[1]] !== ")") return undefined;
    }
    at++;
    type = tupleOf(items);
  } else {
    const name = /^[a-z]+\d*/.exec(text.slice(at))?.[0] ?? "";
    type = elementary(name);
    at += name.length;
  }
  for (;;) {
    const suffix = /^\[(\d*)\]/.exec(text.slice(at));
    if (!suffix || !type) break;
    type = arrayOf(type, suffix[1] === "" ? undefined : Number(suffix[1]));
    at += suffix[0].length;
  }
  return type && [type, at];
}

/**
 * A type from its text, e.g. `(address,uint256[])[2]`.
 *
 * @returns `undefined` for text that is no type
 */
export function parseType(text: string): AbiType | undefined {
  const compact = text.replaceAll(/\s+/g, "");
  const read = readType(compact, 0);
  return read && read[1] === compact.length ? read[0] : undefined;
}

/** The canonical text of a JSON ABI's parameter: tuples spelled out. */
export function canonicalType({ type, components = [] }: AbiParameter): string {
  return type.startsWith("tuple") ? `(${components.map(canonicalType).join(",")})${type.slice(5)}` : type;
}
