import {
  add,
  divide,
  equals,
  multiply,
  normalize,
  parseBigDecimal,
  subtract,
  toText,
  type BigDecimal,
} from "../../numbers/bigdecimal.ts";
import { parseBigInt } from "../../numbers/bigint.ts";
import type { HostContext } from "../context.ts";
import { DeterministicError } from "../errors.ts";
import type { Pointer } from "../heap.ts";
import type { HostFunction, HostFunctions } from "../instance.ts";
import { checkSize } from "../reader.ts";
import { writeBigDecimal } from "../values.ts";

const MIN_SMALL = -2_147_483_648;
const MAX_SMALL = 2_147_483_647;

/** `bigInt.*` and `bigDecimal.*`: exact arithmetic. */
export function numberImports(context: HostContext): HostFunctions {
  return { ...bigIntImports(context), ...bigDecimalImports(context) };
}

/** An operation on two BigInts, in plain numbers where both fit 32 bits. */
function binary(
  context: HostContext,
  exact: (x: bigint, y: bigint) => bigint,
  fast: (x: number, y: number) => number,
): HostFunction {
  return (x: Pointer, y: Pointer): Pointer => {
    const { heap, reader } = context;
    const result = fast(reader.small(x), reader.small(y));
    // NaN when either doesn't fit or the operation refuses: the exact path decides
    if (result >= MIN_SMALL && result <= MAX_SMALL) return heap.smallBigInt(result);
    return heap.bigInt(exact(reader.bigInt(x), reader.bigInt(y)));
  };
}

function byte(value: number): number {
  if (value < 0 || value > 255) throw new DeterministicError("out of range integral type conversion attempted");
  return value;
}

function bigIntImports(context: HostContext): HostFunctions {
  const nonZero = (what: string, x: bigint, y: bigint): void => {
    if (y === 0n) throw new DeterministicError(what.replace("$", `\`${x}\``));
  };
  return {
    "bigInt.plus": (x: Pointer, y: Pointer) =>
      context.reader.sum(x, y, false) || context.heap.bigInt(context.reader.bigInt(x) + context.reader.bigInt(y)),
    "bigInt.minus": (x: Pointer, y: Pointer) =>
      context.reader.sum(x, y, true) || context.heap.bigInt(context.reader.bigInt(x) - context.reader.bigInt(y)),
    "bigInt.times": binary(
      context,
      (x, y) => x * y,
      (x, y) => x * y,
    ),
    "bigInt.dividedBy": binary(
      context,
      (x, y) => {
        nonZero("attempted to divide BigInt $ by zero", x, y);
        return x / y;
      },
      (x, y) => (y === 0 ? Number.NaN : Math.trunc(x / y)),
    ),
    "bigInt.mod": binary(
      context,
      (x, y) => {
        nonZero("attempted to calculate the remainder of $ with a divisor of zero", x, y);
        return x % y;
      },
      (x, y) => (y === 0 ? Number.NaN : x % y),
    ),
    ...bitImports(context),
    "bigInt.fromString": (pointer: Pointer) => {
      const text = context.reader.string(pointer);
      const value = parseBigInt(text);
      if (value === undefined) throw new DeterministicError(`string is not a BigInt: \`${text}\``);
      return context.heap.bigInt(checkSize(value));
    },
    "bigInt.dividedByDecimal": (x: Pointer, y: Pointer) =>
      writeBigDecimal(context.heap, quotient(normalize(context.reader.bigInt(x), 0), context.reader.bigDecimal(y))),
  };
}

function bitImports(context: HostContext): HostFunctions {
  return {
    "bigInt.bitOr": binary(
      context,
      (x, y) => x | y,
      () => Number.NaN,
    ),
    "bigInt.bitAnd": binary(
      context,
      (x, y) => x & y,
      () => Number.NaN,
    ),
    "bigInt.pow": (x: Pointer, exponent: number) =>
      context.heap.bigInt(checkSize(context.reader.bigInt(x) ** BigInt(byte(exponent)))),
    "bigInt.leftShift": (x: Pointer, bits: number) =>
      context.heap.bigInt(context.reader.bigInt(x) << BigInt(byte(bits))),
    "bigInt.rightShift": (x: Pointer, bits: number) =>
      context.heap.bigInt(context.reader.bigInt(x) >> BigInt(byte(bits))),
  };
}

function quotient(x: BigDecimal, y: BigDecimal): BigDecimal {
  if (y.digits === 0n) throw new DeterministicError(`attempted to divide BigDecimal \`${toText(x)}\` by zero`);
  return divide(x, y);
}

function bigDecimalImports(context: HostContext): HostFunctions {
  const operation =
    (compute: (x: BigDecimal, y: BigDecimal) => BigDecimal): HostFunction =>
    (x: Pointer, y: Pointer): Pointer =>
      writeBigDecimal(context.heap, compute(context.reader.bigDecimal(x), context.reader.bigDecimal(y)));
  return {
    "bigDecimal.plus": operation(add),
    "bigDecimal.minus": operation(subtract),
    "bigDecimal.times": operation(multiply),
    "bigDecimal.dividedBy": operation(quotient),
    "bigDecimal.equals": (x: Pointer, y: Pointer) =>
      equals(context.reader.bigDecimal(x), context.reader.bigDecimal(y)) ? 1 : 0,
    "bigDecimal.toString": (x: Pointer) => context.heap.string(toText(context.reader.bigDecimal(x))),
    "bigDecimal.fromString": (pointer: Pointer) => {
      const text = context.reader.string(pointer);
      const value = parseBigDecimal(text);
      if (!value) throw new DeterministicError(`string is not a BigDecimal: '${text}'`);
      return writeBigDecimal(context.heap, value);
    },
  };
}
