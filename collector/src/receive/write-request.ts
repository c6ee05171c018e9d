import { PbfReader } from "pbf";
import { messageOf } from "#kernel/errors.ts";
import type { RequestLimits } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/** One value of a series at one time. */
export interface PushedSample {
  /** milliseconds since 1970 */
  at: number;
  value: number;
  /** Prometheus' mark that the series isn't there any more */
  isStale: boolean;
}

/** A series as it was sent: labels in their order, `__name__` among them. */
export interface PushedSeries {
  labels: [name: string, value: string][];
  samples: PushedSample[];
}

const BYTES = 2;
const FIXED64 = 1;
const VARINT = 0;

/**
 * Reads prometheus.WriteRequest of remote write 1.0: series with labels and float samples. Exemplars, histograms and
 * metadata are passed over, as no metric of ours has them.
 *
 * @throws Refusal 400 if it isn't well-formed, 413 if it holds more than `limits`
 */
export function decodeWriteRequest(body: Uint8Array, limits: RequestLimits): PushedSeries[] {
  const pbf = new PbfReader(body);
  const found: PushedSeries[] = [];
  const counts = { samples: 0 };
  try {
    eachField(pbf, body.length, (field, type, end) => {
      if (field !== 1 || type !== BYTES) return false;
      if (found.length >= limits.series) throw tooLarge(`more than ${limits.series} series`);
      found.push(readSeries(pbf, end, limits, counts));
      return true;
    });
    return found;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "protobuf", `the body is no prometheus.WriteRequest: ${messageOf(error)}`, error);
  }
}

function readSeries(pbf: PbfReader, end: number, limits: RequestLimits, counts: { samples: number }): PushedSeries {
  const series: PushedSeries = { labels: [], samples: [] };
  eachField(pbf, end, (field, type, fieldEnd) => {
    if (type !== BYTES || (field !== 1 && field !== 2)) return false;
    if (field === 1) {
      series.labels.push(readLabel(pbf, fieldEnd));
      if (series.labels.length > 8 * limits.labels) throw tooLarge("a series with hundreds of labels");
    } else {
      if (++counts.samples > limits.samples) throw tooLarge(`more than ${limits.samples} samples`);
      series.samples.push(readSample(pbf, fieldEnd));
    }
    return true;
  });
  return series;
}

function readLabel(pbf: PbfReader, end: number): [string, string] {
  const label: [string, string] = ["", ""];
  eachField(pbf, end, (field, type, fieldEnd) => {
    if (type !== BYTES || (field !== 1 && field !== 2)) return false;
    label[field - 1] = TEXT.decode(pbf.buf.subarray(pbf.pos, fieldEnd));
    pbf.pos = fieldEnd;
    return true;
  });
  return label;
}

const TEXT = new TextDecoder("utf-8");
/** Bits of the NaN that marks staleness; an ordinary NaN has others. */
const STALE = { high: 0x7ff00000, low: 2 };

function readSample(pbf: PbfReader, end: number): PushedSample {
  const sample = { at: 0, value: 0, isStale: false };
  eachField(pbf, end, (field, type) => {
    if (field === 1 && type === FIXED64) {
      if (pbf.pos + 8 > end) throw new Error("it ends within a value");
      const low = pbf.dataView.getUint32(pbf.pos, true);
      const high = pbf.dataView.getUint32(pbf.pos + 4, true);
      sample.isStale = high === STALE.high && low === STALE.low;
      sample.value = pbf.readDouble();
    } else if (field === 2 && type === VARINT) {
      sample.at = pbf.readVarint(true);
    } else return false;
    return true;
  });
  return sample;
}

/**
 * Goes through the fields of a message that ends at `end`. `pbf` by itself would read on past a message's end, and past
 * the buffer's: each step is checked.
 *
 * @param read reads the value at `pbf.pos`, which for a message or text ends at its third argument; false: not wanted
 */
function eachField(pbf: PbfReader, end: number, read: (field: number, type: number, end: number) => boolean): void {
  while (pbf.pos < end) {
    const tag = pbf.readVarint();
    const field = Math.floor(tag / 8);
    if (field === 0) throw new Error("it has a field without number");
    if (tag % 8 === BYTES) {
      const fieldEnd = pbf.readVarint() + pbf.pos;
      if (!(fieldEnd <= end)) throw new Error("it ends within a field");
      if (!read(field, BYTES, fieldEnd)) pbf.pos = fieldEnd;
    } else if (!read(field, tag % 8, end)) pbf.skip(tag);
    if (!(pbf.pos <= end)) throw new Error("it ends within a field");
  }
}

function tooLarge(what: string): Refusal {
  return new Refusal(413, "too_large", `the request holds ${what}`);
}
