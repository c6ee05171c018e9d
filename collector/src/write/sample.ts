import { ByteWriter, COPY_HEADER, MAX_FIXED_BYTES } from "./bytes.ts";
import type { Derived } from "./derive.ts";
import { SAMPLE, type Cell } from "./table.ts";

/** A row of `SAMPLE`; NaN for no reading. Times are milliseconds since 1970. */
export interface Sample extends Omit<Derived, "isCounterReset"> {
  at: number;
  gpuKey: number;
  coversUntil: number;
  /** by place in `COLUMNS` */
  values: readonly number[];
}

/** What stands before the values. */
const HEAD = 6;
const INTEGER = 0;
const FLOAT = 1;
const DOUBLE = 2;
/** Of each value: numbers rather than names, and no function per column, as nothing is done more often. */
const KINDS = SAMPLE.columns
  .slice(HEAD)
  .map(({ type }) => (type === "int4" ? INTEGER : type === "float4" ? FLOAT : DOUBLE));
const ROW_BYTES = 2 + SAMPLE.columns.length * MAX_FIXED_BYTES;

/** Samples in the binary format of COPY, see `copyStatement(SAMPLE)`. */
export function encodeSamples(samples: readonly Sample[]): Buffer {
  const bytes = new ByteWriter(COPY_HEADER.length + samples.length * ROW_BYTES + 2, 0);
  bytes.append(COPY_HEADER);
  for (const { at, gpuKey, coversUntil, coveredSeconds, energyJoules, utilRatio, values } of samples) {
    bytes.int16(SAMPLE.columns.length);
    bytes.timeCell(at);
    bytes.intCell(gpuKey);
    bytes.timeCell(coversUntil);
    bytes.floatCell(coveredSeconds);
    bytes.doubleCell(energyJoules);
    bytes.floatCell(utilRatio);
    for (let index = 0; index < KINDS.length; index++) {
      const value = values[index] ?? NaN;
      const kind = KINDS[index];
      if (kind === FLOAT) bytes.floatCell(value);
      else if (kind === DOUBLE) bytes.doubleCell(value);
      else bytes.intCell(value);
    }
  }
  bytes.int16(-1);
  return bytes.result();
}

/** A sample as cells of `SAMPLE`. */
export function cellsOf({ at, gpuKey, coversUntil, coveredSeconds, energyJoules, utilRatio, values }: Sample): Cell[] {
  const numbers = [at, gpuKey, coversUntil, coveredSeconds, energyJoules, utilRatio, ...values];
  return numbers.map((value) => (Number.isNaN(value) ? null : value));
}

/** As the unique index has them: its pages are gone through once, and a GPU's rows lie together. */
export function byGpuThenNewest(one: Sample, other: Sample): number {
  return one.gpuKey - other.gpuKey || other.at - one.at;
}
