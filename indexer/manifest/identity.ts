import { createHash } from "node:crypto";
import { base58 } from "../numbers/base58.ts";

/**
 * The identity of a build: a base58 SHA-256 multihash (`Qm…`, the shape graph-node's ids have) over the contents of its
 * manifest, schema, ABIs and mappings in the order they are read. Paths don't count.
 */
export function contentId(contents: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(createHash("sha256").update(content).digest());
  return base58(Uint8Array.from([0x12, 0x20, ...hash.digest()]));
}
