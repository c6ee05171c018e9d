import { columnIndex } from "../metrics.ts";

/** Bits of clock_event_reasons that cost the renter speed: 8 hardware slowdown, 32 and 64 heat, 128 power brake. */
export const THROTTLE_BITS = 8 | 32 | 64 | 128;

const REASONS = columnIndex("clock_event_reasons");
const ECC_LIFETIME = columnIndex("ecc_dbe_total");
const ECC_VOLATILE = columnIndex("ecc_dbe_volatile_total");
const REMAPPED = columnIndex("remap_uncorrectable_total");
const REMAP_FAILED = columnIndex("row_remap_failed");

/** A row of telemetry.gpu_event, without its GPU. */
export interface GpuEvent {
  at: number;
  kind:
    | "XID"
    | "THROTTLED"
    | "ECC_UNCORRECTED"
    | "ROW_REMAPPED"
    | "ROW_REMAP_FAILED"
    | "COUNTER_RESET"
    | "APPEARED"
    | "DISAPPEARED";
  code: number;
  detail: string | null;
}

/** The readings from which events are told. */
export interface Signs {
  throttleBits: number | null;
  eccErrors: number | null;
  /** the same since the driver was loaded; some exporters have only one of the two */
  eccVolatileErrors: number | null;
  remappedRows: number | null;
  hasRemapFailed: boolean;
}

/** Readings of a GPU of which nothing is known. */
export const NO_SIGNS: Signs = {
  throttleBits: null,
  eccErrors: null,
  eccVolatileErrors: null,
  remappedRows: null,
  hasRemapFailed: false,
};

/** Takes the signs from a row's values; what isn't read now stays as it was. Nothing new: the same object. */
export function signsOf(values: ArrayLike<number>, before: Signs): Signs {
  const reasons = readAt(values, REASONS, null);
  const throttleBits = reasons === null ? before.throttleBits : reasons & THROTTLE_BITS;
  const eccErrors = readAt(values, ECC_LIFETIME, before.eccErrors);
  const eccVolatileErrors = readAt(values, ECC_VOLATILE, before.eccVolatileErrors);
  const remappedRows = readAt(values, REMAPPED, before.remappedRows);
  const failed = readAt(values, REMAP_FAILED, null);
  const hasRemapFailed = failed === null ? before.hasRemapFailed : failed === 1;
  const isSame =
    before.throttleBits === throttleBits &&
    before.eccErrors === eccErrors &&
    before.eccVolatileErrors === eccVolatileErrors &&
    before.remappedRows === remappedRows &&
    before.hasRemapFailed === hasRemapFailed;
  return isSame ? before : common({ throttleBits, eccErrors, eccVolatileErrors, remappedRows, hasRemapFailed });
}

/** Those of many GPUs are the same, and then the same object. */
const COMMON = new Map<string, Signs>();
const MAX_COMMON = 1_000;

function common(signs: Signs): Signs {
  const text = Object.values(signs).join();
  const known = COMMON.get(text);
  if (known) return known;
  if (COMMON.size >= MAX_COMMON) COMMON.clear();
  COMMON.set(text, signs);
  return signs;
}

function readAt(values: ArrayLike<number>, place: number, otherwise: number | null): number | null {
  const value = values[place] ?? NaN;
  return Number.isNaN(value) ? otherwise : value;
}

/** The edges between two readings. Counters seen for the first time are no event: their errors are of before. */
export function edges(at: number, before: Signs, now: Signs): readonly GpuEvent[] {
  if (before === now) return NONE;
  const errors = Math.max(
    risen(before.eccErrors, now.eccErrors),
    risen(before.eccVolatileErrors, now.eccVolatileErrors),
  );
  const rows = risen(before.remappedRows, now.remappedRows);
  const throttled = before.throttleBits ? 0 : (now.throttleBits ?? 0);
  const remapFailed = !before.hasRemapFailed && now.hasRemapFailed;
  return [
    ...(throttled === 0 ? [] : [eventOf(at, "THROTTLED", throttled)]),
    ...(errors <= 0 ? [] : [eventOf(at, "ECC_UNCORRECTED", errors)]),
    ...(rows <= 0 ? [] : [eventOf(at, "ROW_REMAPPED", rows)]),
    ...(remapFailed ? [eventOf(at, "ROW_REMAP_FAILED", 1)] : []),
  ];
}

const NONE: readonly GpuEvent[] = [];

function eventOf(at: number, kind: GpuEvent["kind"], code: number): GpuEvent {
  return { at, kind, code, detail: null };
}

function risen(before: number | null, now: number | null): number {
  return before === null || now === null ? 0 : now - before;
}
