import { toHex } from "../source/chain-reader.ts";
import type { Header, Log } from "../source/types.ts";

/** A hash that tells a number, and which of several it is the hash of. */
export function madeHash(number: number, variant = 0): string {
  return `0x${(number + variant * 2 ** 32).toString(16).padStart(64, "0")}`;
}

/** As much of a header as reading ranges looks at. */
export function madeHeader(block: number, hash: string, parentHash: string): Header {
  const parts = { number: toHex(block), hash, parentHash, timestamp: toHex(1_000 + block) };
  return { ...parts, logsBloom: `0x${"0".repeat(512)}`, gasUsed: "0x0", gasLimit: "0x0" } as Header;
}

/** The only log of a block. */
export function madeLog(block: number, blockHash: string, topic: string, data = "0x"): Log {
  return {
    address: `0x${"aa".repeat(20)}`,
    topics: [topic],
    data,
    blockNumber: toHex(block),
    blockHash,
    transactionHash: madeHash(1_000 + block),
    transactionIndex: "0x0",
    logIndex: "0x0",
  };
}
