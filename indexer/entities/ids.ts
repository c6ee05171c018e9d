import { MappingError } from "../host/errors.ts";
import type { EntityType } from "../schema/schema.ts";

/** Bytes ids may come without `0x`, and hex is compared in lower case; numbers may have a sign and leading zeros. */
export function normalizeId(type: EntityType, id: string): string {
  if (type.idKind === "Int8") return normalizeNumber(type, id);
  if (type.idKind !== "Bytes") return id;
  if (isCanonical(id)) return id;
  const hex = id.startsWith("0x") ? id.slice(2) : id;
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) {
    throw new MappingError(`\`${id}\` is not a Bytes id of ${type.name}: it must be hex`);
  }
  return `0x${hex.toLowerCase()}`;
}

function normalizeNumber(type: EntityType, id: string): string {
  if (/^-?[1-9]\d{0,17}$/.test(id)) return id;
  const number = /^[+-]?\d+$/.test(id) ? BigInt(id) : undefined;
  if (number === undefined || BigInt.asIntN(64, number) !== number) {
    throw new MappingError(`\`${id}\` is not an Int8 id of ${type.name}: it must be a whole number of 64 bits`);
  }
  return number.toString();
}

/** Whether an id is `0x` and pairs of lower-case digits already, as nearly all are. */
function isCanonical(id: string): boolean {
  if (id.length % 2 !== 0 || id.charCodeAt(0) !== 48 || id.charCodeAt(1) !== 120) return false;
  for (let at = 2; at < id.length; at++) {
    const code = id.charCodeAt(at);
    if (code < 48 || code > 102 || (code > 57 && code < 97)) return false;
  }
  return true;
}

/** The order of graph-node's keys: bytes and text by their bytes, numbers by value. */
export function byId(type: EntityType): (a: string, b: string) => number {
  if (type.idKind === "Int8") return (a, b) => (BigInt(a) < BigInt(b) ? -1 : 1);
  if (type.idKind === "Bytes") return (a, b) => (a < b ? -1 : 1);
  return (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
}
