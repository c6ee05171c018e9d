import { COPY_HEADER, MAX_FIXED_BYTES, POSTGRES_EPOCH_MS } from "./bytes.ts";
import type { Derived } from "./derive.ts";
import { SAMPLE, type Cell } from "./table.ts";

/** A row of `SAMPLE`; NaN for no reading. Times are milliseconds since 1970. */
export interface Sample extends Omit<Derived, "isCounterReset"> {
  at: number;
  gpuKey: number;
  coversUntil: number;
  /** by place in `COLUMNS` */
  values: readonly number[] | Float64Array;
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

/**
 * Makes COPY's binary format of samples, see `copyStatement(SAMPLE)`. Nothing is done more often: so it goes by itself, and
 * its memory is used again.
 */
export class SampleEncoder {
  #bytes = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer);

  /** @returns in memory that the next call uses again */
  encode(samples: readonly Sample[]): Buffer {
    const mostBytes = COPY_HEADER.length + samples.length * ROW_BYTES + 2;
    if (this.#bytes.length < mostBytes) {
      this.#bytes = Buffer.allocUnsafeSlow(mostBytes);
      this.#view = new DataView(this.#bytes.buffer);
    }
    let end = COPY_HEADER.copy(this.#bytes);
    for (const sample of samples) end = putSample(this.#view, end, sample);
    this.#view.setInt16(end, -1);
    return this.#bytes.subarray(0, end + 2);
  }
}

/** @returns where it ends */
function putSample(view: DataView, start: number, sample: Sample): number {
  const { values } = sample;
  view.setInt16(start, SAMPLE.columns.length);
  let end = putTime(view, start + 2, sample.at);
  end = putInteger(view, end, sample.gpuKey);
  end = putTime(view, end, sample.coversUntil);
  end = putFloat(view, end, sample.coveredSeconds);
  end = putDouble(view, end, sample.energyJoules);
  end = putFloat(view, end, sample.utilRatio);
  for (let index = 0; index < KINDS.length; index++) {
    const value = values[index] ?? NaN;
    const kind = KINDS[index];
    if (kind === FLOAT) end = putFloat(view, end, value);
    else if (kind === DOUBLE) end = putDouble(view, end, value);
    else end = putInteger(view, end, value);
  }
  return end;
}

// Of each cell its length, then its bytes; NaN is null, which has the length -1 and no bytes.

function putNull(view: DataView, at: number): number {
  view.setInt32(at, -1);
  return at + 4;
}

function putInteger(view: DataView, at: number, value: number): number {
  if (value !== value) return putNull(view, at);
  view.setInt32(at, 4);
  view.setInt32(at + 4, value);
  return at + 8;
}

function putFloat(view: DataView, at: number, value: number): number {
  if (value !== value) return putNull(view, at);
  view.setInt32(at, 4);
  view.setFloat32(at + 4, value);
  return at + 8;
}

function putDouble(view: DataView, at: number, value: number): number {
  if (value !== value) return putNull(view, at);
  view.setInt32(at, 8);
  view.setFloat64(at + 4, value);
  return at + 12;
}

function putTime(view: DataView, at: number, value: number): number {
  const micros = Math.round((value - POSTGRES_EPOCH_MS) * 1_000); // a safe integer
  view.setInt32(at, 8);
  view.setInt32(at + 4, Math.floor(micros / 2 ** 32));
  view.setInt32(at + 8, micros);
  return at + 12;
}

/** Samples that are used again, for those of the next batch. */
export class SamplePool {
  readonly #samples: Sample[] = [];
  #used = 0;

  /** All of them are free. */
  reset(): void {
    this.#used = 0;
  }

  take(at: number, gpuKey: number, coversUntil: number, derived: Derived, values: Sample["values"]): Sample {
    const { coveredSeconds, energyJoules, utilRatio } = derived;
    const sample = this.#samples[this.#used++];
    if (!sample) {
      const made = { at, gpuKey, coversUntil, coveredSeconds, energyJoules, utilRatio, values };
      this.#samples.push(made);
      return made;
    }
    sample.at = at;
    sample.gpuKey = gpuKey;
    sample.coversUntil = coversUntil;
    sample.coveredSeconds = coveredSeconds;
    sample.energyJoules = energyJoules;
    sample.utilRatio = utilRatio;
    sample.values = values;
    return sample;
  }
}

/** A sample as cells of `SAMPLE`. */
export function cellsOf({ at, gpuKey, coversUntil, coveredSeconds, energyJoules, utilRatio, values }: Sample): Cell[] {
  const numbers = [at, gpuKey, coversUntil, coveredSeconds, energyJoules, utilRatio, ...values];
  return numbers.map((value) => (Number.isNaN(value) ? null : value));
}

/** Two parts of a sample: of what both have, the first one's counts. */
export function joinSamples(one: Sample, other: Sample): Sample {
  const first = (a: number, b: number): number => (Number.isNaN(a) ? b : a);
  return {
    ...one,
    energyJoules: first(one.energyJoules, other.energyJoules),
    utilRatio: first(one.utilRatio, other.utilRatio),
    values: Array.from(one.values, (value, place) => first(value, other.values[place] ?? NaN)),
  };
}

/** As the unique index has them: its pages are gone through once, and a GPU's rows lie together. */
export function byGpuThenNewest(one: Sample, other: Sample): number {
  return one.gpuKey - other.gpuKey || other.at - one.at;
}
