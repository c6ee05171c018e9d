import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits, parseUnits, PRICE_DECIMALS } from "#kernel/units.ts";

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });

/** More digits than any amount on the chain has. */
const MAX_CHARS = 60;

/** An amount in base units (`bigint`), as exact decimal text. */
const amount = (name: string, decimals: number, description: string) =>
  new GraphQLScalarType<bigint, string>({
    name,
    description: `${description} An exact decimal number as a string with at most ${decimals} places; never a float.`,
    serialize: (value) => {
      if (typeof value === "bigint") return formatUnits(value, decimals);
      throw new TypeError(`BUG: ${String(value)} is no amount in base units`);
    },
    parseValue: (value) => {
      const isText = typeof value === "string" && value.length <= MAX_CHARS && /^\d+(\.\d+)?$/.test(value);
      if (!isText || (value.split(".")[1] ?? "").length > decimals)
        throw badInput(`${name} must be a decimal number in quotes, not negative, with at most ${decimals} places`);
      return parseUnits(value, decimals);
    },
  });

/** DC base units, 6 decimals. */
export const DcScalar = amount("Dc", DC_DECIMALS, 'Data Credits; 1 DC = 1 US dollar, e.g. "59.76".');
/** BCT base units, 18 decimals. */
export const BctScalar = amount("Bct", BCT_DECIMALS, "BCT, the network's token.");
/** The price feed's base units, 8 decimals. */
export const UsdScalar = amount("Usd", PRICE_DECIMALS, "US dollars.");

/** An amount of a token of any decimals, as text already. Output only. */
export const DecimalScalar = new GraphQLScalarType<never, string>({
  name: "Decimal",
  description: "An exact decimal number as a string, below 0 with a minus sign; never a float.",
  serialize: String,
  parseValue: () => {
    throw badInput("Decimal is an output only");
  },
});

/** Whole number beyond 2^53 as text. */
export const BigIntScalar = new GraphQLScalarType<bigint, string>({
  name: "BigInt",
  description: "A whole number of any size as a string.",
  serialize: (value) => {
    if (typeof value === "bigint") return value.toString();
    throw new TypeError(`BUG: ${String(value)} is no bigint`);
  },
  parseValue: (value) => {
    if (typeof value === "string" && value.length <= 78 && /^\d+$/.test(value)) return BigInt(value);
    throw badInput("BigInt must be a whole number in quotes, not negative");
  },
});

/** Bytes as 0x hex in lower case. */
export const BytesScalar = new GraphQLScalarType<string, string>({
  name: "Bytes",
  description: "Bytes as 0x and lower-case hex: a hash, or an address of 20 bytes.",
  serialize: String,
  parseValue: parseBytes,
  parseLiteral: (node) => parseBytes(node.kind === Kind.STRING ? node.value : undefined),
});

function parseBytes(value: unknown): string {
  if (typeof value !== "string" || !/^0x([0-9a-fA-F]{2})*$/.test(value))
    throw badInput("Bytes must be 0x and hex digits");
  return value.toLowerCase();
}

const DAY_SECONDS = 86_400;

/** Instant in UTC with milliseconds: a `Date`, or the chain's seconds since 1970 as `bigint`. Given: a `Date`. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description: `An instant in UTC as ISO 8601 with milliseconds, e.g. 2026-11-22T17:00:00.000Z; as an argument also a date,
which is its first moment.`,
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === "bigint") return secondsText(Number(value));
    throw new TypeError(`BUG: ${String(value)} is no instant`);
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
/** The day that was written last, as its first second, and how its instants begin: those of a page are of few days. */
let day = { at: NaN, text: "" };

/** Whole seconds since 1970 as `Date` writes them, in a fifth of its time. */
function secondsText(at: number): string {
  const second = ((at % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  if (at - second !== day.at)
    day = { at: at - second, text: new Date((at - second) * 1_000).toISOString().slice(0, -"00:00:00.000Z".length) };
  const [hours, rest] = [Math.trunc(second / 3_600), second % 3_600];
  return `${day.text}${TWO_DIGITS[hours]}:${TWO_DIGITS[Math.trunc(rest / 60)]}:${TWO_DIGITS[rest % 60]}.000Z`;
}

/** A date, or an instant with its zone, so that nobody's own is meant. */
const INSTANT = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function parseInstant(value: unknown): Date {
  const day = typeof value === "string" ? INSTANT.exec(value)?.[1] : undefined;
  const at = new Date(day === undefined ? NaN : String(value));
  if (day === undefined || !(at.getTime() >= 0) || !isInCalendar(day))
    throw badInput(
      "DateTime must be a date (2026-11-22) or an instant with its zone (2026-11-22T17:00:00Z), from 1970 on",
    );
  return at;
}

/** 2026-02-30 would pass for March 2. */
function isInCalendar(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
