import type { Snapshot } from "./snapshot.ts";

/** An epoch whose facts are there. Amounts in base units as decimal text, hashes 0x hex, times seconds since 1970. */
export interface PublishedRow {
  epoch: number;
  start: number;
  end: number;
  methodologyVersion: number;
  budget: string;
  burnedDc: string;
  total: string;
  unallocated: string;
  linesRoot: string;
  claimsRoot: string;
  inputsHash: string;
  lineCount: number;
  claimCount: number;
  asOfBlock: string;
  asOfHash: string;
  sampledThrough: Date | null;
}

/** What an epoch's files are found by. */
export type HashName = "inputs" | "lines" | "claims";

const COLUMN: Readonly<Record<HashName, string>> = {
  inputs: "inputs_hash",
  lines: "lines_root",
  claims: "claims_root",
};
const hex = (column: string, as: string): string => `'0x' || encode(${column}, 'hex') as "${as}"`;
const PUBLISHED = `select epoch, start_at::float8 as start, end_at::float8 as "end", methodology_version as "methodologyVersion",
  budget, burned_dc as "burnedDc", total, unallocated, ${hex("lines_root", "linesRoot")}, ${hex("claims_root", "claimsRoot")},
  ${hex("inputs_hash", "inputsHash")}, line_count as "lineCount", claim_count as "claimCount", as_of_block::text as "asOfBlock",
  ${hex("as_of_hash", "asOfHash")}, sampled_through as "sampledThrough" from ledger.epoch`;

/** An epoch's sums and roots; nothing before its facts are there. */
export async function readPublished(snapshot: Snapshot, epoch: number): Promise<PublishedRow | undefined> {
  const [row] = await snapshot.rows<PublishedRow>(
    "published",
    `${PUBLISHED} where epoch = $1 and settled_at is not null`,
    [epoch],
  );
  return row;
}

/** The epoch with this hash; of several with one root of claims, which are the same claims, the newest. */
export async function findPublished(
  snapshot: Snapshot,
  name: HashName,
  hash: string,
): Promise<PublishedRow | undefined> {
  const [row] = await snapshot.rows<PublishedRow>(
    `published-${name}`,
    `${PUBLISHED} where ${COLUMN[name]} = $1 and settled_at is not null order by epoch desc limit 1`,
    [Buffer.from(hash.slice(2), "hex")],
  );
  return row;
}
