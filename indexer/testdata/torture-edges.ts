import { stringToBytes } from "viem";
import {
  BINARY_FUNCTIONS,
  DECIMAL_FUNCTIONS,
  INTEGER_FUNCTIONS,
  step,
  TEXT_FUNCTIONS,
  token,
  type Decimal,
  type Step,
} from "./torture-program.ts";

/** Whole numbers at which something changes: sign, width of a type, width of the host's limits. */
export const INTEGERS: readonly bigint[] = [
  ...[0n, 1n, -1n, 2n, -2n, 7n, -7n, 127n, 128n, -128n, -129n, 255n, 256n, -256n, 2n ** 31n - 1n, -(2n ** 31n)],
  ...[2n ** 32n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 255n - 1n, -(2n ** 255n), 2n ** 256n - 1n],
  ...[10n ** 33n, 10n ** 34n, 10n ** 34n - 1n, -(10n ** 34n) + 1n, 10n ** 35n - 5n, -(10n ** 35n) + 5n],
  ...[12_345_678_901_234_567_890_123_456_789_012_345n, -12_345_678_901_234_567_890_123_456_789_012_345n],
];

/** Decimals at which rounding, truncation, the count of digits or the range of exponents show. */
export const DECIMALS: readonly Decimal[] = [
  ...([0n, 1n, -1n, 3n, -3n, 7n, 10n, -1000n, 25n, -25n] as const).map((digits): Decimal => [digits, 0n]),
  ...([
    [1n, -1n],
    [-1n, -1n],
    [5n, -1n],
    [15n, -1n],
    [-15n, 3n],
    [1n, 40n],
    [1n, -40n],
    [99n, -34n],
  ] as const),
  [10n ** 34n - 1n, 0n],
  [-(10n ** 34n) + 1n, 0n],
  [10n ** 35n - 5n, -10n],
  [-(10n ** 35n) + 5n, -10n],
  [3_333_333_333_333_333_333_333_333_333_333_333_5n, -20n],
  [-3_333_333_333_333_333_333_333_333_333_333_333_5n, -20n],
  [9_999_999_999_999_999_999_999_999_999_999_999_49n, 2n],
  [2n ** 256n - 1n, -18n],
  [1n, 6_000n],
  [-1n, -6_000n],
];

/** The same where the host's range ends: most of these fail. */
const BEYOND: readonly Decimal[] = [
  ...([
    [1n, 6_144n],
    [1n, 6_145n],
    [1n, -6_143n],
    [1n, -6_144n],
    [10n, 6_144n],
    [10n, -6_144n],
  ] as const),
  // far beyond, graph-node computes the power of ten for hours
  ...([
    [0n, 7_000n],
    [10n ** 34n, 6_111n],
  ] as const),
];

const TEXTS: readonly string[] = [
  ...["", "0", "-0", "+5", "007", "1_000", "_1", "1_", "1__0", " 1", "1 ", "0x10", "1.5", ".5", "5.", "-.5", ".", "-"],
  ...["1e3", "1E+3", "1e-3", "-1.50e-2", "1e", "e1", "1e1.5", "1_0.0_1e1_0", "1e5000", "1e-5000", "1e99999", "NaN"],
  ...["inf", "infinity", "-inf", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "+1"],
  ...["18446744073709551615", "18446744073709551616", "-1", "1e308", "1e309", "4.9e-324", "0.1", "１"],
  ...[
    "123456789012345678901234567890123456789",
    "0.12345678901234567890123456789012345678",
    "99999999999999999999999999999999995",
  ],
  ...["0xA16081F360e3847006dB660bae1c6d1b2e17eC2A", "A16081F360e3847006dB660bae1c6d1b2e17eC2A", "0xA16081F3"],
  ...[
    "0XA16081F360e3847006dB660bae1c6d1b2e17eC2A",
    "0xG16081F360e3847006dB660bae1c6d1b2e17eC2A",
    "nul\0nul",
    "half \ud800 of a pair",
  ],
  ...["half \udc00", "both \ud83d\ude00"],
];

const JSON_TEXTS: readonly string[] = [
  ...[
    "",
    " ",
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "0",
    "-0",
    "-0.0",
    "1",
    "-1",
    "1.0",
    "1.50",
    "1e3",
    "1E3",
    "1e+3",
    "1e-3",
  ],
  ...[
    "1.0E+2",
    "0e0",
    "1e400",
    "-1e-400",
    "123456789012345678901234567890",
    "0.1234567890123456789012345678901",
    "01",
    "1.",
  ],
  ...[
    ".5",
    "+1",
    "NaN",
    "1 2",
    "[1,]",
    '{"a":1,}',
    '{"a" : 1 , "a" : 2}',
    '{"b":1,"a":{"d":[null,{}],"c":"x"}}',
    "{a:1}",
    "'a'",
  ],
  ...[
    '"\\u00e9\\n\\t\\"\\/\\b\\f\\r\\\\"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\u0000"',
    '"\t"',
    '"\\x"',
    "\ufeff1",
    "/**/1",
    "1e99999999999",
  ],
  ...['{"é":1,"z":2,"Z":3,"":4,"10":5,"9":6}', "[".repeat(120) + "]".repeat(120), "[".repeat(130) + "]".repeat(130)],
];

const utf8 = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

const BLOBS: readonly Uint8Array[] = [
  ...[utf8(), utf8(0), utf8(0, 0, 1), utf8(0x41, 0), utf8(0x41, 0, 0x42, 0, 0), utf8(0xff), utf8(0xc3, 0xa9)],
  ...[utf8(0xc3), utf8(0xe2, 0x82), utf8(0xe2, 0x82, 0xac), utf8(0xf0, 0x9f, 0x98, 0x80), utf8(0xf0, 0x9f, 0x98)],
  ...[
    utf8(0xed, 0xa0, 0x80),
    utf8(0xc0, 0x80),
    utf8(0xf5, 0x80, 0x80, 0x80),
    utf8(0x80, 0x80),
    utf8(0xef, 0xbb, 0xbf, 0x41),
  ],
  ...[utf8(...Array<number>(32).fill(0)), utf8(...Array<number>(33).keys()), stringToBytes("a".repeat(300))],
];

const ADDRESS = "0xa16081f360e3847006db660bae1c6d1b2e17ec2a";

const TOKENS = [
  ...[
    token.address(ADDRESS),
    token.fixed("0x01020304"),
    token.fixed(`0x${"ab".repeat(32)}`),
    token.bytes("0x"),
    token.bytes("0x00ff"),
  ],
  ...[
    token.int(-1n),
    token.int(2n ** 255n - 1n),
    token.int(-(2n ** 255n)),
    token.uint(0n),
    token.uint(2n ** 256n - 1n),
  ],
  ...[token.bool(true), token.text(""), token.text("ünï 😀"), token.array([]), token.fixedArray([]), token.tuple([])],
  ...[token.array([token.text("a"), token.text("b")]), token.fixedArray([token.uint(1n), token.uint(2n)])],
  ...[
    token.tuple([token.uint(1n), token.bool(false)]),
    token.tuple([token.text("x"), token.array([token.bytes("0x01")])]),
  ],
  ...[
    token.array([token.tuple([token.address(ADDRESS), token.int(-5n)])]),
    token.array([token.uint(1n), token.text("mixed")]),
  ],
  ...[
    token.uint(2n ** 256n),
    token.int(2n ** 255n),
    token.uint(-1n),
    token.fixed(`0x${"ab".repeat(33)}`),
    token.fixed("0x"),
  ],
  token.tuple([token.tuple([token.tuple([token.text("deep")])])]),
];

const word = (hex: string): string => hex.padStart(64, "0");
const WORDS = `0x${word("20")}${word("40")}${word("7")}${word("3")}${"616263".padEnd(64, "0")}` as const;

const DECODED: readonly (readonly [string, `0x${string}`])[] = [
  ["uint256", `0x${word("ff")}`],
  ["int8", `0x${"f".repeat(64)}`],
  ["int8", `0x${word("ff")}`],
  ["uint8", `0x${word("1ff")}`],
  ["bool", `0x${word("1")}`],
  ["bool", `0x${word("2")}`],
  ["address", `0x${ADDRESS.slice(2).padStart(64, "0")}`],
  ["address", `0x${"f".repeat(64)}`],
  ["bytes4", `0x${"01020304".padEnd(64, "0")}`],
  ["bytes4", `0x${"0102030405".padEnd(64, "0")}`],
  ["string", `0x${word("20")}${word("3")}${"616263".padEnd(64, "0")}`],
  ["string", `0x${word("20")}${word("3")}${"ff00fe".padEnd(64, "0")}`],
  ["bytes", `0x${word("20")}${word("3")}${"616263"}`],
  ["bytes", `0x${word("20")}${word("30")}${"616263".padEnd(64, "0")}`],
  ["(string,uint256)", WORDS],
  ["(string,uint8)", WORDS],
  ["(string, uint256)", WORDS],
  ["(string a,uint256 b)", WORDS],
  ["uint256[]", `0x${word("20")}${word("2")}${word("1")}${word("2")}`],
  ["uint256[2]", `0x${word("1")}${word("2")}`],
  ["uint256[2]", `0x${word("1")}`],
  ["uint256[][]", `0x${word("20")}${word("1")}${word("20")}${word("1")}${word("9")}`],
  ["(uint256,bool)[1]", `0x${word("1")}${word("1")}`],
  ["uint", `0x${word("5")}`],
  ["nonsense", `0x${word("5")}`],
  ["", `0x${word("5")}`],
  ["()", "0x"],
  ["uint256", "0x"],
  ["uint256", `0x${word("5")}${word("6")}`],
  ["uint256", `0x${word("5")}00`],
  ["function", `0x${"a1".repeat(24).padEnd(64, "0")}`],
  ["uint7", `0x${word("5")}`],
  ["bytes33", `0x${word("5")}`],
];

/** Cartesian pairs are too many: each value meets its neighbours. */
function* neighbours<T>(of: readonly T[]): Generator<readonly [T, T]> {
  for (const [i, x] of of.entries()) {
    for (const distance of [0, 1, 5]) yield [x, of[(i + distance) % of.length] ?? x];
  }
}

function* integerSteps(): Generator<Step> {
  for (const name of INTEGER_FUNCTIONS) {
    if (["pow", "leftShift", "rightShift", "sqrt", "narrow"].includes(name)) continue;
    for (const [x, y] of neighbours(INTEGERS)) {
      if (y !== 0n || !["dividedBy", "mod"].includes(name)) yield step.integers(name, x, y, 0, Number(x & 3n));
    }
  }
  for (const x of INTEGERS) {
    for (const small of [0, 1, 8, 13, 255]) {
      yield step.integers("leftShift", x, 0n, small);
      yield step.integers("rightShift", x, 0n, small);
      if (small < 20) yield step.integers("pow", x, 0n, small);
    }
    if (x >= 0n) yield step.integers("sqrt", x, 0n);
  }
  yield step.integers("pow", 2n, 0n, 255);
  yield step.integers("narrow", -5n, 2n ** 63n - 1n);
}

function* decimalSteps(): Generator<Step> {
  for (const name of DECIMAL_FUNCTIONS) {
    // graph-ts multiplies by powers of ten one by one, and fills memory with zeros
    const of = name === "toString" ? DECIMALS.filter(([, e]) => e > -50n && e < 50n) : DECIMALS;
    for (const [x, y] of neighbours(of)) {
      const isTooFar = x[1] + y[1] > 6_100n || x[1] + y[1] < -6_100n;
      const divides = name === "dividedBy" && (y[0] === 0n || x[1] - y[1] > 6_000n || x[1] - y[1] < -6_000n);
      if (!divides && !(name === "times" && isTooFar)) yield step.decimals(name, x, y);
    }
  }
  for (const [i, y] of DECIMALS.entries()) {
    if (y[0] !== 0n && y[1] < 50n && y[1] > -50n) yield step.divideByDecimal(INTEGERS[i] ?? 1n, y);
  }
}

/** Steps that succeed: some of them go into one program. */
export const STEADY: readonly Step[] = [
  ...integerSteps(),
  ...decimalSteps(),
  ...TEXTS.map((text) => step.texts("echo", text)).slice(0, -3),
  ...BLOBS.flatMap((blob) =>
    BINARY_FUNCTIONS.filter((name) => name !== "json" && (name !== "part" || blob.length > 1)).map((name) =>
      step.binary(name, blob),
    ),
  ),
  ...JSON_TEXTS.map((text) => step.binary("tryJson", stringToBytes(text))),
  step.self,
  ...[1, 2, 3, 4].map((level) => step.log(level, "said {}")),
];

/** The host's limits: 435,412 bits of which one is the sign, some 131,071 digits, and 10,000,000 bytes. */
const HUGE: readonly Step[] = [
  ...[435_411, 435_412, 435_413].flatMap((bits) =>
    (["bits", "negativeBits", "save"] as const).map((name) => step.huge(name, bits)),
  ),
  ...[131_071, 131_072].map((digits) => step.huge("digits", digits)),
  ...[10_000_000, 10_000_001].flatMap((bytes) =>
    (["tryJson", "json", "tryYaml", "yaml"] as const).map((name) => step.huge(name, bytes)),
  ),
];

/** Steps that may fail: each needs a handler of its own. */
export const RISKY: readonly Step[] = [
  ...TEXT_FUNCTIONS.filter((name) => name !== "echo").flatMap((name) => TEXTS.map((text) => step.texts(name, text))),
  ...TEXTS.slice(-3).map((text) => step.texts("echo", text)),
  ...BEYOND.flatMap((x) => (["parts", "equals"] as const).map((name) => step.decimals(name, x, [0n, 0n]))),
  ...TOKENS.map((of) => step.encode(of)),
  ...DECODED.map(([types, data]) => step.decode(types, data)),
  ...["1", "{}", "x", "[1,]", ""].map((text) => step.binary("json", stringToBytes(text))),
  ...([0n, 5n] as const).flatMap((x) => (["dividedBy", "mod"] as const).map((name) => step.integers(name, x, 0n))),
  step.decimals("dividedBy", [1n, 0n], [0n, 0n]),
  step.decimals("times", [1n, 6_000n], [1n, 6_000n]),
  step.decimals("dividedBy", [1n, -6_000n], [1n, 6_000n]),
  step.divideByDecimal(1n, [0n, 5n]),
  step.integers("pow", 2n ** 255n, 0n, 255),
  step.integers("sqrt", -1n, 0n),
  step.integers("narrow", 2n ** 40n, 1n),
  step.log(0, "critical"),
  step.log(9, "no such level"),
  ...HUGE,
];
