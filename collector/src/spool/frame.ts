import { crc32 } from "node:zlib";

/** First bytes of every segment. */
export const MAGIC = Buffer.from("BCSPOOL1");

/** length (4), checksum (4), low-water time (8); the checksum covers everything after itself. */
const HEADER_BYTES = 16;
/** A length above this is damage, not a record. */
const MAX_PAYLOAD_BYTES = 64 * 1_048_576;

/** One record on disk. */
export interface Frame {
  payload: Buffer;
  /** no record from this one on is of a time before it, milliseconds since 1970 */
  low: number;
}

/**
 * Writes a record.
 *
 * @param into `frameBytes` long
 */
export function writeFrame(into: Buffer, { payload, low }: Frame): void {
  into.writeUInt32LE(payload.length, 0);
  into.writeDoubleLE(low, 8);
  payload.copy(into, HEADER_BYTES);
  into.writeUInt32LE(crc32(into.subarray(8)), 4);
}

/** Bytes that a record takes on disk. */
export function frameBytes(payload: Buffer): number {
  return HEADER_BYTES + payload.length;
}

/**
 * The record that begins at `offset`.
 *
 * @returns undefined where there is no whole, undamaged record
 */
export function decodeFrame(bytes: Buffer, offset: number): Frame | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  const length = bytes.readUInt32LE(offset);
  const end = offset + HEADER_BYTES + length;
  if (length > MAX_PAYLOAD_BYTES || end > bytes.length) return undefined;
  if (crc32(bytes.subarray(offset + 8, end)) !== bytes.readUInt32LE(offset + 4)) return undefined;
  return { payload: bytes.subarray(offset + HEADER_BYTES, end), low: bytes.readDoubleLE(offset + 8) };
}

/**
 * Where the record after a damaged one begins. Only its length is trusted, and only where a sound record follows.
 *
 * @returns undefined where nothing sound follows: a torn end, or a damaged length
 */
export function afterDamaged(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length - offset < HEADER_BYTES) return undefined;
  const end = offset + HEADER_BYTES + bytes.readUInt32LE(offset);
  return end < bytes.length && decodeFrame(bytes, end) ? end : undefined;
}

/** Whether a file ends here as a write that was cut off leaves it: a part of a record, or room that was never filled. */
export function isTornEnd(bytes: Buffer, offset: number): boolean {
  if (bytes.length - offset < HEADER_BYTES) return true;
  const length = bytes.readUInt32LE(offset);
  return length === 0 || (length <= MAX_PAYLOAD_BYTES && offset + HEADER_BYTES + length > bytes.length);
}
