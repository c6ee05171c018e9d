import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { BCT_DECIMALS, DC_DECIMALS, formatUnits, PRICE_DECIMALS } from "#kernel/units.ts";

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });

/** An amount in base units (`bigint`) shown as exact decimal text. Output only. */
const amount = (name: string, decimals: number, description: string) =>
  new GraphQLScalarType<never, string>({
    name,
    description: `${description} An exact decimal number as a string with at most ${decimals} places; never a float.`,
    serialize: (value) => {
      if (typeof value === "bigint") return formatUnits(value, decimals);
      throw new TypeError(`BUG: ${String(value)} is no amount in base units`);
    },
    parseValue: () => {
      throw badInput(`${name} is an output only`);
    },
  });

/** DC base units, 6 decimals. */
export const DcScalar = amount("Dc", DC_DECIMALS, 'Data Credits; 1 DC = 1 US dollar, e.g. "59.76".');
/** BCT base units, 18 decimals. */
export const BctScalar = amount("Bct", BCT_DECIMALS, "BCT, the network's token.");
/** The price feed's base units, 8 decimals. */
export const UsdScalar = amount("Usd", PRICE_DECIMALS, "US dollars.");

/** Whole number beyond 2^53 as text. Output only. */
export const BigIntScalar = new GraphQLScalarType<never, string>({
  name: "BigInt",
  description: "A whole number of any size as a string.",
  serialize: (value) => {
    if (typeof value === "bigint") return value.toString();
    throw new TypeError(`BUG: ${String(value)} is no bigint`);
  },
  parseValue: () => {
    throw badInput("BigInt is an output only");
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

/** Instant in UTC with milliseconds: a `Date`, or the chain's seconds since 1970 as `bigint`. Output only. */
export const DateTimeScalar = new GraphQLScalarType<never, string>({
  name: "DateTime",
  description: "An instant in UTC as ISO 8601 with milliseconds, e.g. 2026-11-22T17:00:00.000Z.",
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    if (typeof value === "bigint") return new Date(Number(value) * 1_000).toISOString();
    throw new TypeError(`BUG: ${String(value)} is no instant`);
  },
  parseValue: () => {
    throw badInput("DateTime is an output only");
  },
});
