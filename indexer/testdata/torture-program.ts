import { hexToBytes, type Hex } from "viem";

/** What a step of a program for the torture subgraph's mapping is: see torture/src/program.ts for who reads it. */
export type Step = readonly number[];
/** A value of the store for a step. */
export type StoreValue = readonly number[];
/** A value of the ABI for a step. */
export type Token = readonly number[];

const byte = (value: number): number[] => [value & 0xff];
const sized = (data: ArrayLike<number>): number[] => [data.length >> 8, data.length & 0xff, ...Array.from(data)];
const long = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(56 - 8 * i)) & 255n));
const counted = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];

/** UTF-16, so that halves of surrogate pairs can be had as well. */
function text(value: string): number[] {
  return sized([...Array(value.length).keys()].flatMap((i) => [value.charCodeAt(i) & 0xff, value.charCodeAt(i) >> 8]));
}

/** Two's complement, little endian; `padding` more bytes of sign than are needed. */
function big(value: bigint, padding = 0): number[] {
  const found: number[] = [];
  let rest = value;
  do {
    found.push(Number(rest & 255n));
    rest >>= 8n;
  } while (rest !== (((found.at(-1) ?? 0) & 0x80) === 0 ? 0n : -1n));
  for (let i = 0; i < padding; ++i) found.push(value < 0n ? 255 : 0);
  return sized(found);
}

const entity = (fields: Readonly<Record<string, StoreValue>>): number[] =>
  counted(Object.entries(fields).map(([name, value]) => [...text(name), ...value]));

/** Values of the store, by kind. */
export const value = {
  text: (of: string): StoreValue => [0, ...text(of)],
  int: (of: number): StoreValue => [1, ...long(BigInt(of))],
  /** `digits` times ten to the `exponent` */
  decimal: (digits: bigint, exponent = 0n): StoreValue => [2, ...big(digits), ...big(exponent)],
  /** any other byte than 0 is true */
  bool: (of: number): StoreValue => [3, ...byte(of)],
  list: (of: readonly StoreValue[]): StoreValue => [4, ...counted(of)],
  nil: [5] as StoreValue,
  bytes: (of: Hex): StoreValue => [6, ...sized(hexToBytes(of))],
  big: (of: bigint, padding = 0): StoreValue => [7, ...big(of, padding)],
  int8: (of: bigint): StoreValue => [8, ...long(of)],
  /** microseconds */
  at: (of: bigint): StoreValue => [9, ...long(of)],
  /** of a kind that doesn't exist */
  unknown: (kind: number): StoreValue => byte(kind),
};

/** Values of the ABI, by kind. */
export const token = {
  address: (of: Hex): Token => [0, ...sized(hexToBytes(of))],
  fixed: (of: Hex): Token => [1, ...sized(hexToBytes(of))],
  bytes: (of: Hex): Token => [2, ...sized(hexToBytes(of))],
  int: (of: bigint): Token => [3, ...big(of)],
  uint: (of: bigint): Token => [4, ...big(of)],
  bool: (of: boolean): Token => [5, of ? 1 : 0],
  text: (of: string): Token => [6, ...text(of)],
  fixedArray: (of: readonly Token[]): Token => [7, ...counted(of)],
  array: (of: readonly Token[]): Token => [8, ...counted(of)],
  tuple: (of: readonly Token[]): Token => [9, ...counted(of)],
};

/** Functions of two integers and a byte, in the order in which the mapping numbers them. */
export const INTEGER_FUNCTIONS = [
  ...["plus", "minus", "times", "dividedBy", "mod", "bitOr", "bitAnd", "pow", "leftShift", "rightShift"],
  ...["toText", "minimal", "compare", "sqrt", "narrow"],
] as const;
/** Functions of two decimals. */
export const DECIMAL_FUNCTIONS = ["plus", "minus", "times", "dividedBy", "equals", "toString", "parts"] as const;
/** Functions of a text. */
export const TEXT_FUNCTIONS = [
  ...["bigInt", "bigDecimal", "stringToH160", "toI64", "toU64", "toF64", "toBigInt", "echo"],
] as const;
/** Functions of bytes. */
export const BINARY_FUNCTIONS = [...["toString", "toHex", "toBase58", "keccak256", "json", "tryJson", "part"]] as const;
/** What is done with something of a size: bits of a number, digits of one, bytes of a text. */
export const HUGE_FUNCTIONS = [
  ...["bits", "negativeBits", "digits", "tryJson", "json", "tryYaml", "yaml", "save"],
] as const;
/** What ends a handler. */
export const TRAPS = [
  ...["assert", "abort", "critical", "zero", "bounds", "memory", "unreachable", "truncation", "null", "throw"],
] as const;

type Name<T extends readonly string[]> = T[number];

/** A decimal's digits and exponent. */
export type Decimal = readonly [digits: bigint, exponent: bigint];

/** Steps: what the mapping can be told to do. */
export const step = {
  set: (type: string, id: string, fields: Readonly<Record<string, StoreValue>>): Step => [
    ...[1, ...text(type), ...text(id), ...entity(fields)],
  ],
  remove: (type: string, id: string): Step => [2, ...text(type), ...text(id)],
  get: (type: string, id: string): Step => [3, ...text(type), ...text(id)],
  getInBlock: (type: string, id: string): Step => [4, ...text(type), ...text(id)],
  related: (type: string, id: string, field: string): Step => [5, ...text(type), ...text(id), ...text(field)],
  /** loads a Thing or makes it, changes it and saves it as generated code does */
  change: (id: string, name: string): Step => [6, ...text(id), ...text(name)],
  create: (template: string, params: readonly string[], context?: Readonly<Record<string, StoreValue>>): Step => [
    ...[7, ...text(template), ...counted(params.map(text)), ...(context ? [1, ...entity(context)] : [0])],
  ],
  /** which data source runs this, with its context */
  self: [8] as Step,
  integers: (name: Name<typeof INTEGER_FUNCTIONS>, x: bigint, y: bigint, small = 0, padding = 0): Step => [
    ...[16, INTEGER_FUNCTIONS.indexOf(name), ...big(x, padding), ...big(y, padding), ...byte(small)],
  ],
  decimals: (name: Name<typeof DECIMAL_FUNCTIONS>, x: Decimal, y: Decimal): Step => [
    ...[17, DECIMAL_FUNCTIONS.indexOf(name), ...big(x[0]), ...big(x[1]), ...big(y[0]), ...big(y[1])],
  ],
  texts: (name: Name<typeof TEXT_FUNCTIONS>, of: string): Step => [18, TEXT_FUNCTIONS.indexOf(name), ...text(of)],
  binary: (name: Name<typeof BINARY_FUNCTIONS>, of: ArrayLike<number>): Step => [
    ...[19, BINARY_FUNCTIONS.indexOf(name), ...sized(of)],
  ],
  divideByDecimal: (x: bigint, y: Decimal): Step => [20, 0, ...big(x), ...big(y[0]), ...big(y[1])],
  encode: (of: Token): Step => [21, 0, ...of],
  decode: (types: string, data: Hex): Step => [22, 0, ...text(types), ...sized(hexToBytes(data))],
  log: (level: number, message: string): Step => [23, ...byte(level), ...text(message)],
  huge: (name: Name<typeof HUGE_FUNCTIONS>, size: number): Step => [
    ...[25, HUGE_FUNCTIONS.indexOf(name), ...long(BigInt(size))],
  ],
  trap: (name: Name<typeof TRAPS>): Step => [24, TRAPS.indexOf(name), ...sized([])],
};
