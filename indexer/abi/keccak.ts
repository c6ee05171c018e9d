import { keccak_256 } from "@noble/hashes/sha3.js";

/** Keccak-256 of bytes, or of a text's UTF-8. */
export function keccak256(content: Uint8Array | string): Uint8Array {
  return keccak_256(typeof content === "string" ? new TextEncoder().encode(content) : content);
}

/** The same as `0x` and hex digits. */
export function keccakHex(content: Uint8Array | string): string {
  return `0x${Buffer.from(keccak256(content)).toString("hex")}`;
}
