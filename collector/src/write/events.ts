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

/** Takes the signs from a row's values; what isn't read now stays as it was. */
export function signsOf(values: readonly (number | null)[], before: Signs): Signs {
  const reasons = values[REASONS] ?? null;
  return {
    throttleBits: reasons === null ? before.throttleBits : reasons & THROTTLE_BITS,
    eccErrors: values[ECC_LIFETIME] ?? before.eccErrors,
    eccVolatileErrors: values[ECC_VOLATILE] ?? before.eccVolatileErrors,
    remappedRows: values[REMAPPED] ?? before.remappedRows,
    hasRemapFailed: values[REMAP_FAILED] === null ? before.hasRemapFailed : values[REMAP_FAILED] === 1,
  };
}

/** The edges between two readings. Counters seen for the first time are no event: their errors are of before. */
export function edges(at: number, before: Signs, now: Signs): GpuEvent[] {
  const events: GpuEvent[] = [];
  const add = (kind: GpuEvent["kind"], code: number): void => void events.push({ at, kind, code, detail: null });
  if (!before.throttleBits && now.throttleBits) add("THROTTLED", now.throttleBits);
  const errors = Math.max(
    risen(before.eccErrors, now.eccErrors),
    risen(before.eccVolatileErrors, now.eccVolatileErrors),
  );
  if (errors > 0) add("ECC_UNCORRECTED", errors);
  const rows = risen(before.remappedRows, now.remappedRows);
  if (rows > 0) add("ROW_REMAPPED", rows);
  if (!before.hasRemapFailed && now.hasRemapFailed) add("ROW_REMAP_FAILED", 1);
  return events;
}

function risen(before: number | null, now: number | null): number {
  return before === null || now === null ? 0 : now - before;
}
