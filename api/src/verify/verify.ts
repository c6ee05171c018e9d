import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { compareCommit, compareInputs, type Difference } from "../domain/rewards/compare.ts";
import { parseInputs } from "../domain/rewards/parse.ts";
import { settle } from "../domain/rewards/settle.ts";
import type { EpochInputs, EpochResult } from "../domain/rewards/types.ts";
import type { Downtime } from "../facts/downtime.ts";
import { gatherEpochInputs } from "../facts/epoch-inputs.ts";
import type { EpochSpan } from "../sources/epoch.ts";
import { readInputsText } from "../sources/ledger.ts";
import { withSnapshot } from "../sources/snapshot.ts";
import { spanOf, STATEMENT_MS, type ChainWord, type Evidence } from "./chain-word.ts";
import { compareDowntime, type DownDifference } from "./downtime.ts";
import { readEvidence } from "./evidence.ts";
import { previousClaims } from "./previous.ts";

/** How an epoch is rebuilt. */
export interface VerifyRequest {
  epoch: number;
  evidence: Evidence;
}

/** What was found of an epoch. */
export interface Verification {
  epoch: number;
  /** where DOWN minutes were read */
  evidence: Evidence | "file";
  inputs: EpochInputs;
  result: EpochResult;
  /** of what was computed from the chain's commit; none: all payments are as they must be */
  differences: Difference[];
  /** of our inputs from those that were published, where the commit differs */
  inputDifferences: Difference[];
  /** minutes that the samples tell otherwise than what the epoch was settled by */
  downDifferences: DownDifference[];
  /** what a reader should know of how it was rebuilt */
  notes: string[];
}

/**
 * Rebuilds an epoch's inputs from the chain's views and the telemetry, settles them again, and compares with what the
 * chain has. What wallets had earned before is the ledger's word where its root is the chain's, else it is computed again
 * from the first epoch on.
 *
 * @throws BaseError `EPOCH_NOT_READY` or `NOT_COMMITTED` that says what it waits for, `TELEMETRY_GONE`
 */
export async function verifyEpoch(pool: Pool, chain: ChainWord, request: VerifyRequest): Promise<Verification> {
  const span = spanOf(request.epoch, chain);
  requireOver(span, chain);
  const { evidence, down, notes } = await readEvidence(pool, span, request.evidence);
  const before = await previousClaims(pool, chain, request.epoch, (epoch, previous) =>
    settleAgain(pool, chain, spanOf(epoch, chain), { previous }),
  );
  const inputs = await inputsAgain(pool, chain, span, { previous: before.claims, down });
  const verification = await compareWithChain(chain, inputs, evidence);
  verification.notes.push(...notes);
  verification.differences.push(...before.differences);
  if (verification.differences.length === 0) return verification;
  const published = await publishedInputs(pool, request.epoch, verification.notes);
  if (!published) return verification;
  const inputDifferences = compareInputs(inputs, published);
  const downDifferences = await compareDowntime(pool, span, { ours: down, inputDifferences });
  return { ...verification, inputDifferences, downDifferences };
}

/** Settles inputs that somebody published, and compares with the chain; no database is asked. */
export async function verifyFile(chain: ChainWord, inputs: EpochInputs): Promise<Verification> {
  const span = spanOf(inputs.epoch, chain);
  requireOver(span, chain);
  const verification = await compareWithChain(chain, inputs, "file");
  for (const name of ["start", "end"] as const) {
    const [ours, theirs] = [String(inputs[name]), String(span[name])];
    if (ours !== theirs) verification.differences.push({ name, ours, theirs });
  }
  return verification;
}

async function compareWithChain(
  chain: ChainWord,
  inputs: EpochInputs,
  evidence: Evidence | "file",
): Promise<Verification> {
  const { epoch } = inputs;
  const result = settle(inputs);
  if (epoch >= chain.committedCount) throw notCommitted(epoch, chain.committedCount);
  const commit = await chain.commitOf(epoch);
  const differences = compareCommit(result, commit);
  if (commit.budget !== inputs.budget) {
    differences.unshift({ name: "budget", ours: String(inputs.budget), theirs: String(commit.budget) });
  }
  return { epoch, evidence, inputs, result, differences, inputDifferences: [], downDifferences: [], notes: [] };
}

interface Again {
  previous: readonly { account: string; cumulative: bigint }[];
  down?: Downtime;
}

/** An epoch's inputs, gathered anew. */
async function inputsAgain(pool: Pool, chain: ChainWord, span: EpochSpan, again: Again): Promise<EpochInputs> {
  const request = { ...span, ...again, finalThrough: BigInt(chain.headAt) };
  return parseInputs(await withSnapshot(pool, (snapshot) => gatherEpochInputs(snapshot, request), STATEMENT_MS));
}

async function settleAgain(pool: Pool, chain: ChainWord, span: EpochSpan, again: Again): Promise<EpochResult> {
  return settle(await inputsAgain(pool, chain, span, again));
}

/** The inputs that the settlement job stored. */
async function publishedInputs(pool: Pool, epoch: number, notes: string[]): Promise<EpochInputs | undefined> {
  const text = await withSnapshot(pool, (snapshot) => readInputsText(snapshot, epoch), STATEMENT_MS);
  if (text !== undefined) return parseInputs(JSON.parse(text));
  notes.push("the ledger has no inputs of this epoch to compare with");
  return undefined;
}

function requireOver({ epoch, end }: EpochSpan, { headAt }: ChainWord): void {
  if (headAt >= end) return;
  const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  const message = `epoch ${epoch} waits for its end at ${at(end)}; the chain's newest block is of ${at(headAt)}`;
  throw new BaseError("EPOCH_NOT_READY", message, {
    isRetryable: true,
    hints: ["`bc epochs` lists those that are over"],
  });
}

function notCommitted(epoch: number, next: number): BaseError {
  const message = `epoch ${epoch} waits for a quorum of oracles to commit it; the next to be committed is epoch ${next}`;
  return new BaseError("NOT_COMMITTED", message, {
    isRetryable: true,
    hints: ["`bc epochs` says how many attest it, and what it waits for"],
  });
}
