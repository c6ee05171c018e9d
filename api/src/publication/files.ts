import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import type { Hex } from "../domain/rewards/hash/hex.ts";
import { claimsTree } from "../domain/rewards/leaves.ts";
import { LINE_KINDS } from "../domain/rewards/types.ts";
import { readAllClaims, readInputsText, readLines, type LineRow } from "../sources/ledger.ts";
import { readPublished, type HashName, type PublishedRow } from "../sources/publication.ts";
import { withSnapshot, type Snapshot } from "../sources/snapshot.ts";

/** Rows that are read, and characters that are sent, at once. */
const ROWS = 5_000;
const CHARACTERS = 256 * 1_024;

/**
 * The text of an epoch's file, piece by piece, the same bytes at any time. No transaction is open while a piece waits to be
 * sent; should the epoch's facts be gathered anew meanwhile, the file breaks off.
 *
 * @throws BaseError `REPLACED`
 */
export function fileOf(pool: Pool, name: HashName, published: PublishedRow): AsyncGenerator<string> {
  const read: Read = (body) => withSnapshot(pool, (snapshot) => unlessReplaced(snapshot, published, body));
  return name === "inputs"
    ? inputs(read, published)
    : name === "lines"
      ? lines(read, published)
      : claims(read, published);
}

type Read = <T>(body: (snapshot: Snapshot) => Promise<T>) => Promise<T>;

async function unlessReplaced<T>(
  snapshot: Snapshot,
  { epoch, inputsHash }: PublishedRow,
  body: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const present = await readPublished(snapshot, epoch);
  if (present?.inputsHash === inputsHash) return body(snapshot);
  throw new BaseError("REPLACED", `the facts of epoch ${epoch} were replaced while they were sent`, {
    isRetryable: true,
  });
}

/** The canonical inputs: keccak256 of these bytes is the hash on the chain. */
async function* inputs(read: Read, { epoch }: PublishedRow): AsyncGenerator<string> {
  const text = (await read((snapshot) => readInputsText(snapshot, epoch))) ?? "";
  for (let at = 0; at < text.length; at += CHARACTERS) yield text.slice(at, at + CHARACTERS);
}

/** Every line in the order of the leaves. */
async function* lines(read: Read, { epoch, linesRoot, lineCount }: PublishedRow): AsyncGenerator<string> {
  yield `{"epoch":${epoch},"linesRoot":"${linesRoot}","lines":[`;
  for (let from = 0; from < lineCount; from += ROWS) {
    const page = await read((snapshot) => readLines(snapshot, epoch, { from, limit: ROWS }));
    yield `${from > 0 ? "," : ""}${page.map(lineText).join(",")}`;
  }
  yield "]}";
}

function lineText({ kind, poolId, gpuId, account, amount }: LineRow): string {
  return JSON.stringify({ kind: LINE_KINDS[kind], poolId, gpuId, account, amount: String(amount) });
}

/** Every wallet that ever earned, with what it can claim by and the proof that the contract takes. Nothing of it tells the epoch. */
async function* claims(read: Read, { epoch, claimsRoot }: PublishedRow): AsyncGenerator<string> {
  const all = await read((snapshot) => readAllClaims(snapshot, epoch));
  const tree = claimsTree(all.map(({ account, cumulative }) => ({ account: account as Hex, cumulative })));
  yield `{"claimsRoot":"${claimsRoot}","claims":[`;
  let piece = "";
  for (const [i, { account, cumulative }] of all.entries()) {
    piece += `${i > 0 ? "," : ""}${JSON.stringify({ account, cumulative: String(cumulative), proof: tree.proofOf(i) })}`;
    if (piece.length < CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]}`;
}
