import type { ChainReader } from "./chain-reader.ts";
import { inconsistent } from "./check.ts";
import type { SourceFilter } from "./filter.ts";
import type { Block, Header, Log } from "./types.ts";

/** Makes a block of a header and its logs. */
export function blockOf(header: Header, logs: readonly Log[], isRecent: boolean): Block {
  return {
    number: Number(header.number),
    hash: header.hash,
    header,
    time: Number(header.timestamp),
    logs,
    isRecent,
  };
}

/** What blocks are made of. */
export interface Parts {
  readonly logs: readonly Log[];
  /** where the blocks begin */
  readonly from: number;
  /** of their last block */
  readonly last: Header;
  /** headers that needn't be asked for */
  readonly known: readonly Header[];
}

/**
 * Final blocks of logs, of `wantedBlocks`, and the last one, which moves the cursor; ascending.
 *
 * @throws BaseError `NODE_INCONSISTENT`, retryable, when the node lacks one of them
 */
export async function assemble(reader: ChainReader, filter: SourceFilter, parts: Parts): Promise<Block[]> {
  const { from, last } = parts;
  const byHash = new Map<string, Log[]>();
  for (const log of parts.logs) {
    const list = byHash.get(log.blockHash);
    if (list) list.push(log);
    else byHash.set(log.blockHash, [log]);
  }
  const known = new Map([...parts.known, last].map((header) => [header.hash, header]));
  const unknown = [...byHash.keys()].filter((hash) => !known.has(hash));
  for (const header of await reader.headersByHash(unknown)) known.set(header.hash, header);
  const byNumber = new Map([...known.values()].map((header) => [Number(header.number), header]));
  const wanted = new Set(filter.wantedBlocks(from, Number(last.number)));
  const missing = [...wanted].filter((number) => !byNumber.has(number));
  for (const [index, header] of (await reader.headersByNumber(missing)).entries()) {
    if (!header) throw inconsistent(`the node no longer has block ${missing[index] ?? "?"}`);
    byNumber.set(Number(header.number), header);
  }
  return [...byNumber.values()]
    .filter(({ hash, number }) => byHash.has(hash) || wanted.has(Number(number)) || hash === last.hash)
    .map((header) => blockOf(header, sortByIndex(byHash.get(header.hash) ?? []), false))
    .sort((a, b) => a.number - b.number);
}

function sortByIndex(logs: Log[]): Log[] {
  return logs.sort((a, b) => Number(a.logIndex) - Number(b.logIndex));
}
