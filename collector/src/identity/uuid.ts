import { keccak256, stringToBytes } from "viem";

/**
 * A GPU's UUID in its one spelling: as NVIDIA's driver prints it, "GPU-" and lower-case hex.
 *
 * @returns undefined for a text that can't be an identity: empty, over 100 characters, or with blanks or a slash (which
 * separates a MIG slice's id)
 */
export function canonicalUuid(text: string): string | undefined {
  if (!/^[\x21-\x2e\x30-\x7e]{1,100}$/.test(text)) return undefined;
  return text.toLowerCase().replace(/^gpu-/, "GPU-");
}

/** What the GPU's NFT holds: keccak256 of the lower-case UUID's bytes. */
export function uuidHash(uuid: string): `0x${string}` {
  return keccak256(stringToBytes(uuid.toLowerCase()));
}

/** The UUID under which a MIG slice is kept: its GPU's, a slash, and the slice's id. */
export function sliceUuid(uuid: string, migId: string): string {
  return `${uuid}/${migId}`;
}
